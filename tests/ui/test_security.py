"""Attacks: other people's files, URLs, pickles, broken networks, and too much data."""

import base64
import io
import json
import os
import pickle
import re
import shutil
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import safehttpx
from gradio.routes import App
from helpers import assert_one_sentence
from PIL import Image
from safetensors.torch import load_file, save_file
from starlette.testclient import TestClient

from benchmarks.stress.server import RUN, UPLOAD, endpoint, file_data, listener
from fmnist_demo.images.reading import open_image
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.checkpoints import WEIGHTS, Collection
from fmnist_demo.ui import guard, layout
from fmnist_demo.ui.answers.compare import DEPTH

ROOT = WEIGHTS.parent


@pytest.fixture(scope="module")
def http(app_url):
    with httpx.Client(base_url=app_url, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def config(http):
    return http.get("config").json()


@pytest.fixture(scope="module")
def ask(http, config):
    """Send a file's description to the Photo tab's listener.

    Returns the HTML of the answers, the text of a message, or the error.
    """
    photo = listener(config, "picture", "change")

    def ask(file, session="security"):
        data = [file, DEPTH, "none", 3, False, False, False, False, None, None]
        body = {"data": data, "fn_index": photo, "session_hash": session}
        answer = http.post(RUN, json=body)
        if answer.status_code != 200:
            return answer.json()["error"]
        html = answer.json()["data"][0]
        text = re.match(r'<p class="message[^>]*>(.*?)</p>', html.strip(), re.DOTALL)
        return text[1] if text else html

    return ask


def uploaded(http, content: bytes, name: str) -> str:
    (path,) = http.post(UPLOAD, files={"files": (name, content)}).raise_for_status().json()
    return path


def png() -> bytes:
    buffer = io.BytesIO()
    picture = Image.new("L", (64, 64), 255)
    picture.paste(0, (20, 20, 44, 60))
    picture.save(buffer, "PNG")
    return buffer.getvalue()


# Files that are not the visitor's


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "etc/passwd",
        "../../../../../../etc/passwd",
        "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "....//....//etc/passwd",
        "/proc/self/environ",
        "file:///etc/passwd",
        "//etc/passwd",
        "\\\\etc\\passwd",
        str(ROOT / "README.md"),
        str(WEIGHTS / "mlp3-none.safetensors"),
        str(ROOT / "app.py"),
        "README.md",
        "app.py",
        "weights/mlp3-none.safetensors",
        "fmnist_demo/spec.py",
        ".",
        "",
    ],
)
@pytest.mark.parametrize("place", ["gradio_api/file={}", "gradio_api/file/{}", "file={}"])
def test_only_a_visitors_own_files_are_served(http, app_url, place, path):
    answer = raw_get(app_url, "/" + place.format(path))
    assert not answer.startswith(b"HTTP/1.1 200"), answer[:200]
    assert b"root:" not in answer
    assert b"PATH=" not in answer


@pytest.mark.parametrize("place", ["/static/{}", "/assets/{}", "/svelte/{}", "/{}"])
def test_paths_of_static_files_cannot_leave_their_folder(app_url, place):
    for dots in ("../../../../../../../../etc/passwd", "..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd"):
        assert b"root:" not in raw_get(app_url, place.format(dots))


def raw_get(url: str, path: str) -> bytes:
    """The answer to a path that is sent unchanged, while clients would normalise it."""
    at = urlsplit(url)
    with socket.create_connection((at.hostname, at.port), 60) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode("latin-1", "replace"))
        answer = b""
        while chunk := connection.recv(2**16):
            answer += chunk
    return answer


def test_a_visitors_own_file_is_served_as_a_download(http):
    page = b"<script>alert(1)</script>"
    answer = http.get(f"gradio_api/file={uploaded(http, page, 'own.html')}")
    assert answer.content == page
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "html" not in answer.headers["content-type"]


def test_a_symbolic_link_among_the_uploads_is_not_followed(http):
    folder = Path(uploaded(http, b"beside it", "beside.txt")).parent
    link = folder / "link.txt"
    link.symlink_to("/etc/passwd")
    try:
        assert b"root:" not in http.get(f"gradio_api/file={link}").content
    finally:
        link.unlink()


@pytest.fixture
def secret(tmp_path_factory):
    """A picture outside the upload folder."""
    path = ROOT / "docs" / "draw.png"
    assert open_image(path)
    return path


@pytest.mark.parametrize(
    "described",
    [
        lambda path: file_data(path),
        lambda path: {"path": path},
        lambda path: {"path": path, "meta": {"_type": "other"}},
        lambda path: {"path": path, "meta": "gradio.FileData"},
        lambda path: {"path": path, "url": None, "orig_name": "own.png", "is_stream": True},
        lambda path: file_data(path) | {"is_stream": True},
        lambda path: file_data(os.path.relpath(path)),
        lambda path: {"path": os.path.relpath(path)},
    ],
)
def test_a_picture_that_was_not_uploaded_is_not_read(ask, secret, described):
    answer = ask(described(str(secret)))
    assert_one_sentence(answer)
    assert "<" not in answer


def test_an_uploaded_picture_is_read(http, ask):
    assert "card" in ask(file_data(uploaded(http, png(), "own.png")))


def test_no_file_name_leads_out_of_the_upload_folder(http, tmp_path):
    for name in ("../../out.png", "/tmp/out.png", "..", "a/../../out.png", "~/out.png"):
        answer = http.post(UPLOAD, files={"files": (name, png())})
        if answer.status_code == 200:
            (path,) = answer.json()
            folder = Path(uploaded(http, b"1", "1")).parent.parent
            assert Path(path).resolve().is_relative_to(folder)


# URLs


@pytest.fixture
def canary():
    """A local server that must get no request; yields its URL and the paths requested from it."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(png())

        do_HEAD = do_POST = do_GET

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/canary.png", asked
        server.shutdown()


def test_no_url_is_fetched(ask, http, config, canary, monkeypatch):
    url, asked = canary

    async def anything_is_public(host):
        return "127.0.0.1"

    monkeypatch.setattr(safehttpx, "async_validate_url", anything_is_public)
    port = urlsplit(url).port
    own = listener(config, "network-upload", "upload")
    addresses = [url, f"http://localhost:{port}/", f"http://example.com:{port}/x.png"]
    for address in addresses:
        for file in (
            file_data(address),
            file_data(address) | {"url": address},
            {"path": address},
            {"url": address},
            {"path": None, "url": address, "meta": {"_type": "gradio.FileData"}},
            address,
        ):
            assert_one_sentence(ask(file))
        body = {"data": [file_data(address)], "session_hash": "canary", "fn_index": own}
        http.post("gradio_api/queue/join", json=body)
        with http.stream("GET", "gradio_api/queue/data?session_hash=canary") as events:
            assert "not fetched" in "".join(events.iter_text())
        assert http.get(f"gradio_api/file={address}").status_code == 403
        assert http.get(f"gradio_api/file/{address}").status_code == 403
        assert http.get(f"gradio_api/proxy={address}").status_code in (400, 403, 404)
    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "ftp://127.0.0.1/x"),
        *("HTTP://127.0.0.1/", "gopher://127.0.0.1/", "http://[::1]/", "http://0x7f000001/"),
    ],
)
def test_a_url_gives_a_one_sentence_error(ask, address):
    for file in (file_data(address), {"url": address}, {"path": address}):
        assert_one_sentence(ask(file))


# Pickles and broken networks


def test_a_pickle_is_not_loaded(tmp_path):
    class Bait:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "unpickled"),)

    path = tmp_path / "mlp3-none.safetensors"
    path.write_bytes(pickle.dumps({"weight": Bait()}))
    with pytest.raises(checkpoints.CheckpointError) as error:
        checkpoints.load(path)
    assert_one_sentence(str(error.value))
    assert not (tmp_path / "unpickled").exists()


def test_nothing_in_the_source_unpickles():
    """Only `gpu` does, whose two processes exchange data that no visitor controls.

    With `weights_only`, `torch.load` makes nothing but tensors and plain values.
    """
    ways = (
        r"\bpickle\b|\btorch\.load\((?!.*weights_only=True\))|allow_pickle=True"
        r"|(?<!\.)\beval\(|\bexec\(|\bmarshal\b"
    )
    for path in [ROOT / "app.py", *(ROOT / "fmnist_demo").rglob("*.py")]:
        found = set(re.findall(ways, path.read_text(encoding="utf-8")))
        assert found <= ({"pickle"} if path.name == "gpu.py" else set()), path.name


def broken(path: Path, how: str) -> None:
    """Break a checkpoint in one way."""
    if how == "truncated":
        path.write_bytes(path.read_bytes()[:1000])
    elif how == "pointer":
        path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    elif how == "missing":
        path.unlink()
    elif how == "lying":
        shutil.copy(path.with_name("mlp7-none.safetensors"), path)
    else:
        tensors = load_file(path)
        name = min(tensors)
        tensors[name] = tensors[name][:1] if how == "shape" else tensors[name] * float("nan")
        with checkpoints.safe_open(path, framework="pt") as file:
            metadata = file.metadata()
        save_file(tensors, path, metadata)


def test_the_app_starts_without_broken_networks_and_names_them(weights, tmp_path):
    folder = shutil.copytree(weights, tmp_path / "weights")
    ways = {
        "truncated": "mlp3-none",
        "pointer": "mlp3-l1",
        "missing": "mlp3-l2",
        "lying": "mlp5-none",
        "shape": "mlp5-l1",
        "nan": "mlp5-l2",
    }
    for how, name in ways.items():
        broken(folder / f"{name}.safetensors", how)
    collection = Collection(folder)
    assert [c.name for c in collection] == ["mlp7-none", "mlp7-l1", "mlp7-l2"]
    app = App.create_app(layout.build(collection), app_kwargs=layout.LAUNCH["app_kwargs"])
    with TestClient(app) as http:
        (problems,) = (
            c["props"]["value"]
            for c in http.get("config").json()["components"]
            if 'class="problems"' in str(c["props"].get("value"))
        )
        for how, name in ways.items():
            assert (f"{name}.safetensors" in problems) == (how != "missing")
        for words in ("cannot be read", "Git LFS pointer", "has shape", "not finite", "says"):
            assert words in problems
        file = {"url": f"data:image/png;base64,{base64.b64encode(png()).decode()}"}
        nine = http.post("gradio_api/run/compare", json={"data": [file]}).json()["data"][0]
        assert [each["name"] for each in nine] == ["mlp7-none", "mlp7-l1", "mlp7-l2"]
        gone = http.post("gradio_api/run/classify", json={"data": [file, 3, "l2"]}).json()
        assert_one_sentence(gone["error"])


# Too much data, and inputs of the wrong form


def test_a_file_of_21_mb_is_rejected_and_deleted(http):
    folder = Path(uploaded(http, b"1", "1")).parent.parent
    before = set(folder.rglob("*"))
    try:
        answer = http.post(UPLOAD, files={"files": ("large.png", bytes(21 * 2**20))})
        assert answer.status_code == 413
        assert "MB" in answer.json()["detail"]
    except (httpx.WriteError, httpx.ReadError):
        pass  # the connection is closed before all is sent
    assert set(folder.rglob("*")) == before


def test_an_endless_request_is_cut_off(http, config):
    def endless():
        yield b'{"data": ["'
        for _ in range(100):
            yield b"x" * 2**18

    try:
        answer = http.post(RUN, content=endless(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        pass
    assert http.get("config").status_code == 200


def test_a_large_request_is_rejected_by_its_header(http):
    body = json.dumps({"data": ["x" * (guard.MAX_REQUEST + 1)]})
    try:
        answer = http.post(RUN, content=body)
        assert answer.status_code == 413
        assert_one_sentence(answer.json()["detail"])
    except (httpx.WriteError, httpx.ReadError):
        pass


def test_an_interrupted_upload_leaves_no_file(http, app_url):
    folder = Path(uploaded(http, b"1", "1")).parent.parent
    before = set(folder.iterdir())
    at = urlsplit(app_url)
    with socket.create_connection((at.hostname, at.port), 60) as connection:
        connection.sendall(
            (
                f"POST /{UPLOAD} HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Length: 5000000\r\n"
                "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
                'Content-Disposition: form-data; name="files"; filename="x.png"\r\n\r\n'
            ).encode()
            + bytes(300_000)
        )
        until = time.monotonic() + 60
        while set(folder.iterdir()) == before and time.monotonic() < until:
            time.sleep(0.05)
        assert set(folder.iterdir()) != before  # the upload has begun
    until = time.monotonic() + 60
    while set(folder.iterdir()) != before and time.monotonic() < until:
        time.sleep(0.05)
    assert set(folder.iterdir()) == before


def test_loading_a_network_leaves_no_file(http, config, weights):
    """The network is in memory once it has been read."""
    content = (weights / "mlp3-l1.safetensors").read_bytes()
    path = Path(uploaded(http, content, "own.safetensors"))
    before = set(path.parent.parent.iterdir())
    own = listener(config, "network-upload", "upload")
    body = {"data": [file_data(str(path))], "session_hash": "own", "fn_index": own}
    http.post("gradio_api/queue/join", json=body).raise_for_status()
    with http.stream("GET", "gradio_api/queue/data?session_hash=own") as events:
        assert "answers too" in "".join(events.iter_text())
    assert set(path.parent.parent.iterdir()) <= before
    assert not path.exists()


def test_other_sites_cannot_read_a_local_app(http):
    strange = http.get("config", headers={"Origin": "https://example.com"})
    assert strange.headers.get("access-control-allow-origin") != "https://example.com"
    assert strange.headers.get("access-control-allow-origin") != "*"


def test_an_input_of_the_wrong_form_gives_a_one_sentence_error(http, config):
    for data in ([], [None], [7, 3, "none"], [[], 3, "none"], [None, [], {}], [{}, 3, "none"]):
        answer = http.post("gradio_api/run/classify", json={"data": data})
        assert answer.status_code == 500
        assert_one_sentence(answer.json()["error"])
    assert endpoint(config, "classify") is not None


@pytest.mark.parametrize("source", ["drawpad", "picture"])
@pytest.mark.parametrize("field", range(6))
@pytest.mark.parametrize("wrong", [7, "wrong", {}, [[]], {"value": 1}])
def test_a_field_of_the_wrong_form_gives_a_one_sentence_error(
    http, config, source, field, wrong, capfd
):
    data = [None, DEPTH, "none", 3, False, False, False, False, None, None]
    data[field] = wrong
    event = {"drawpad": "input", "picture": "change"}[source]
    body = {"data": data, "fn_index": listener(config, source, event), "session_hash": "f"}
    answer = http.post(RUN, json=body)
    if answer.status_code == 200:
        html = answer.json()["data"][0]
        assert 'class="message' in html
        assert 'class="verdict' not in html
    else:
        assert_one_sentence(answer.json()["error"])
    assert "Traceback" not in capfd.readouterr().err


def test_the_number_of_sessions_is_limited():
    """Gradio keeps the sessions of 10,000 visitors, of 0.2 MB each, by default."""
    assert layout.LAUNCH["state_session_capacity"] <= 1000
