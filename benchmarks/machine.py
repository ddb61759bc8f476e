"""The hardware and the versions that results are measured with."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("torch", "torchvision", "gradio", "numpy", "scikit-learn", "playwright")


def machine() -> dict:
    """The processor, its cores, the memory in GB, the system, and the load average."""
    is_unix = hasattr(os, "getloadavg")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if is_unix else None
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1) if memory else None,
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": os.getloadavg()[0] if is_unix else None,
    }


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as the system gives it."""
    if cpuinfo.exists():
        text = cpuinfo.read_text(encoding="utf-8")
        if name := re.search(r"^model name\s*: *(.+)", text, re.MULTILINE):
            return name[1].strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str | None]:
    """Versions by name; None for packages that are not installed."""
    return {
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
        "chromium": _chromium(),
    }


def chromium() -> str | None:
    """The path of the browser, or None."""
    return shutil.which("chromium") or shutil.which("google-chrome")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _chromium() -> str | None:
    if (path := chromium()) is None:
        return None
    output = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60).stdout
    return next((word for word in output.split() if word[0].isdigit()), None)
