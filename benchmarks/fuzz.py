"""Whatever is sent, an answer or a sentence comes back, and the server lives.

`python -m benchmarks.fuzz --count 10000` starts the app in a process of its own and sends it
made-up inputs: to `/classify` and `/compare`, to the listeners of the canvas and of the photo, and
to that of a visitor's own network. They are JSON of any form, pictures and networks that are
damaged, cut short, spliced, or lie about themselves, and pictures that are small as files and huge
as pixels.

Hypothesis makes them up, the same ones for the same seed. The tests use its first ones.
"""

import base64
import io
import json
import os
import pickle
import struct
import sys
import time
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from PIL import Image
from tqdm import tqdm

from benchmarks import reliability
from benchmarks.server import FOLLOW, JOIN, RUN, UPLOAD, file_data, listener, serving
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.mlp import MLP, MLPConfig
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.spec import CLASS_NAMES
from fmnist_demo.synthetic.drawings import draw
from fmnist_demo.training.config import TrainConfig

COUNT = 10_000
PATIENCE = 60.0
"""Seconds after which an input counts as never answered."""

BOMBS_AT_ONCE = 16

PAGE = 500
"""Inputs after which a visitor opens the page anew."""

TARGETS = ("/classify", "/compare", "canvas", "photo", "network")


@dataclass(frozen=True)
class Case:
    """One input.

    `file`, if any, is uploaded as `name` and `mime`, or sent as a data URL if `inline`, and stands
    in `data` wherever there is a `FILE`. `data` are the arguments of the target.
    """

    target: str
    what: str
    data: list
    file: bytes | None = field(default=None, repr=False)
    name: str = "picture.png"
    mime: str = "image/png"
    inline: bool = False


FILE = "\N{PAPERCLIP}"


# What pictures are made of


@cache
def pictures() -> dict[str, bytes]:
    """Sound pictures of every format and mode, by a name that begins with the format's."""
    grey = Image.fromarray(draw(0, np.random.default_rng(3)))
    rng = np.random.default_rng(0)
    photo = np.asarray(grey.resize((90, 120)).convert("RGB")).astype(int) // 2
    photo = Image.fromarray((photo + rng.integers(0, 60, photo.shape)).clip(0, 255).astype("u1"))
    alpha = photo.copy()
    alpha.putalpha(grey.resize(photo.size))
    many = {"save_all": True, "append_images": [photo.rotate(angle) for angle in range(8)]}
    files = {
        **{f"PNG {mode}": _file(photo.convert(mode)) for mode in ("1", "L", "LA", "RGB", "P")},
        "PNG RGBA": _file(alpha),
        "PNG 16 bit": _file(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)),
        "PNG palette with transparency": _file(photo.convert("P"), transparency=0),
        "PNG animated": _file(photo, **many),
        **{f"JPEG {mode}": _file(photo.convert(mode), "JPEG") for mode in ("L", "RGB", "CMYK")},
        "JPEG progressive": _file(photo, "JPEG", progressive=True),
        **{f"JPEG turned {n}": _file(photo, "JPEG", exif=_turned(n)) for n in (0, 3, 6, 8, 9)},
        "JPEG of several": _file(photo, "MPO", **many),
        "WEBP": _file(photo, "WEBP"),
        "WEBP lossless": _file(alpha, "WEBP", lossless=True),
        "WEBP animated": _file(photo, "WEBP", **many),
        "GIF": _file(photo, "GIF"),
        "GIF animated": _file(photo, "GIF", **many),
        "BMP": _file(photo, "BMP"),
        "BMP palette": _file(photo.convert("P"), "BMP"),
        **{
            f"TIFF {kind}": _file(photo, "TIFF", compression=kind)
            for kind in ("raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg")
        },
        "TIFF CMYK": _file(photo.convert("CMYK"), "TIFF"),
        "TIFF float": _file(grey.convert("F"), "TIFF"),
        "TIFF of several": _file(photo, "TIFF", **many),
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="120">'
        b'<image href="file:///etc/passwd"/><path d="M3 1h4l3 2-1 2v6H2z"/></svg>',
        "PPM": _file(photo, "PPM"),
        "ICO": _file(photo, "ICO"),
    }
    return files


def _file(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    if others := options.get("append_images"):  # saving leaves its traces on an image
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
    """A PNG file with this header, and `rows` as its compressed data, whether or not they fit."""
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


def _photos(count: int) -> list[Image.Image]:
    photo = Image.fromarray(np.full((64, 64, 3), 90, np.uint8))
    return [photo.point(lambda v, n=n: (v + n) % 256) for n in range(count)]


def _unpacked(kind: bytes, start: bytes) -> bytes:
    """A PNG of 64 × 64 pixels with a chunk that unpacks to 200 MB."""
    return png(64, 64, 8, 0, _zeros(64 * 65), _chunk(kind, start + _zeros(200_000_000)))


def _several(kind: str, count: int) -> bytes:
    first, *others = _photos(count)
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
"""Small files that unpack to a chunk; each is made when it is called."""


def _passes(data: bytes, count: int) -> bytes:
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + b"\xff\xd9"


def _lying(kind: str, data: bytes, width: int, height: int) -> bytes:
    """The picture with another size in its header; as it is if its format keeps none there."""
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
    """A file that was sound once: what was done to it, and its bytes."""
    name = draw(st.sampled_from(sorted(files)))
    data = files[name]
    how = draw(st.sampled_from(["sound", "flipped", "cut", "spliced", "repeated", "lying"]))
    if how == "flipped" and data:
        changed = bytearray(data)
        reach = len(data) - 1 if draw(st.booleans()) else min(len(data) - 1, 200)
        for place, value in draw(
            st.lists(st.tuples(shares, st.integers(0, 255)), min_size=1, max_size=20)
        ):
            changed[int(place * reach)] = value
        data = bytes(changed)
    elif how == "cut":
        data = data[: int(draw(shares) * len(data))]
    elif how == "spliced":
        other = files[draw(st.sampled_from(sorted(files)))]
        data = data[: int(draw(shares) * len(data))] + other[int(draw(shares) * len(other)) :]
    elif how == "repeated":
        start, end = sorted(int(draw(shares) * len(data)) for _ in range(2))
        data = data[:end] + data[start:end] * draw(st.integers(1, 30)) + data[end:]
    elif how == "lying":
        data = _lying(name.split()[0], data, draw(edges), draw(edges))
    return f"{how} {name}", data


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

# What networks are made of


@cache
def networks() -> dict[str, bytes]:
    """A small sound checkpoint, and files of other kinds with its name."""
    shape = MLPConfig(layers=3, width=16)
    training = asdict(TrainConfig(strength=0.0))
    validation = {"loss": 0.5, "accuracy": 0.9}
    metadata = checkpoints.Metadata(shape, training, "0" * 12, validation=validation)
    with TemporaryDirectory() as folder:
        path = Path(folder, "mlp3-none.safetensors")
        checkpoints.save(path, MLP(shape), metadata)
        sound = path.read_bytes()
    length = int.from_bytes(sound[:8], "little")
    header = json.loads(sound[8 : 8 + length])
    made = {"checkpoint": sound}
    for what, change in {
        "of other metadata": {"__metadata__": {"fmnist_demo": "{}"}},
        "without metadata": {"__metadata__": {}},
        "of another shape": {"layers.0.weight": {"dtype": "F16", "shape": [1, 1]}},
        "of another type": {"x": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}},
        "of overlapping parts": {"x": {"dtype": "F16", "shape": [4], "data_offsets": [0, 8]}},
        "of negative parts": {"x": {"dtype": "F16", "shape": [-4], "data_offsets": [-8, 0]}},
        "of 2^60 numbers": {"x": {"dtype": "F16", "shape": [2**60], "data_offsets": [0, 2**61]}},
    }.items():
        made[f"checkpoint {what}"] = _safetensors(header | change, sound[8 + length :])
    metadata = json.loads(header["__metadata__"]["fmnist_demo"])
    for key, value in {
        "model": {"layers": 10**9, "width": 10**9, "dropout": 0},
        "calibration": {"temperature": 0, "confidence_threshold": 2},
        "history": "x" * 10**6,
        "validation": {"loss": None, "accuracy": "<script>"},
        "training": {"regulariser": "<script>alert(1)</script>", "strength": 0},
        "format": "<script>",
    }.items():
        words = {"fmnist_demo": json.dumps(metadata | {key: value})}
        made[f"checkpoint with a lie on its {key}"] = _safetensors(
            header | {"__metadata__": words}, sound[8 + length :]
        )
    made["checkpoint of NaN"] = sound[: 8 + length] + b"\xff\x7e" * ((len(sound) - 8 - length) // 2)
    made["header of 2^62 bytes"] = struct.pack("<Q", 2**62) + sound[8:]
    made["header of deep JSON"] = struct.pack("<Q", 100_000) + b"[" * 100_000
    made["pickle"] = pickle.dumps({"weight": Bait()})
    made["LFS pointer"] = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    made["picture"] = pictures()["PNG RGB"]
    made["nothing"] = b""
    return made


class Bait:
    """Unpickled, it would end the process."""

    def __reduce__(self):
        return os._exit, (66,)


def _safetensors(header: dict, rest: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + rest


# What JSON is made of

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
files = st.fixed_dictionaries(
    {},
    optional={
        "path": odd,
        "url": odd,
        "size": odd,
        "orig_name": odd,
        "mime_type": odd,
        "is_stream": odd,
        "meta": st.one_of(st.just({"_type": "gradio.FileData"}), odd),
        "data": odd,
    },
)
json_values = st.recursive(
    odd | files,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)

SOUND = {
    "/classify": [FILE, 3, "none"],
    "/compare": [FILE],
    "canvas": [FILE, "none", [3, 5, 7], True, None],
    "photo": [FILE, "l1", [3], False, None],
    "network": [FILE],
}
"""The arguments of each target, as they should be."""


@st.composite
def cases(draw) -> Case:
    """One input of any kind."""
    target = draw(st.sampled_from(TARGETS))
    kind = draw(st.sampled_from(["form", "file", "file", "made up"]))
    if kind == "form":
        data = list(SOUND[target])
        for place in draw(st.sets(st.integers(0, len(data) - 1), min_size=1)):
            data[place] = draw(json_values)
        if draw(st.integers(0, 9)) == 0:
            data = data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data * 9
        file = networks()["checkpoint"] if target == "network" else pictures()["PNG L"]
        name = "n.safetensors" if target == "network" else "p.png"
        return Case(target, "JSON", data, file, name, inline=target == "canvas")
    sound = networks() if target == "network" else pictures()
    if kind == "made up" and target == "network":
        what, file = "random bytes", draw(st.binary(max_size=300))
    elif kind == "made up":
        what, file = draw(raw_pngs)
    else:
        what, file = draw(damaged(sound))
    usual = "n.safetensors" if target == "network" else "p.png"
    name = draw(names) if draw(st.integers(0, 3)) == 0 else usual
    inline = target == "canvas" or (target == "photo" and draw(st.booleans()))
    data = list(SOUND[target])
    if target == "/classify":
        data[1:] = [draw(st.sampled_from([3, 5, 7])), draw(st.sampled_from(list(REGULARISERS)))]
    return Case(target, what, data, file, name, draw(mimes), inline)


def generate(count: int, seed: int, receive) -> None:
    """Call `receive` with `count` cases, the same ones for the same seed."""

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
    def each(case):
        receive(case)

    each()


# Sending them


class Visitor:
    """Somebody who sends cases to an app, and judges what comes back."""

    def __init__(self, url: str):
        self.client = httpx.Client(base_url=url, timeout=PATIENCE)
        self.config = self.client.get("config").raise_for_status().json()
        self.functions = {
            "canvas": listener(self.config, "drawpad", "input"),
            "photo": listener(self.config, "picture", "change"),
            "network": listener(self.config, "network-upload", "upload"),
        }
        self.sent = 0

    @property
    def session(self) -> str:
        return f"fuzz{self.sent // PAGE}"

    def send(self, case: Case) -> tuple[str, str]:
        """What came back, `answer`, `sentence` or `refused`, and what was wrong with it or ``."""
        self.sent += 1
        try:
            return self._send(case)
        except httpx.HTTPError as error:
            return "nothing", f"{type(error).__name__}: {error}"

    def _send(self, case: Case) -> tuple[str, str]:
        data = case.data
        if case.file is not None:
            if case.inline:
                sent = f"data:image/png;base64,{base64.b64encode(case.file).decode()}"
                if case.target == "photo":
                    sent = file_data("x") | {"url": sent, "path": None}
            else:
                upload = self.client.post(
                    UPLOAD, files={"files": (case.name, case.file, case.mime)}
                )
                if upload.status_code != 200:
                    return "refused", _bad_refusal(upload)
                sent = file_data(upload.json()[0])
            data = [sent if value == FILE else value for value in data]
        body = {"data": data, "session_hash": self.session}
        headers = {"Content-Type": "application/json"}
        if case.target == "network":
            return self._queued(body, headers)
        path = RUN
        if case.target in self.functions:
            body["fn_index"] = self.functions[case.target]
        else:
            path = f"gradio_api/run{case.target}"
        response = self.client.post(path, content=json.dumps(body), headers=headers)
        if response.status_code == 200:
            return "answer", bad_answer(case.target, response.json()["data"])
        if response.status_code == 500 and response.headers["content-type"] == "application/json":
            return "sentence", bad_sentence(response.json().get("error"))
        return "refused", _bad_refusal(response)

    def _queued(self, body: dict, headers: dict) -> tuple[str, str]:
        body |= {"fn_index": self.functions["network"], "session_hash": f"{self.session}q"}
        joined = self.client.post(JOIN, content=json.dumps(body), headers=headers)
        if joined.status_code != 200:
            return "refused", _bad_refusal(joined)
        outcome = "nothing", "the queue said nothing of it"
        session = {"session_hash": body["session_hash"]}
        # To its end: a stream that is still open would get what the next one waits for. Its lines
        # end with \n, and a name in one may hold more that Python takes for the end of a line.
        for line in self.client.get(FOLLOW, params=session).text.split("\n"):
            if not line.startswith("data:"):
                continue
            event = json.loads(line[5:])
            if event["msg"] == "process_completed" and event["success"]:
                outcome = "answer", bad_answer("network", event["output"]["data"])
            elif event["msg"] in ("process_completed", "unexpected_error"):
                outcome = "sentence", bad_sentence(event.get("output", {}).get("error"))
        return outcome


def bad_sentence(text: str | None) -> str:
    """What is wrong with an error's text; nothing if it is a sentence."""
    if not isinstance(text, str) or not text:
        return f"an error without words: {text!r}"
    if "\n" in text or "Traceback" in text or len(text) > 500 or not text.endswith((".", ").")):
        return f"not a sentence: {text[:500]!r}"
    return ""


def bad_answer(target: str, data: list) -> str:
    """What is wrong with an answer's form."""
    if target == "/classify":
        shares = [c["confidence"] for c in data[0]["confidences"]]
        good = len(shares) == len(CLASS_NAMES) and abs(sum(shares) - 1) < 1e-3
    elif target == "/compare":
        good = len(data[0]) == 9 and all(each["label"] in CLASS_NAMES for each in data[0])
    elif target == "network":
        good = "role=" in data[1] and "<script" not in data[1]
    else:
        html = data[0]
        good = ('class="card"' in html or 'class="message' in html) and "<script" not in html
    if not good or "Traceback" in json.dumps(data):
        return f"not an answer: {str(data)[:500]}"
    return ""


def _bad_refusal(response: httpx.Response) -> str:
    """What is wrong with an answer of HTTP alone."""
    text = response.text
    if response.status_code >= 500 or "Traceback" in text or not text.strip():
        return f"HTTP {response.status_code}: {text[:300]!r}"
    return ""


# Counting them


@dataclass
class Tally:
    """What became of the cases."""

    outcomes: Counter = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_case: str = ""

    def ask(self, visitor: Visitor, case: Case) -> None:
        start = time.perf_counter()
        outcome, problem = visitor.send(case)
        seconds = time.perf_counter() - start
        if seconds > self.slowest:
            self.slowest, self.slowest_case = seconds, f"{case.target}: {case.what}"
        self.outcomes[case.target, outcome] += 1
        if problem:
            self.problems.append(f"{problem} — {case!r}"[:2000])


def bomb_cases() -> list[Case]:
    """Every bomb as an upload."""
    return [
        Case(target, what, list(SOUND[target]), file)
        for what, file in [(what, make()) for what, make in BOMBS.items()]
        for target in ("/classify", "photo")
    ]


def measure(count: int, seed: int) -> dict:
    """Send everything to a new server; the figures."""
    with serving() as server:
        tally, visitor = Tally(), Visitor(server.url)
        with tqdm(total=count, desc="inputs") as bar:

            def receive(case: Case) -> None:
                tally.ask(visitor, case)
                bar.update()
                bar.set_postfix(problems=len(tally.problems))

            if warm := count // 10:
                generate(warm, seed + 1, receive)
            before = server.memory
            generate(count - warm, seed, receive)
        after, peak = server.memory, server.peak
        for case in tqdm(bomb_cases(), "bombs"):
            tally.ask(visitor, case)
        peak_bombs = server.peak
        worst = Case("/classify", "bombs at once", [FILE, 3, "none"], BOMBS["PNG of 64 MP"]())
        with ThreadPoolExecutor(BOMBS_AT_ONCE) as pool:
            list(pool.map(lambda each: tally.ask(visitor, each), [worst] * BOMBS_AT_ONCE))
        return {
            "machine": reliability.measured_on(),
            "count": sum(tally.outcomes.values()),
            "seed": seed,
            "outcomes": {
                target: {
                    outcome: n for (t, outcome), n in sorted(tally.outcomes.items()) if t == target
                }
                for target in TARGETS
            },
            "problems": tally.problems,
            "alive": server.alive,
            "tracebacks": server.log.count("Traceback"),
            "memory_warm": before,
            "memory_after": after,
            "peak": peak,
            "peak_bombs": peak_bombs,
            "peak_bombs_at_once": server.peak,
            "slowest_seconds": tally.slowest,
            "slowest": tally.slowest_case,
            "log": server.log[-5000:] if "Traceback" in server.log else "",
        }


def table(figures: dict) -> str:
    """The figures as Markdown."""
    kinds = ("answer", "sentence", "refused", "nothing")
    rows = [
        f"| {target} | {sum(o.values()):,} | "
        + " | ".join(f"{o.get(kind, 0):,}" for kind in kinds)
        + " |"
        for target, o in figures["outcomes"].items()
    ]
    return "\n".join(
        [
            f"{figures['count']:,} inputs, seed {figures['seed']}, on {figures['machine']}.",
            "",
            "| sent to | inputs | answered | one sentence | refused by HTTP | nothing |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            f"Of these {len(figures['problems'])} were not as they should be, and "
            f"{figures['tracebacks']} tracebacks are in the log. The server "
            f"{'lives' if figures['alive'] else 'is dead'}. Its memory: "
            f"{figures['memory_warm']:.0f} MB after a tenth, {figures['memory_after']:.0f} MB at "
            f"the end, at most {figures['peak']:.0f} MB; {figures['peak_bombs']:.0f} MB with "
            f"bombs one by one, {figures['peak_bombs_at_once']:.0f} MB with {BOMBS_AT_ONCE} of the "
            f"worst at once. The slowest answer took {figures['slowest_seconds']:.1f} s "
            f"({figures['slowest']}).",
        ]
    )


def main(argv: list[str] | None = None) -> int:
    """Send everything, and print the table. Returns 1 if something was not as it should be."""
    parser = reliability.parser("fuzz", __doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    return reliability.run(
        "fuzz",
        args,
        lambda: measure(args.count, args.seed),
        table,
        lambda figures: [*figures["problems"][:20], figures["log"]],
        lambda figures: figures["problems"] or figures["tracebacks"] or not figures["alive"],
    )


if __name__ == "__main__":
    sys.exit(main())
