"""Two copies of the app behind nginx, under a sub-path, with the documented configuration."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import closing, contextmanager
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from browser_helpers import DESKTOP, draw, verdict
from conftest import PATIENCE, skip_or_fail

from fmnist_demo.networks.checkpoints import WEIGHTS
from fmnist_demo.ui import examples

ROOT = WEIGHTS.parent
PORTS = ("80", "7861", "7862")
"""The ports of the proxy and of the two copies in the documented configuration."""

MAIN = """
daemon off;
pid nginx.pid;
master_process off;
error_log stderr;
events {{}}
http {{
    default_type application/octet-stream;
    log_format copies '$visitor $upstream_addr $status $uri';
    access_log access.log copies;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {documented}
}}
"""
"""The rest of the configuration, which keeps all files in the folder where nginx starts."""


def free_ports(count):
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [str(listener.getsockname()[1]) for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()


@contextmanager
def running(command, **options):
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(url, process, seconds=300):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, f"{process.args} has ended"
        try:
            with urlopen(url, timeout=10):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"{url} did not answer within {seconds} seconds")


class Proxy:
    """nginx in front of two copies: the `url` of the page, and a log of who answered whom."""

    def __init__(self, url, log):
        self.url, self.log = url, log

    def answered(self):
        """The copies that answered, by the visitor's cookie or address."""
        found = defaultdict(set)
        for line in self.log.read_text(encoding="utf-8").splitlines():
            visitor, copy, *_ = line.split()
            if copy != "-":  # nginx answered by itself
                found[visitor].add(copy)
        return found


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if nginx is None:
        skip_or_fail("there is no nginx on this machine: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    text = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    documented = re.search(r"```nginx\n(.*?)```", text, re.DOTALL)[1]
    ports = free_ports(3)
    for written, port in zip(PORTS, ports, strict=True):
        documented, count = re.subn(
            rf"(listen |127\.0\.0\.1:){written};", rf"\g<1>{port};", documented
        )
        assert count == 1
    documented = documented.replace("listen ", "listen 127.0.0.1:")
    (folder / "nginx.conf").write_text(MAIN.format(documented=documented), encoding="utf-8")
    own = os.environ | {"OMP_NUM_THREADS": "1"}
    app = [sys.executable, ROOT / "app.py", "--root-path", "/draw", "--port"]
    serve = [nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"]
    with (
        running([*app, ports[1]], env=own, cwd=folder) as first,
        running([*app, ports[2]], env=own, cwd=folder) as second,
        running(serve, cwd=folder) as between,
    ):
        wait_for(f"http://127.0.0.1:{ports[1]}/gradio_api/app_id", first)
        wait_for(f"http://127.0.0.1:{ports[2]}/gradio_api/app_id", second)
        url = f"http://127.0.0.1:{ports[0]}/draw/"
        wait_for(url, between)
        yield Proxy(url, folder / "access.log")


@pytest.fixture(scope="module")
def cookies(proxy):
    """A cookie for each of the two copies, which sends a visitor there."""
    asked = [f"someone-{number}" for number in range(32)]
    for cookie in asked:
        request = Request(proxy.url + "gradio_api/app_id", headers={"Cookie": f"visitor={cookie}"})
        with urlopen(request, timeout=60):
            pass
    answered = proxy.answered()
    by_copy = {copy: cookie for cookie in asked for copy in answered[cookie]}
    assert len(by_copy) == 2
    return list(by_copy.values())


@contextmanager
def visiting(browser, proxy, cookie=None):
    """The page in a new browser context; at the end no request failed or went to another host."""
    context = browser.new_context(**DESKTOP)
    if cookie:
        context.add_cookies([{"name": "visitor", "value": cookie, "url": proxy.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    bad = []
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("console", lambda m: bad.append(m.text) if is_error(m) else None)
    page.on("response", lambda r: bad.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("request", lambda r: bad.append(r.url) if is_foreign(r.url) else None)

    def is_error(message):  # a browser asks every host for an icon
        return message.type == "error" and not message.location["url"].endswith("/favicon.ico")

    def is_foreign(url):
        return not url.startswith((proxy.url, "data:", "blob:"))

    page.goto(proxy.url, timeout=120_000)
    page.locator("canvas").wait_for(timeout=120_000)
    yield page
    context.close()
    assert bad == []


def expect(locator):
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    return playwright.expect(locator)


def load_network(page, path):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Load a network").click()
    chooser.value.set_files(path)
    expect(page.locator("#network-note")).to_contain_text("answers too")


def test_the_page_works_under_a_sub_path_with_a_sticky_cookie(browser, proxy):
    with visiting(browser, proxy) as page:
        (cookie,) = page.context.cookies()
        assert cookie["path"] == "/draw/"
        assert cookie["httpOnly"]
        draw(page)
        expect(verdict(page)).to_contain_text("T-shirt")
    assert len(proxy.answered()[cookie["value"]]) == 1


def test_visitors_stay_with_their_copy_and_keep_their_networks(browser, proxy, cookies):
    with (
        visiting(browser, proxy, cookies[0]) as page,
        visiting(browser, proxy, cookies[1]) as other,
    ):
        load_network(page, WEIGHTS / "mlp3-l1.safetensors")
        for visitor in (page, other):
            draw(visitor)
            expect(verdict(visitor)).to_contain_text("T-shirt")
        expect(page.locator(".card:visible")).to_have_count(4)
        expect(other.locator(".card:visible")).to_have_count(3)
    answered = proxy.answered()
    used = [answered[cookie] for cookie in cookies]
    assert [len(copies) for copies in used] == [1, 1]
    assert used[0] != used[1]


@pytest.mark.slow
def test_a_program_reaches_the_copy_with_its_upload(proxy):
    client = pytest.importorskip("gradio_client")
    with closing(client.Client(proxy.url, verbose=False)) as program:
        for _ in range(3):
            picture = client.handle_file(examples.FILES[0])
            answer = program.predict(picture, 3, "none", api_name="/classify")
            assert answer["label"] == "T-shirt"
    assert len(proxy.answered()["127.0.0.1"]) == 1
