"""The lab: train a network of one's own, watch it learn, and draw for it.

What belongs to a visitor is in `gr.State`; the examples and the line are shared by all.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from html import escape
from pathlib import Path

import gradio as gr

from fmnist_demo import plots
from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.training import lab
from fmnist_demo.training.lab import (
    Control,
    Failed,
    Finished,
    Lab,
    Preparing,
    Run,
    Snapshot,
    Waiting,
)
from fmnist_demo.training.loop import EpochResult, best_epoch
from fmnist_demo.training.settings import (
    BATCH_SIZES,
    LABELS,
    RANGES,
    SOURCES,
    STRENGTHS,
    Settings,
    from_query,
    from_values,
)
from fmnist_demo.ui import gpu
from fmnist_demo.ui.chart import Chart, chart_html
from fmnist_demo.ui.listeners import AT_ONCE, QUIET
from fmnist_demo.ui.message import message
from fmnist_demo.ui.your_network import TIME_TO_LIVE, YourNetwork

REMEMBERED = len(plots.RUN_COLOURS)
"""How many of a visitor's runs are remembered, the latest ones."""

STEPS = {
    "layers": 1,
    "width": 16,
    "dropout": 0.05,
    "strength": 1e-5,
    "learning_rate": 0.001,
    "epochs": 1,
    "patience": 1,
    "examples": 1000,
}
"""By how much a press of an arrow changes each setting that is a number."""

NOTES = {
    "width": "Units in each hidden layer.",
    "epochs": "The one with the lowest validation loss is kept; under L1, once the penalty has "
    "ended.",
    "patience": "Epochs without a better validation loss after which training stops.",
    "learning_rate": "The highest of a one-cycle schedule.",
    "augment": "Shift, flip and outline the pictures at random: harder to learn from, but nearer "
    "to drawings.",
    "examples": f"Of the drawings there are {lab.DRAWINGS:,}.",
}
"""What is said under a setting that its name does not explain."""

INTRODUCTION = (
    "Train a network of your own and watch it learn. One training runs at a time on this server, "
    f"for {lab.TIME_LIMIT / 60:g} minutes at most, and others wait in line; it stops when you "
    "close the page. The address of the page holds the settings: copy it to share them."
)

WRITE_ADDRESS = (
    "(...values) => {"
    "const url = new URL(window.location);"
    f"{list(LABELS)}.forEach((name, i) => url.searchParams.set(name, values[i]));"
    'url.searchParams.set("tab", "train");'
    'window.history.replaceState(window.history.state, "", url);'
    "}"
)
"""Runs in the browser when a setting changes."""


UNBOUND = {"concurrency_limit": None}
"""The lab has a line of its own, which tells how long it is."""


class LabTab:
    """The page of the lab; `your_network` takes the network to draw for."""

    def __init__(self, your_network: YourNetwork):
        self.your_network = your_network
        self.lab = Lab(gpu.trainer())
        self.runs = gr.State({}, time_to_live=TIME_TO_LIVE)  # Run by number
        self.control = gr.State(None, time_to_live=TIME_TO_LIVE)
        self.latest = gr.State(
            None, time_to_live=TIME_TO_LIVE
        )  # key to the store of `your_network`
        gr.Markdown(INTRODUCTION)
        with gr.Row(elem_classes="workbench"):
            with gr.Column(scale=2, min_width=260, elem_classes="settings"):
                self.settings = _controls()
            with gr.Column(scale=3, min_width=260):
                with gr.Row():
                    self.train = gr.Button("Train", variant="primary", min_width=80)
                    self.pause = gr.Button("Pause", interactive=False, min_width=80)
                    self.stop = gr.Button("Stop", interactive=False, min_width=80)
                self.status = gr.HTML(message("Nothing trained yet."), elem_id="lab-status")
                self.instead = gr.Button("Train on drawings instead", visible=False)
                with gr.Row(visible=False) as self.result:
                    self.download = gr.DownloadButton("Download (.safetensors)", min_width=140)
                    self.draw = gr.Button("Draw for it", min_width=140)
                self.curves = Chart(elem_id="lab-curves")
        with gr.Row(elem_classes="lesson"):
            with gr.Column(min_width=260):
                self.weights = Chart(elem_id="lab-weights")
            with gr.Column(min_width=260):
                self.filters = Chart(elem_id="lab-filters")
        self.table = gr.HTML("", elem_id="lab-runs")
        self.compared = Chart(elem_id="lab-compared")

    def connect(self, tabs: gr.Tabs) -> None:
        """Connect the controls; `tabs` goes to the tab `draw` when the visitor draws for it."""
        controls = list(self.settings.values())
        buttons = [self.train, self.pause, self.stop]
        outputs = [
            *(self.runs, self.control, self.latest, *buttons, self.status, self.instead),
            *(self.result, self.download, self.curves, self.weights, self.filters),
            *(self.table, self.compared),
        ]
        begun = [
            self.train.click(self._train, [self.runs, *controls], outputs, **UNBOUND, **QUIET),
            self.instead.click(lambda: "drawings", None, self.settings["source"], **AT_ONCE).then(
                self._train, [self.runs, *controls], outputs, **UNBOUND, **QUIET
            ),
        ]
        for event in begun:
            event.then(_idle, None, buttons, **AT_ONCE)
        self.pause.click(_pause, self.control, self.pause, **AT_ONCE)
        self.stop.click(_stop, self.control, None, **AT_ONCE)
        drawn = self.draw.click(
            lambda key: (*self.your_network.use(key), gr.Tabs(selected="draw")),
            self.latest,
            [*self.your_network.outputs, tabs],
            **AT_ONCE,
        )
        self.your_network.answer_after(drawn)
        regulariser, strength = self.settings["regulariser"], self.settings["strength"]
        regulariser.input(_usual_strength, regulariser, strength, **AT_ONCE).then(
            None, controls, None, js=WRITE_ADDRESS, api_visibility="private"
        )
        gr.on(
            [control.input for control in controls],
            None,
            controls,
            None,
            js=WRITE_ADDRESS,
            api_visibility="private",
        )

    def open_link(self, query: dict[str, str]) -> dict:
        """What the query of a URL sets, and a word on what is wrong with it.

        Nothing if it is not about the lab. The components are `settings` and `status`.
        """
        if not query.keys() & LABELS.keys():
            return {}
        settings, problems = from_query(query)
        values = {self.settings[name]: getattr(settings, name) for name in LABELS}
        if problems:
            values[self.status] = message(" ".join(problems), "alert")
        return values

    def _train(self, runs: dict[int, Run], *values) -> Iterator[dict]:
        """Train, and show how it goes; a run that comes to something is added to `runs`."""
        control = Control()
        yield {
            self.control: control,
            self.train: gr.Button(interactive=False),
            self.pause: gr.Button("Pause", interactive=True),
            self.stop: gr.Button(interactive=True),
            self.instead: gr.Button(visible=False),
            self.result: gr.Row(visible=False),
        }
        number = max(runs, default=0) + 1
        try:
            settings = from_values(dict(zip(LABELS, values, strict=True)))
            before = None
            with closing(self.lab.train(settings, control)) as updates:
                for update in updates:
                    new, before = update is not before, update
                    if isinstance(update, Finished):
                        yield from self._finish(update, runs | {number: update.run})
                    elif isinstance(update, Failed):
                        yield {
                            self.status: message(update.reason, "alert"),
                            self.instead: gr.Button(visible=update.no_data),
                        }
                    else:
                        charts = new and isinstance(update, Snapshot)
                        yield {
                            self.status: _progress(update, settings, control.paused),
                            **(self._charts(update, settings, number) if charts else {}),
                        }
        except UserError as error:
            yield {self.status: message(str(error), "alert")}

    def _finish(self, end: Finished, runs: dict[int, Run]) -> Iterator[dict]:
        """Everything that is shown at the end of a training, the last of `runs`."""
        number, run = list(runs.items())[-1]
        runs = dict(list(runs.items())[-REMEMBERED:])
        curves = {f"Run {n}": _curves(r.history, r.stop_reason) for n, r in runs.items()}
        longest = max(len(run.history) for run in runs.values())
        compared = chart_html(plots.learning_curves(curves, longest), "runs")
        yield {
            self.runs: runs,
            self.status: message(run.verdict),
            **self._charts(end.snapshot, run.settings, number, run.stop_reason),
            self.table: _table(runs),
            self.compared: compared if len(runs) > 1 else "",
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{end.checkpoint.name}.safetensors"
            checkpoints.save(path, end.checkpoint.model, end.checkpoint.metadata)
            yield {  # Gradio copies the file before it asks for more
                self.latest: self.your_network.store.put(end.checkpoint),
                self.result: gr.Row(visible=True),
                self.download: str(path),
            }

    def _charts(self, seen: Snapshot, settings: Settings, number: int, ended: str = "") -> dict:
        kind = settings.regulariser
        drawn = {
            self.weights: (plots.weight_histogram({kind: seen.weights}), "weights"),
            self.filters: (plots.filter_grids({kind: seen.filters}, columns=6), "filters"),
        }
        if seen.history:
            curves = {f"Run {number}": _curves(seen.history, ended)}
            drawn[self.curves] = (plots.learning_curves(curves, settings.epochs), "curves")
        return {
            chart: chart_html(plot, f"run{number}-{name}") for chart, (plot, name) in drawn.items()
        }


def _controls() -> dict[str, gr.components.Component]:
    """One labelled control a setting, by its name."""
    usual = Settings()

    def made(name: str) -> gr.components.Component:
        given = {
            "label": LABELS[name],
            "value": getattr(usual, name),
            "info": NOTES.get(name),
            "elem_id": f"lab-{name}",
        }
        if name in ("strength", "learning_rate"):  # they range over several powers of ten
            return gr.Number(step=STEPS[name], **given)
        if name in RANGES:
            return gr.Slider(*RANGES[name], step=STEPS[name], buttons=[], **given)
        if name == "augment":
            return gr.Checkbox(**given)
        if name == "batch_size":
            return gr.Dropdown(list(BATCH_SIZES), **given)
        labels = {
            "regulariser": {key: r.label for key, r in REGULARISERS.items()},
            "source": SOURCES,
        }
        return gr.Radio([(label, key) for key, label in labels[name].items()], **given)

    return {name: made(name) for name in LABELS}


def _usual_strength(regulariser: str) -> gr.Number:
    """The number of the strength as it usually is, going up and down by a tenth of that."""
    usual = STRENGTHS[regulariser]
    return gr.Number(value=usual, step=usual / 10 or STEPS["strength"])


def _idle() -> tuple:
    """The three buttons when nothing is being trained."""
    return (
        gr.Button(interactive=True),
        gr.Button("Pause", interactive=False),
        gr.Button(interactive=False),
    )


def _pause(control: Control | None):
    """Pause, or go on; the button says what it would do next."""
    if control is None:
        return gr.skip()
    control.paused = not control.paused
    return gr.Button("Go on" if control.paused else "Pause")


def _stop(control: Control | None) -> None:
    if control is not None:
        control.stopped = True


def _progress(update: Waiting | Preparing | Snapshot, settings: Settings, paused: bool) -> str:
    """How far it is, in words and as a bar."""
    if isinstance(update, Waiting):
        others = "1 training is" if update.ahead == 1 else f"{update.ahead} trainings are"
        return message(f"You are number {update.ahead + 1} in the line: {others} before yours.")
    if isinstance(update, Preparing):
        text, share = update.what, update.share
    else:
        epoch = min(len(update.history) + 1, settings.epochs)
        text, share = f"Epoch {epoch} of {settings.epochs}", update.share
        text += f", {update.zeros:.1%} of the weights are exactly zero"
        if paused:
            text = f"Paused in epoch {epoch}, for {lab.PAUSE_LIMIT:g} seconds at most"
    return (
        f'<div class="message">{escape(text)}.'
        f'<progress value="{share:.3f}" aria-label="Progress"></progress></div>'
    )


def _curves(history: list[EpochResult], ended: str) -> dict:
    """A history as `plots.learning_curves` takes it."""
    keys = ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy")
    return {key: [getattr(result, key) for result in history] for key in keys} | {
        "kept": best_epoch(history).epoch,
        "stopped_early": ended == "early stopping",
    }


COLUMNS: dict[str, Callable[[Run], str]] = {
    "layers": lambda run: f"{run.settings.layers} × {run.settings.width}",
    "penalty": lambda run: _penalty(run.settings),
    "dropout": lambda run: f"{run.settings.dropout:g}",
    "rate": lambda run: f"{run.settings.learning_rate:g}",
    "batch": lambda run: f"{run.settings.batch_size}",
    "trained on": lambda run: _trained_on(run.settings),
    "epochs": lambda run: f"{run.best_epoch.epoch} of {len(run.history)}",
    "training": lambda run: f"{run.train_accuracy:.1%}",
    "validation": lambda run: f"{run.best_epoch.validation_accuracy:.1%}",
    "gap": lambda run: f"{run.gap * 100:.1f}",
    "zeros": lambda run: f"{run.best_epoch.total_zeros:.1%}",
}
"""What is told of a run in the table: the heading, and its words."""


def _penalty(settings: Settings) -> str:
    label = REGULARISERS[settings.regulariser].label
    return label if settings.regulariser == "none" else f"{label} {settings.strength:g}"


def _trained_on(settings: Settings) -> str:
    count = min(settings.examples, lab.DRAWINGS)
    what = f"{count:,} drawings" if settings.source == "drawings" else f"{settings.examples:,}"
    return f"{what}, augmented" if settings.augment else what


def _table(runs: dict[int, Run]) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("run", *COLUMNS))
    rows = "".join(
        f'<tr><th scope="row">{number}</th>'
        + "".join(f"<td>{escape(told(run))}</td>" for told in COLUMNS.values())
        + "</tr>"
        for number, run in runs.items()
    )
    return (
        '<p class="advice">Your runs. Epochs: kept and trained. Training and validation: the share '
        "right. Gap: their difference, in points.</p>"
        '<div class="runs" tabindex="0" role="region" aria-label="Your runs"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
