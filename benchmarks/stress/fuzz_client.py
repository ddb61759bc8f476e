"""Sends made-up inputs to a running app and judges the replies."""

import base64
import json

import httpx

from benchmarks.stress.fuzz_inputs import FILE, Case
from benchmarks.stress.server import FOLLOW, JOIN, RUN, UPLOAD, file_data, listener
from fmnist_demo.spec import CLASS_NAMES

PATIENCE = 60.0
"""Seconds after which an input counts as not answered."""

CASES_PER_PAGE = 500
"""Inputs that are sent before the page is opened anew, with a new session."""

HEADERS = {"Content-Type": "application/json"}

OUTCOMES = ("answer", "error", "rejected", "no reply")
"""An answer of the right form, an error message, a rejection by HTTP alone, or none of these."""


class Client:
    """Sends cases to the app at `url`."""

    def __init__(self, url: str):
        self.http = httpx.Client(base_url=url, timeout=PATIENCE)
        config = self.http.get("config").raise_for_status().json()
        self.functions = {
            "canvas": listener(config, "drawpad", "input"),
            "photo": listener(config, "picture", "change"),
            "network": listener(config, "network-upload", "upload"),
        }
        self.cases_sent = 0

    def send(self, case: Case) -> tuple[str, str]:
        """Send one case. Returns one of `OUTCOMES`, and what is wrong with the reply or ``."""
        self.cases_sent += 1
        try:
            file, rejection = self._file(case)
            if rejection is not None:
                return "rejected", wrong_with_rejection(rejection)
            body = {
                "data": [file if value == FILE else value for value in case.data],
                "session_hash": f"fuzz{self.cases_sent // CASES_PER_PAGE}",
            }
            return self._queue(body) if case.target == "network" else self._run(case.target, body)
        except httpx.HTTPError as error:
            return "no reply", f"{type(error).__name__}: {error}"

    def _file(self, case: Case) -> tuple[object, httpx.Response | None]:
        """What stands for the file in the arguments, or the response that rejects its upload."""
        if case.file is None:
            return FILE, None
        if case.inline:
            url = f"data:image/png;base64,{base64.b64encode(case.file).decode()}"
            is_photo = case.target == "photo"
            return (file_data("x") | {"url": url, "path": None} if is_photo else url), None
        upload = self.http.post(UPLOAD, files={"files": (case.name, case.file, case.mime)})
        if upload.status_code != 200:
            return None, upload
        return file_data(upload.json()[0]), None

    def _run(self, target: str, body: dict) -> tuple[str, str]:
        """Call a function that answers at once."""
        if target in self.functions:
            path, body = RUN, body | {"fn_index": self.functions[target]}
        else:
            path = f"gradio_api/run{target}"
        # `json=` would refuse infinity and NaN.
        response = self.http.post(path, content=json.dumps(body), headers=HEADERS)
        if response.status_code == 200:
            return "answer", wrong_with_answer(target, response.json()["data"])
        if response.status_code == 500 and response.headers["content-type"] == "application/json":
            return "error", wrong_with_message(response.json().get("error"))
        return "rejected", wrong_with_rejection(response)

    def _queue(self, body: dict) -> tuple[str, str]:
        """Call the function of an uploaded network, which goes through Gradio's queue."""
        session = {"session_hash": f"{body['session_hash']}q"}
        body = body | session | {"fn_index": self.functions["network"]}
        joined = self.http.post(JOIN, content=json.dumps(body), headers=HEADERS)
        if joined.status_code != 200:
            return "rejected", wrong_with_rejection(joined)
        outcome = "no reply", "the queue sent no result"
        # Read the stream to its end: one that is still open would get the next case's events.
        # Lines end with \n; `splitlines` would also split at odd characters in a file's name.
        for line in self.http.get(FOLLOW, params=session).text.split("\n"):
            if not line.startswith("data:"):
                continue
            event = json.loads(line[5:])
            if event["msg"] == "process_completed" and event["success"]:
                outcome = "answer", wrong_with_answer("network", event["output"]["data"])
            elif event["msg"] in ("process_completed", "unexpected_error"):
                outcome = "error", wrong_with_message(event.get("output", {}).get("error"))
        return outcome


def wrong_with_message(text: str | None) -> str:
    """What is wrong with an error message: `` if it is one sentence."""
    if not isinstance(text, str) or not text:
        return f"an error without a message: {text!r}"
    if "\n" in text or "Traceback" in text or len(text) > 500 or not text.endswith((".", ").")):
        return f"not a sentence: {text[:500]!r}"
    return ""


def wrong_with_answer(target: str, data: list) -> str:
    """What is wrong with the form of an answer."""
    if target == "/classify":
        confidences = [c["confidence"] for c in data[0]["confidences"]]
        good = len(confidences) == len(CLASS_NAMES) and abs(sum(confidences) - 1) < 1e-3
    elif target == "/compare":
        good = len(data[0]) == 9 and all(answer["label"] in CLASS_NAMES for answer in data[0])
    elif target == "network":
        good = "role=" in data[1] and "<script" not in data[1]
    else:
        html = data[0]
        good = ('class="card"' in html or 'class="message' in html) and "<script" not in html
    if not good or "Traceback" in json.dumps(data):
        return f"not an answer: {str(data)[:500]}"
    return ""


def wrong_with_rejection(response: httpx.Response) -> str:
    """What is wrong with a response that is neither an answer nor an error message of the app."""
    text = response.text
    if response.status_code >= 500 or "Traceback" in text or not text.strip():
        return f"HTTP {response.status_code}: {text[:300]!r}"
    return ""
