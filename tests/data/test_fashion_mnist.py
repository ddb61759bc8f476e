"""Load Fashion-MNIST from disk and from failing mirrors, and split it."""

import errno
import gzip
import hashlib
import os
import random
import signal
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from helpers import assert_one_sentence
from hypothesis import given
from hypothesis import strategies as st

from fmnist_demo.data import download, fashion_mnist, splits
from fmnist_demo.data.official_files import MIRRORS, SOURCE, OfficialFile
from fmnist_demo.errors import UserError

N = 70  # examples in the "official" files of these tests: seven of each class


def idx(values: bytes, *shape: int) -> bytes:
    lengths = b"".join(length.to_bytes(4, "big") for length in shape)
    return bytes((0, 0, 8, len(shape))) + lengths + values


def official(name: str, content: bytes, *shape: int) -> tuple[OfficialFile, bytes]:
    packed = gzip.compress(content)
    md5 = hashlib.md5(packed).hexdigest()
    return OfficialFile(name, len(packed), md5, shape, hashlib.md5(content).hexdigest()), packed


# Random pixels do not compress, so that half a file is more than one read.
PIXELS = random.Random(0).randbytes(N * 28 * 28)
LABELS = bytes(i % 10 for i in range(N))
PLAIN = {"images-idx3-ubyte": idx(PIXELS, N, 28, 28), "labels-idx1-ubyte": idx(LABELS, N)}
SHAPES = {"images-idx3-ubyte": (N, 28, 28), "labels-idx1-ubyte": (N,)}
OFFICIAL = [
    official(f"{part}-{kind}", PLAIN[kind], *SHAPES[kind])
    for part in ("train", "t10k")
    for kind in PLAIN
]
PACKED = {file.gz: packed for file, packed in OFFICIAL}
TRAINING_FILES = tuple(file for file, _ in OFFICIAL[:2])
TEST_FILES = tuple(file for file, _ in OFFICIAL[2:])
IMAGES = TRAINING_FILES[0]


@pytest.fixture(autouse=True)
def tiny(monkeypatch, tmp_path):
    """Small official files, no data on this machine, no mirrors, no proxy for the local server."""
    monkeypatch.setattr(download, "MIRRORS", ())
    monkeypatch.setattr(download, "TIMEOUT", 5)
    monkeypatch.setattr(fashion_mnist, "TRAINING_FILES", TRAINING_FILES)
    monkeypatch.setattr(fashion_mnist, "TEST_FILES", TEST_FILES)
    monkeypatch.setattr(splits, "VALIDATION_PER_CLASS", 2)
    monkeypatch.delenv("FMNIST_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def raw(tmp_path) -> Path:
    """The default folder of the files."""
    return tmp_path / "cache" / "fmnist-demo" / "FashionMNIST" / "raw"


def put(folder: Path, contents: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if not path.is_dir())


class Mirrors:
    """A server that acts as one mirror for each behaviour: `url("good")` is a URL."""

    def __init__(self):
        self.requests: list[str] = []
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append(self.path)
                _, behaviour, name = self.path.split("/")
                getattr(outer, behaviour)(self, PACKED[name])

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def use(self, *behaviours: str):
        """Let downloads try these mirrors in turn."""
        download.MIRRORS = [self.url(behaviour) for behaviour in behaviours]

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{behaviour}/"

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def send(handler, body, length=None, kind="application/x-gzip"):
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        if length is not None:
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(body)

    def good(self, handler, body):
        self.send(handler, body, len(body))

    def no_length(self, handler, body):
        self.send(handler, body)

    def redirect(self, handler, body):
        handler.send_response(302)
        handler.send_header("Location", handler.path.replace("redirect", "good"))
        handler.end_headers()

    def nowhere(self, handler, body):
        handler.send_response(302)
        handler.send_header("Location", "http://[")
        handler.end_headers()

    def loop(self, handler, body):
        handler.send_response(302)
        handler.send_header("Location", handler.path)
        handler.end_headers()

    def missing(self, handler, body):
        handler.send_error(404, "never heard\tof it")

    def images_only(self, handler, body):
        (self.good if handler.path.endswith(IMAGES.gz) else self.missing)(handler, body)

    def failing(self, handler, body):
        handler.send_error(500)

    def hanging(self, handler, body):
        self.over.wait(10)

    def stalling(self, handler, body):
        self.send(handler, body[: len(body) // 2], len(body))
        handler.wfile.flush()
        self.over.wait(10)

    def hanging_up(self, handler, body):
        handler.connection.shutdown(socket.SHUT_RDWR)

    def not_http(self, handler, body):
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    def truncated(self, handler, body):
        self.send(handler, body[: len(body) // 2], len(body))

    def short(self, handler, body):
        self.send(handler, body[:-1], len(body) - 1)

    def empty(self, handler, body):
        self.send(handler, b"", 0)

    def endless(self, handler, body):
        self.send(handler, b"")
        with suppress(OSError):  # the client hangs up
            while not self.over.is_set():
                handler.wfile.write(bytes(1 << 16))

    def corrupted(self, handler, body):
        self.send(handler, body[:-20] + bytes(20), len(body))

    def page(self, handler, body):
        page = b"<!DOCTYPE html><title>Sign in to this network</title>"
        self.send(handler, page, len(page), "text/html; charset=utf-8")

    def interrupting(self, handler, body):
        self.send(handler, body[: len(body) // 2], len(body))
        handler.wfile.flush()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        self.over.wait(10)


@pytest.fixture
def mirrors():
    mirrors = Mirrors()
    yield mirrors
    mirrors.close()


def refused_mirror() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}/"


def refused(call, *arguments) -> str:
    """The message of the `UserError` that `call` must raise: one sentence."""
    with pytest.raises(UserError) as caught:
        call(*arguments)
    message = str(caught.value)
    assert_one_sentence(message)
    assert ". " not in message
    return message


@pytest.fixture
def failure(monkeypatch):
    """A function that loads the training data and returns the message of the error."""

    def failure(*folder) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(download, "TIMEOUT", 0.3)
            return refused(fashion_mnist.load_training, *folder)

    return failure


# The official files


def test_the_table_of_files_agrees_with_torchvision(monkeypatch):
    from torchvision.datasets import FashionMNIST

    monkeypatch.undo()
    ours = [
        (file.gz, file.md5) for file in (*fashion_mnist.TRAINING_FILES, *fashion_mnist.TEST_FILES)
    ]
    assert ours == FashionMNIST.resources


def test_decompressed_official_files_have_the_listed_checksum(monkeypatch, real_data):
    monkeypatch.undo()
    raw = fashion_mnist.find(real_data)
    for file in (*fashion_mnist.TRAINING_FILES, *fashion_mnist.TEST_FILES):
        packed = (raw / file.gz).read_bytes()
        assert hashlib.md5(gzip.decompress(packed)).hexdigest() == file.idx_md5


def test_the_mirrors_are_those_of_torchvision():
    from torchvision.datasets import FashionMNIST

    assert list(MIRRORS) == FashionMNIST.mirrors


# Finding


@pytest.mark.parametrize("layout", ["FashionMNIST/raw", "raw", "."])
@pytest.mark.parametrize("compressed", [True, False])
def test_files_are_found_in_every_layout_compressed_or_not(tmp_path, layout, compressed):
    content = PACKED if compressed else {n[:-3]: gzip.decompress(c) for n, c in PACKED.items()}
    put(tmp_path / "here" / layout, content)
    data = fashion_mnist.load_training(tmp_path / "here")
    pixels = torch.cat([data.train.images, data.validation.images])
    assert pixels.shape == (N, 28, 28)
    assert pixels.dtype == torch.uint8
    assert data.train.labels.dtype == torch.int64
    test = fashion_mnist.load_test(tmp_path / "here")
    assert test.images.numpy().tobytes() == PIXELS
    assert bytes(test.labels.tolist()) == LABELS


def test_the_folder_comes_from_the_argument_the_environment_or_the_cache(
    monkeypatch, tmp_path, raw
):
    assert fashion_mnist.find() == raw
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert fashion_mnist.find() == Path.home() / ".cache" / "fmnist-demo" / "FashionMNIST" / "raw"
    monkeypatch.setenv("FMNIST_DATA", str(tmp_path / "env"))
    assert fashion_mnist.find() == tmp_path / "env" / "FashionMNIST" / "raw"
    assert fashion_mnist.find(str(tmp_path / "arg")) == tmp_path / "arg" / "FashionMNIST" / "raw"
    monkeypatch.setenv("FMNIST_DATA", "")
    assert fashion_mnist.find("") == fashion_mnist.find()


@pytest.mark.parametrize("ending", ["", "FashionMNIST", "FashionMNIST/raw"])
def test_an_empty_folder_is_filled_in_torchvisions_layout(tmp_path, ending):
    assert fashion_mnist.find(tmp_path / ending) == tmp_path / "FashionMNIST" / "raw"


def test_an_unknown_home_folder_is_reported_in_one_sentence():
    assert "no home folder" in refused(fashion_mnist.find, "~nobody-of-this-name/data")


def test_loading_one_set_never_opens_the_files_of_the_other(tmp_path, monkeypatch):
    put(tmp_path, PACKED)
    opened = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path.name) or read(path))
    fashion_mnist.load_training(tmp_path)
    assert opened == [file.gz for file in TRAINING_FILES]
    opened.clear()
    fashion_mnist.load_test(tmp_path)
    assert opened == [file.gz for file in TEST_FILES]


def test_reading_leaves_the_folder_as_it_was(tmp_path):
    put(tmp_path, PACKED)
    fashion_mnist.load_training(tmp_path)
    assert files_below(tmp_path) == sorted(PACKED)


@pytest.mark.parametrize(
    "content",
    [
        PACKED[IMAGES.gz][:-1],
        PACKED[IMAGES.gz][:-20] + bytes(20),
        b"version https://git-lfs.github.com/spec/v1\n",
        b"",
    ],
)
def test_a_damaged_gz_file_in_the_users_folder_is_reported_and_kept(
    tmp_path, mirrors, content, failure
):
    put(tmp_path, PACKED | {IMAGES.gz: content})
    mirrors.use("good")
    message = failure(tmp_path)
    assert str(tmp_path / IMAGES.gz) in message
    assert "delete it" in message
    assert (tmp_path / IMAGES.gz).read_bytes() == content
    assert mirrors.requests == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("train-images-idx3-ubyte", idx(PIXELS[:-1], N, 28, 28)),
        ("train-images-idx3-ubyte", idx(PIXELS + b"\0", N, 28, 28)),
        ("train-images-idx3-ubyte", idx(PIXELS, 28, N, 28)),
        ("train-images-idx3-ubyte", b"\1" + idx(PIXELS, N, 28, 28)[1:]),
        ("train-labels-idx1-ubyte", idx(LABELS[:-1] + b"\x0a", N)),
        ("train-images-idx3-ubyte", idx(PIXELS[::-1], N, 28, 28)),  # as MNIST would be
    ],
    ids=["short", "long", "dimensions", "magic", "label", "other images"],
)
def test_a_damaged_idx_file_in_the_users_folder_is_reported_and_kept(
    tmp_path, name, content, failure
):
    put(tmp_path, {file.name: gzip.decompress(PACKED[file.gz]) for file in TRAINING_FILES})
    put(tmp_path, {name: content})
    message = failure(tmp_path)
    assert str(tmp_path / name) in message
    assert "MD5" in message
    assert "delete it" in message
    assert (tmp_path / name).read_bytes() == content


def test_an_unreadable_file_is_reported_in_one_sentence(tmp_path, monkeypatch, failure):
    put(tmp_path, PACKED)

    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    message = failure(tmp_path)
    assert IMAGES.gz in message
    assert "Permission denied" in message


# Downloading


@pytest.mark.parametrize("behaviour", ["good", "no_length", "redirect"])
def test_missing_files_are_downloaded_once(mirrors, raw, behaviour):
    mirrors.use(behaviour)
    first = fashion_mnist.load_training()
    asked = len(mirrors.requests)
    mirrors.use("missing")
    again = fashion_mnist.load_training()
    assert files_below(raw) == sorted(file.gz for file in TRAINING_FILES)
    assert len(mirrors.requests) == asked
    assert torch.equal(first.train.images, again.train.images)


def test_only_missing_files_are_downloaded_into_a_given_folder(tmp_path, mirrors):
    put(tmp_path / "raw", {file.gz: PACKED[file.gz] for file in TRAINING_FILES})
    mirrors.use("good")
    fashion_mnist.load_test(tmp_path)
    assert files_below(tmp_path / "raw") == sorted(PACKED)
    assert [path.split("/")[-1] for path in mirrors.requests] == [file.gz for file in TEST_FILES]


def test_a_downloaded_file_has_the_usual_permissions(mirrors, raw, tmp_path):
    put(tmp_path, {"usual": b""})
    mirrors.use("good")
    fashion_mnist.load_training()
    assert (raw / IMAGES.gz).stat().st_mode == (tmp_path / "usual").stat().st_mode


FAILURES = {
    "missing": "HTTP 404 Not Found",
    "failing": "HTTP 500 Internal Server Error",
    "loop": "maximum allowed redirects",
    "nowhere": "service not known",
    "hanging": "no answer for 0.3 seconds",
    "stalling": "no answer for 0.3 seconds",
    "hanging_up": "disconnected",
    "not_http": "disconnected",
    "truncated": f"received {IMAGES.size // 2} bytes, expected {IMAGES.size}",
    "short": f"sent only {IMAGES.size - 1:,} of {IMAGES.size:,} bytes",
    "empty": "sent only 0 of",
    "endless": "sent more than",
    "corrupted": "MD5",
    "page": "web page",
}


@pytest.mark.parametrize("behaviour", FAILURES)
def test_a_failing_mirror_is_reported_in_one_sentence_and_leaves_no_file(
    mirrors, raw, tmp_path, behaviour, failure
):
    mirrors.use(behaviour)
    message = failure()
    assert mirrors.url(behaviour) in message
    assert FAILURES[behaviour] in message
    assert str(raw) in message
    assert all(file.gz in message for file in TRAINING_FILES)
    assert SOURCE in message
    assert files_below(tmp_path) == []


def test_a_refused_connection_and_an_unknown_host_have_different_messages(
    tmp_path, raw, monkeypatch, failure
):
    lookup = socket.getaddrinfo

    def look_up(host, *args, **kwargs):
        if host == "nowhere.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    closed, unknown = refused_mirror(), "http://nowhere.invalid/"
    monkeypatch.setattr(download, "MIRRORS", [closed, unknown])
    message = failure()
    assert f"{closed}: Connection refused" in message
    assert f"{unknown}: Name or service not known" in message
    assert str(raw) in message
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("behaviour", FAILURES)
def test_the_next_mirror_is_tried(mirrors, raw, behaviour, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.3)
    mirrors.use(behaviour, "good")
    fashion_mnist.load_training()
    assert files_below(raw) == sorted(file.gz for file in TRAINING_FILES)
    assert (raw / IMAGES.gz).read_bytes() == PACKED[IMAGES.gz]


def test_a_file_that_arrived_before_a_failure_is_not_downloaded_again(mirrors, raw, failure):
    mirrors.use("images_only")
    message = failure()
    assert message.startswith(TRAINING_FILES[1].gz)
    assert IMAGES.gz not in message
    assert files_below(raw) == [IMAGES.gz]
    mirrors.use("good")
    fashion_mnist.load_training()
    assert [path for path in mirrors.requests if "good" in path] == [
        f"/good/{TRAINING_FILES[1].gz}"
    ]


def test_a_damaged_file_in_the_cache_is_replaced(mirrors, raw):
    put(raw, {IMAGES.gz: b"broken", TRAINING_FILES[1].name: b"broken too"})
    mirrors.use("good")
    fashion_mnist.load_training()
    assert (raw / IMAGES.gz).read_bytes() == PACKED[IMAGES.gz]


def test_a_damaged_file_in_the_cache_is_never_used(mirrors, raw, failure):
    put(raw, {file.gz: b"broken" for file in TRAINING_FILES})
    mirrors.use("missing")
    failure()


def test_partial_files_of_a_killed_download_are_never_used(mirrors, raw, failure):
    left = f".{IMAGES.gz}.0123.part"
    put(raw, {left: PACKED[IMAGES.gz], f"{IMAGES.gz}.part": b"half"})
    mirrors.use("missing")
    failure()
    mirrors.use("good")
    fashion_mnist.load_training()
    assert (raw / left).exists()


def test_a_path_through_a_file_is_reported_in_one_sentence(tmp_path, mirrors, failure):
    (tmp_path / "file").write_bytes(b"")
    mirrors.use("good")
    message = failure(tmp_path / "file" / "below")
    assert str(tmp_path / "file" / "below") in message
    assert "Not a directory" in message
    assert "--data" in message
    assert mirrors.requests == []
    assert files_below(tmp_path) == ["file"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes to any folder"
)
def test_a_folder_without_write_permission_is_reported_in_one_sentence(tmp_path, mirrors, failure):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    mirrors.use("good")
    message = failure(folder)
    assert str(folder) in message
    assert "Permission denied" in message


def test_a_read_only_file_system_is_reported_in_one_sentence(
    tmp_path, mirrors, monkeypatch, failure
):
    """The file system itself refuses, because permissions do not stop root."""

    def refuse(path, *args, **kwargs):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    for change in ("touch", "mkdir", "unlink"):
        monkeypatch.setattr(Path, change, refuse)
    mirrors.use("good")
    message = failure(tmp_path)
    assert str(tmp_path) in message
    assert "Read-only file system" in message
    assert IMAGES.gz in message
    assert "--data" in message
    assert mirrors.requests == []


@pytest.mark.parametrize("when", ["writing", "closing"])
def test_a_full_disk_is_reported_in_one_sentence_and_leaves_no_file(
    tmp_path, raw, mirrors, monkeypatch, when, failure
):
    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class FullDisk:
        def __init__(self, path, mode):
            self.file = open(path, mode)  # noqa: SIM115

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            self.file.close()
            if when == "closing":
                full()

        def write(self, chunk):
            self.file.write(chunk[:100])
            if when == "writing":
                full()

    monkeypatch.setattr(download, "open", FullDisk, raising=False)
    mirrors.use("good", "no_length")
    message = failure()
    assert "No space left on device" in message
    assert mirrors.requests == [f"/good/{IMAGES.gz}"], "another mirror does not help"
    assert str(raw) in message
    assert "--data" in message
    assert files_below(tmp_path) == []


def test_an_interrupted_download_leaves_no_file(mirrors, tmp_path):
    def interrupt(fraction, text):
        raise KeyboardInterrupt

    mirrors.use("good")
    with pytest.raises(KeyboardInterrupt):
        fashion_mnist.load_training(progress=interrupt)
    assert files_below(tmp_path) == []


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals to a thread are POSIX")
def test_ctrl_c_while_waiting_for_bytes_leaves_no_file(mirrors, tmp_path):
    mirrors.use("interrupting")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            fashion_mnist.load_training()
    finally:
        signal.signal(signal.SIGINT, before)
    assert files_below(tmp_path) == []


def test_a_progress_callback_replaces_the_progress_bar(mirrors, capsys):
    seen = []
    mirrors.use("good")
    fashion_mnist.load_training(progress=lambda *args: seen.append(args))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < fractions[-1] == 1
    assert IMAGES.gz in seen[0][1]
    assert capsys.readouterr() == ("", "")


def test_the_progress_bar_is_drawn_on_stderr(mirrors, capsys):
    mirrors.use("missing", "good")
    fashion_mnist.load_training()
    out, err = capsys.readouterr()
    assert out == ""
    assert TRAINING_FILES[1].gz in err
    assert "100%" in err


# The split and the batches


def test_the_split_never_changes(monkeypatch):
    monkeypatch.undo()
    train, validation = splits.split_indices(torch.arange(60_000) % 10)
    assert validation[:5].tolist() == [39, 49, 51, 55, 65]
    assert splits.split_hash(validation) == "1943285c9b5e"
    assert (len(train), len(validation)) == (55_000, 5_000)


@given(st.lists(st.integers(0, 9), max_size=40))
def test_the_split_is_stratified_disjoint_and_complete(labels):
    labels = torch.tensor(labels, dtype=torch.int64)
    train, validation = (part.tolist() for part in splits.split_indices(labels))
    assert sorted(train + validation) == list(range(len(labels)))
    assert train == sorted(train)
    assert validation == sorted(validation)
    for label in range(10):
        in_class = int((labels == label).sum())
        assert int((labels[validation] == label).sum()) == min(
            in_class, splits.VALIDATION_PER_CLASS
        )


def test_different_splits_have_different_hashes():
    assert splits.split_hash(torch.tensor([1, 23])) != splits.split_hash(torch.tensor([12, 3]))


def test_images_keep_their_labels(tmp_path):
    put(tmp_path, PACKED)
    loaded = fashion_mnist.load_training(tmp_path)
    source = {PIXELS[i * 784 : (i + 1) * 784]: LABELS[i] for i in range(N)}
    for part in (loaded.train, loaded.validation):
        for image, label in zip(part.images, part.labels, strict=True):
            assert source[image.numpy().tobytes()] == label
    assert len(loaded.validation.labels) == 20


def test_the_real_data_is_split_into_55000_and_5000(monkeypatch, real_data):
    monkeypatch.undo()
    monkeypatch.setattr(download, "MIRRORS", ())
    loaded = fashion_mnist.load_training(real_data)
    assert loaded.train.images.shape == (55_000, 28, 28)
    assert loaded.validation.images.shape == (5_000, 28, 28)
    assert loaded.train.labels.bincount().tolist() == [5_500] * 10
    assert loaded.validation.labels.bincount().tolist() == [500] * 10
    assert loaded.split_hash == "4b44a9d50c5f"
    assert fashion_mnist.load_test(real_data).images.shape == (10_000, 28, 28)


@given(st.integers(1, 200), st.integers(1, 250), st.integers(0, 2**32))
def test_batches_cover_every_index_once(n, batch_size, seed):
    def drawn():
        return list(splits.batches(n, batch_size, torch.Generator().manual_seed(seed)))

    parts = drawn()
    assert sorted(torch.cat(parts).tolist()) == list(range(n))
    assert all(len(part) == batch_size for part in parts[:-1])
    assert torch.equal(torch.cat(parts), torch.cat(drawn()))


def test_batches_differ_from_epoch_to_epoch():
    generator = torch.Generator().manual_seed(0)
    first, second = (torch.cat(list(splits.batches(100, 32, generator))) for _ in range(2))
    assert not torch.equal(first, second)
