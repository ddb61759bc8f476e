"""Made-up inputs for the app: images, networks and JSON, sound, damaged or false.

Hypothesis draws them; the same seed gives the same inputs.
"""

import io
import json
import os
import pickle
import struct
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from PIL import Image

from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.checkpoints import LAYERS
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.training.config import TrainConfig
from fmnist_demo.ui.answers.compare import DEPTH, PENALTY

FILE = "\N{PAPERCLIP}"
"""Stands for the file in a case's arguments."""

SOUND = {
    "/classify": [FILE, 3, "none"],
    "/compare": [FILE],
    "canvas": [FILE, DEPTH, "none", 3, True, True, True, True, None, None],
    "photo": [FILE, PENALTY, "l1", 3, False, False, False, False, None, None],
    "network": [FILE],
}
"""Valid arguments of every target."""

TARGETS = tuple(SOUND)


@dataclass(frozen=True)
class Case:
    """One input.

    `content` describes it in words. `data` are the arguments of the target, with `FILE` where the
    file belongs. `file`, if any, is uploaded as `name` with the type `mime`, or sent as a data URL
    if `inline`.
    """

    target: str
    content: str
    data: list
    file: bytes | None = field(default=None, repr=False)
    name: str = "picture.png"
    mime: str = "image/png"
    inline: bool = False


# Images


@cache
def pictures() -> dict[str, bytes]:
    """Sound images of every format and mode; their names begin with the format.

    They show a grey drawing, or a small noisy photo of it.
    """
    grey = Image.fromarray(draw(0, np.random.default_rng(3)))
    rng = np.random.default_rng(0)
    photo = np.asarray(grey.resize((90, 120)).convert("RGB")).astype(int) // 2
    photo = Image.fromarray((photo + rng.integers(0, 60, photo.shape)).clip(0, 255).astype("u1"))
    alpha = photo.copy()
    alpha.putalpha(grey.resize(photo.size))
    return {
        **{f"PNG {mode}": _file(photo.convert(mode)) for mode in ("1", "L", "LA", "RGB", "P")},
        "PNG RGBA": _file(alpha),
        "PNG 16 bit": _file(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)),
        "PNG palette with transparency": _file(photo.convert("P"), transparency=0),
        "PNG animated": _file(photo, **_frames(photo)),
        **{f"JPEG {mode}": _file(photo.convert(mode), "JPEG") for mode in ("L", "RGB", "CMYK")},
        "JPEG progressive": _file(photo, "JPEG", progressive=True),
        **{f"JPEG turned {n}": _file(photo, "JPEG", exif=_turned(n)) for n in (0, 3, 6, 8, 9)},
        "JPEG of several": _file(photo, "MPO", **_frames(photo)),
        "WEBP": _file(photo, "WEBP"),
        "WEBP lossless": _file(alpha, "WEBP", lossless=True),
        "WEBP animated": _file(photo, "WEBP", **_frames(photo)),
        "GIF": _file(photo, "GIF"),
        "GIF animated": _file(photo, "GIF", **_frames(photo)),
        "BMP": _file(photo, "BMP"),
        "BMP palette": _file(photo.convert("P"), "BMP"),
        **{
            f"TIFF {kind}": _file(photo, "TIFF", compression=kind)
            for kind in ("raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg")
        },
        "TIFF CMYK": _file(photo.convert("CMYK"), "TIFF"),
        "TIFF float": _file(grey.convert("F"), "TIFF"),
        "TIFF of several": _file(photo, "TIFF", **_frames(photo)),
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="120">'
        b'<image href="file:///etc/passwd"/><path d="M3 1h4l3 2-1 2v6H2z"/></svg>',
        "PPM": _file(photo, "PPM"),
        "ICO": _file(photo, "ICO"),
    }


def _frames(photo: Image.Image) -> dict:
    """The options that save several images in one file."""
    return {"save_all": True, "append_images": [photo.rotate(angle) for angle in range(8)]}


def _file(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    if others := options.get("append_images"):  # saving changes an image's attributes
        options["append_images"] = [other.copy() for other in others]
    image.copy().save(buffer, kind, **options)
    return buffer.getvalue()


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *more: bytes) -> bytes:
    """A PNG file with this header, and `rows` as its compressed data, even if they do not fit."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + b"".join(more)
        + _chunk(b"IDAT", rows)
        + _chunk(b"IEND", b"")
    )


def _zeros(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def _unpacked(kind: bytes, start: bytes) -> bytes:
    """A PNG of 64 × 64 pixels with a chunk that unpacks to 200 MB."""
    return png(64, 64, 8, 0, _zeros(64 * 65), _chunk(kind, start + _zeros(200_000_000)))


def _several(kind: str, count: int) -> bytes:
    photo = Image.fromarray(np.full((64, 64, 3), 90, np.uint8))
    first, *others = (photo.point(lambda v, n=n: (v + n) % 256) for n in range(count))
    return _file(first, kind, save_all=True, append_images=others)


BOMBS = {
    "PNG of 64 MP": lambda: png(8_000, 8_000, 8, 6, _zeros(8_000 * (8_000 * 4 + 1))),
    "PNG of 63 MP in 16 bits": lambda: png(7_900, 7_900, 16, 0, _zeros(7_900 * (7_900 * 2 + 1))),
    "PNG of 4 GP": lambda: png(65_000, 65_000, 1, 0, _zeros(10_000_000)),
    "PNG with 200 MB of text": lambda: _unpacked(b"zTXt", b"Comment\0\0"),
    "PNG with a profile of 200 MB": lambda: _unpacked(b"iCCP", b"icc\0\0"),
    "GIF of 3,000 frames": lambda: _several("GIF", 3_000),
    "GIF of 65,535 × 65,535": lambda: _lying("GIF", pictures()["GIF"], 65_535, 65_535),
    "WEBP of 60 MP": lambda: _file(Image.new("RGB", (7_700, 7_700)), "WEBP", method=0),
    "TIFF of 62 MP": lambda: _file(Image.new("L", (7_900, 7_900)), "TIFF", compression="tiff_lzw"),
    "TIFF of 62 MP in one bit": lambda: _file(
        Image.new("1", (7_900, 7_900)), "TIFF", compression="group4"
    ),
    "TIFF of 1,000 pages": lambda: _several("TIFF", 1_000),
    "JPEG of 2,000 passes": lambda: _passes(pictures()["JPEG progressive"], 2_000),
    "BMP of 30,000 × 30,000": lambda: _lying("BMP", pictures()["BMP"], 30_000, 30_000),
}
"""Small files that unpack to something huge, each made by a call."""


def _passes(data: bytes, count: int) -> bytes:
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + b"\xff\xd9"


def _lying(kind: str, data: bytes, width: int, height: int) -> bytes:
    """The image with another size in its header; unchanged for formats not handled here."""
    data = bytearray(data)
    if kind == "PNG":
        data[16:24] = struct.pack(">II", width, height)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    elif kind == "GIF":
        data[6:10] = struct.pack("<HH", width & 0xFFFF, height & 0xFFFF)
    elif kind == "BMP":
        data[18:26] = struct.pack("<II", width, height)
    elif kind == "JPEG":
        for marker in (b"\xff\xc0", b"\xff\xc2"):
            if (at := data.find(marker)) > 0:
                data[at + 5 : at + 9] = struct.pack(">HH", height & 0xFFFF, width & 0xFFFF)
    return bytes(data)


edges = st.sampled_from([0, 1, 7, 8, 28, 255, 8_000, 65_535, 2**31 - 1, 2**32 - 1])
shares = st.floats(0, 1)


@st.composite
def damaged(draw, files: dict[str, bytes]) -> tuple[str, bytes]:
    """One of `files`, probably damaged: the kind of damage with its name, and its bytes."""
    name = draw(st.sampled_from(sorted(files)))
    data = files[name]
    damage = draw(st.sampled_from(["sound", "flipped", "cut", "spliced", "repeated", "lying"]))
    if damage == "flipped" and data:
        data = draw(flipped(data))
    elif damage == "cut":
        data = data[: int(draw(shares) * len(data))]
    elif damage == "spliced":
        other = files[draw(st.sampled_from(sorted(files)))]
        data = data[: int(draw(shares) * len(data))] + other[int(draw(shares) * len(other)) :]
    elif damage == "repeated":
        start, end = sorted(int(draw(shares) * len(data)) for _ in range(2))
        data = data[:end] + data[start:end] * draw(st.integers(1, 30)) + data[end:]
    elif damage == "lying":
        data = _lying(name.split()[0], data, draw(edges), draw(edges))
    return f"{damage} {name}", data


@st.composite
def flipped(draw, data: bytes) -> bytes:
    """`data` with up to 20 other bytes, anywhere or near the start, where the header is."""
    changed = bytearray(data)
    reach = len(data) - 1 if draw(st.booleans()) else min(len(data) - 1, 200)
    changes = st.lists(st.tuples(shares, st.integers(0, 255)), min_size=1, max_size=20)
    for share, value in draw(changes):
        changed[int(share * reach)] = value
    return bytes(changed)


raw_pngs = st.builds(
    lambda *parts: ("made-up PNG", png(*parts)),
    edges,
    edges,
    st.sampled_from([0, 1, 2, 4, 8, 16, 32]),
    st.sampled_from([0, 1, 2, 3, 4, 6, 7]),
    st.sampled_from([_zeros(0), _zeros(100_000), b"no zlib", b""]),
)

names = st.one_of(
    st.sampled_from(
        [
            *("picture.png", "p.jpg", "p.svg", "p.html", "p", "", ".", "..", "../../p.png", "~"),
            *("/etc/passwd", "C:\\p.png", "a\0b.png", "x" * 300 + ".png", "ü–é.webp", ".env"),
            *("p.safetensors", "p.png.safetensors", "con.png", 'a"b;c.png', "%2e%2e%2fp.png"),
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=20),
)
mimes = st.sampled_from(
    ["image/png", "image/svg+xml", "text/html", "application/x-python", "", "x", "image/" * 50]
)

# Networks

WRONG_HEADERS = {
    "of other metadata": {"__metadata__": {"fmnist_demo": "{}"}},
    "without metadata": {"__metadata__": {}},
    "of another shape": {"layers.0.weight": {"dtype": "F16", "shape": [1, 1]}},
    "of another type": {"x": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}},
    "of overlapping parts": {"x": {"dtype": "F16", "shape": [4], "data_offsets": [0, 8]}},
    "of negative parts": {"x": {"dtype": "F16", "shape": [-4], "data_offsets": [-8, 0]}},
    "of 2^60 numbers": {"x": {"dtype": "F16", "shape": [2**60], "data_offsets": [0, 2**61]}},
}
"""Entries that replace those in the header of a safetensors file."""

WRONG_METADATA = {
    "model": {"layers": 10**9, "width": 10**9, "dropout": 0},
    "calibration": {"temperature": 0, "confidence_threshold": 2},
    "history": "x" * 10**6,
    "validation": {"loss": None, "accuracy": "<script>"},
    "training": {"regulariser": "<script>alert(1)</script>", "strength": 0},
    "format": "<script>",
}
"""Entries that replace those in the metadata of a checkpoint."""


@cache
def networks() -> dict[str, bytes]:
    """A small sound checkpoint, false ones, and files of other kinds that are named like one."""
    sound = _checkpoint()
    length = int.from_bytes(sound[:8], "little")
    header, tensors = json.loads(sound[8 : 8 + length]), sound[8 + length :]
    metadata = json.loads(header["__metadata__"]["fmnist_demo"])
    files = {"checkpoint": sound}
    for what, entries in WRONG_HEADERS.items():
        files[f"checkpoint {what}"] = _safetensors(header | entries, tensors)
    for key, value in WRONG_METADATA.items():
        text = {"fmnist_demo": json.dumps(metadata | {key: value})}
        files[f"checkpoint with a lie on its {key}"] = _safetensors(
            header | {"__metadata__": text}, tensors
        )
    return files | {
        "checkpoint of NaN": sound[: 8 + length] + b"\xff\x7e" * (len(tensors) // 2),
        "header of 2^62 bytes": struct.pack("<Q", 2**62) + sound[8:],
        "header of deep JSON": struct.pack("<Q", 100_000) + b"[" * 100_000,
        "pickle": pickle.dumps({"weight": Bait()}),
        "LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "picture": pictures()["PNG RGB"],
        "nothing": b"",
    }


def _checkpoint() -> bytes:
    shape = MLPConfig(layers=3, width=16)
    training = asdict(TrainConfig(strength=0.0))
    validation = {"loss": 0.5, "accuracy": 0.9}
    metadata = checkpoints.Metadata(shape, training, "0" * 12, validation=validation)
    with TemporaryDirectory() as folder:
        path = Path(folder, "mlp3-none.safetensors")
        checkpoints.save(path, MLP(shape), metadata)
        return path.read_bytes()


class Bait:
    """Would end the process if it were unpickled."""

    def __reduce__(self):
        return os._exit, (66,)


def _safetensors(header: dict, tensors: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + tensors


random_networks = st.tuples(st.just("random bytes"), st.binary(max_size=300))

# JSON

PATHS = (
    *("/etc/passwd", "../../../../etc/passwd", "weights/mlp3-none.safetensors", "app.py", ""),
    *("file:///etc/passwd", "http://127.0.0.1:9/x.png", "https://169.254.169.254/latest", "~/.ssh"),
    *("ftp://127.0.0.1/x.png", "\\\\host\\share", "/proc/self/environ", "/dev/zero", "a\0b", "."),
    *("data:image/png;base64,AAAA", "data:text/html,<script>", "/tmp", "x" * 5000),
)
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 2**63, 1e308, float("nan"), float("inf"), 3.0, "3", "l1", 7]),
    st.text(max_size=20),
    st.sampled_from(["\ud800", "x" * 100_000, "<script>alert(1)</script>", "\n\r\t\0", FILE]),
    st.sampled_from(PATHS),
)
fields = ("path", "url", "size", "orig_name", "mime_type", "is_stream", "meta", "data")
kind_of_file = st.one_of(st.just({"_type": "gradio.FileData"}), odd)
files = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, odd) | {"meta": kind_of_file})
json_values = st.recursive(
    odd | files,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@st.composite
def cases(draw) -> Case:
    """One input of any kind."""
    target = draw(st.sampled_from(TARGETS))
    kind = draw(st.sampled_from(["form", "file", "file", "made up"]))
    if kind == "form":
        return draw(cases_of_json(target))
    made_up = random_networks if target == "network" else raw_pngs
    content, file = draw(made_up if kind == "made up" else damaged(_sound(target)))
    name = draw(names) if draw(st.integers(0, 3)) == 0 else _usual_name(target)
    inline = target == "canvas" or (target == "photo" and draw(st.booleans()))
    data = list(SOUND[target])
    if target == "/classify":
        data[1:] = [draw(st.sampled_from(LAYERS)), draw(st.sampled_from(list(REGULARISERS)))]
    return Case(target, content, data, file, name, draw(mimes), inline)


@st.composite
def cases_of_json(draw, target: str) -> Case:
    """A sound file, with any JSON in one argument or more, or with too few or too many of them."""
    data = list(SOUND[target])
    for index in draw(st.sets(st.integers(0, len(data) - 1), min_size=1)):
        data[index] = draw(json_values)
    if draw(st.integers(0, 9)) == 0:
        data = data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data * 9
    file = _sound(target)["checkpoint" if target == "network" else "PNG L"]
    return Case(target, "JSON", data, file, _usual_name(target), inline=target == "canvas")


def _sound(target: str) -> dict[str, bytes]:
    return networks() if target == "network" else pictures()


def _usual_name(target: str) -> str:
    return "n.safetensors" if target == "network" else "p.png"


def bomb_cases() -> list[Case]:
    """Every bomb as an upload, to `/classify` and to the photo."""
    return [
        Case(target, content, list(SOUND[target]), file)
        for content, file in ((content, make()) for content, make in BOMBS.items())
        for target in ("/classify", "photo")
    ]


def generate(count: int, seed: int, receive: Callable[[Case], None]) -> None:
    """Call `receive` with `count` cases; the same seed gives the same cases."""

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def run(case):
        receive(case)

    run()
