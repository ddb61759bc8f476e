"""The hardware and the versions that results are measured with."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from fmnist_demo.training.precision import has_bfloat16

PACKAGES = ("torch", "torchvision", "gradio", "numpy", "scikit-learn", "playwright")


def machine() -> dict:
    """The processor, its instructions, its cores, the memory in GB, the system, and the load
    average."""
    is_unix = hasattr(os, "getloadavg")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if is_unix else None
    return {
        "processor": processor(),
        "instructions": instructions(),
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


def instructions() -> str:
    """What PyTorch computes matrix products with, such as AVX2 or AVX-512 BF16.

    An environment variable may restrict it: `ATEN_CPU_CAPABILITY=avx2`, and for the libraries below
    it `ONEDNN_MAX_CPU_ISA=AVX2` and `MKL_ENABLE_INSTRUCTIONS=AVX2`.
    """
    name = torch.backends.cpu.get_cpu_capability().replace("AVX512", "AVX-512")
    if not has_bfloat16():
        return name
    has_tiles = getattr(torch.cpu, "_is_amx_tile_supported", bool)()
    return f"{name} BF16 and AMX" if has_tiles else f"{name} BF16"


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
