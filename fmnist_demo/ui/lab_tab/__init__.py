"""The Train tab: train a network, watch it learn, and try it on a drawing.

What belongs to a visitor is in `gr.State`; the examples and the queue are shared by all.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import gradio as gr

from fmnist_demo import plots
from fmnist_demo.errors import UserError
from fmnist_demo.networks import checkpoints
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.palette import SERIES
from fmnist_demo.training import examples, lab, stop_reasons
from fmnist_demo.training.lab import Control, Lab
from fmnist_demo.training.loop import EpochResult, best_epoch
from fmnist_demo.training.settings import (
    Settings,
    declarations,
    default_strength,
    from_query,
    from_values,
)
from fmnist_demo.training.updates import Failed, Finished, Preparing, Run, Snapshot, Waiting
from fmnist_demo.ui import gpu
from fmnist_demo.ui.chart import chart, chart_html
from fmnist_demo.ui.listeners import AT_ONCE, QUIET
from fmnist_demo.ui.message import message
from fmnist_demo.ui.templates import render
from fmnist_demo.ui.your_network import TIME_TO_LIVE, YourNetwork

MAX_RUNS = len(SERIES)
"""How many of a visitor's runs are kept, the latest ones."""

INTRODUCTION = (
    "Train your own network and watch it learn. This server runs one training at a time, for "
    f"{lab.TIME_LIMIT / 60:g} minutes at most; others wait in a queue. Training stops when you "
    "close the page. The page's address holds the settings: copy it to share them."
)

ORDINALS = {1: "second", 2: "third", 3: "fourth", 4: "fifth"}
"""Positions in the queue in words, by the number of trainings ahead."""


class LabTab:
    """The page of the lab.

    `your_network` is given the network to try on a drawing; `tabs` then switches to `draw`.
    """

    def __init__(self, your_network: YourNetwork, tabs: gr.Tabs):
        self.store = your_network.store
        self.lab = Lab(gpu.trainer())
        self.runs = gr.State({}, time_to_live=TIME_TO_LIVE)  # Run by number
        self.control = gr.State(Control(), time_to_live=TIME_TO_LIVE)
        self.latest = gr.State(None, time_to_live=TIME_TO_LIVE)  # its key in `store`
        gr.Markdown(INTRODUCTION)
        with gr.Row(elem_classes="workbench"):
            with gr.Column(scale=2, min_width=260, elem_classes="settings"):
                self.settings = {name: control_for(name) for name in Settings.model_fields}
            with gr.Column(scale=3, min_width=260):
                with gr.Row():
                    self.train = gr.Button("Train", variant="primary", min_width=80)
                    self.pause = gr.Button("Pause", interactive=False, min_width=80)
                    self.stop = gr.Button("Stop", interactive=False, min_width=80)
                self.status = gr.HTML(message("Nothing trained yet."), elem_id="lab-status")
                self.instead = gr.Button("Train on drawings instead", visible=False)
                with gr.Row(visible=False) as self.result:
                    self.download = gr.DownloadButton("Download (.safetensors)", min_width=140)
                    draw = gr.Button("Try it on your drawing", min_width=140)
                self.curves = chart("lab-curves")
        with gr.Row(elem_classes="lesson"):
            with gr.Column(min_width=260):
                self.weights = chart("lab-weights")
            with gr.Column(min_width=260):
                self.filters = chart("lab-filters")
        self.table = gr.HTML("", elem_id="lab-runs")
        self.compared = chart("lab-compared")

        controls = list(self.settings.values())
        buttons = [self.train, self.pause, self.stop]
        train = {
            "fn": self.train_network,
            "inputs": [self.runs, *controls],
            "outputs": [
                *(self.runs, self.control, self.latest, *buttons, self.status, self.instead),
                *(self.result, self.download, self.curves, self.weights, self.filters),
                *(self.table, self.compared),
            ],
            "concurrency_limit": None,  # the lab has its own queue, and shows its length
            **QUIET,
        }
        on_drawings = self.instead.click(
            lambda: "drawings", None, self.settings["source"], **AT_ONCE
        )
        for event in (self.train.click(**train), on_drawings.then(**train)):
            event.then(idle_buttons, None, buttons, **AT_ONCE)
        self.pause.click(toggle_pause, self.control, self.pause, **AT_ONCE)
        self.stop.click(stop, self.control, None, **AT_ONCE)
        draw.click(
            lambda key: (*your_network.use(key), gr.Tabs(selected="draw")),
            self.latest,
            [*your_network.outputs, tabs],
            **AT_ONCE,
        )
        address = {
            "fn": None,
            "inputs": controls,
            "js": write_address(self.settings),
            "api_visibility": "private",
        }
        regulariser, strength = self.settings["regulariser"], self.settings["strength"]
        regulariser.input(suggest_strength, regulariser, strength, **AT_ONCE).then(**address)
        gr.on([each.input for each in controls], **address)

    def open_link(self, query: dict[str, str]) -> dict:
        """The new values of `settings` that a URL's query gives, and of `status` for its errors.

        Empty if the query has no setting of the lab.
        """
        if not query.keys() & self.settings.keys():
            return {}
        settings, problems = from_query(query)
        values = {control: getattr(settings, name) for name, control in self.settings.items()}
        if problems:
            values[self.status] = message(" ".join(problems), "alert")
        return values

    def train_network(self, runs: dict[int, Run], *values) -> Iterator[dict]:
        """Train and show the progress; a run with a result is added to `runs`."""
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
            settings = from_values(dict(zip(self.settings, values, strict=True)))
            previous = None
            with closing(self.lab.train(settings, control)) as updates:
                for update in updates:
                    if isinstance(update, Finished):
                        yield from self.finish(update, runs | {number: update.run})
                    elif isinstance(update, Failed):
                        yield {
                            self.status: message(update.reason, "alert"),
                            self.instead: gr.Button(visible=update.no_data),
                        }
                    else:
                        shown = {self.status: progress_html(update, settings, control.paused)}
                        if isinstance(update, Snapshot) and update is not previous:
                            shown |= self._charts(update, settings, number)
                        yield shown
                    previous = update
        except UserError as error:
            yield {self.status: message(str(error), "alert")}

    def finish(self, finished: Finished, runs: dict[int, Run]) -> Iterator[dict]:
        """Show the result of a training, the last of `runs`."""
        runs = dict(list(runs.items())[-MAX_RUNS:])
        curves = {f"Run {n}": _curves(run.history, run.stop_reason) for n, run in runs.items()}
        longest = max(len(run.history) for run in runs.values())
        compared = chart_html(plots.learning_curves(curves, longest), "runs")
        run, checkpoint = finished.run, finished.checkpoint
        yield {
            self.runs: runs,
            self.status: message(run.verdict),
            **self._charts(finished.snapshot, run.settings, max(runs), run.stop_reason),
            self.table: runs_html(runs),
            self.compared: compared if len(runs) > 1 else "",
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / checkpoint.metadata.file_name
            checkpoints.save(path, checkpoint.model, checkpoint.metadata)
            yield {  # Gradio copies the file before it continues
                self.latest: self.store.put(checkpoint),
                self.result: gr.Row(visible=True),
                self.download: str(path),
            }

    def _charts(
        self, snapshot: Snapshot, settings: Settings, number: int, stop_reason: str = ""
    ) -> dict:
        kind = settings.regulariser
        charts = {
            self.weights: (plots.weight_histogram({kind: snapshot.weights}), "weights"),
            self.filters: (plots.filter_grids({kind: snapshot.filters}, columns=6), "filters"),
        }
        if snapshot.history:
            curves = {f"Run {number}": _curves(snapshot.history, stop_reason)}
            charts[self.curves] = (plots.learning_curves(curves, settings.epochs), "curves")
        return {
            chart: chart_html(plot, f"run{number}-{name}") for chart, (plot, name) in charts.items()
        }


def control_for(name: str) -> gr.components.Component:
    """The labelled control of a setting."""
    setting, field = declarations()[name], Settings.model_fields[name]
    shared = {
        "label": setting.label,
        "value": field.default,
        "info": setting.help,
        "elem_id": f"lab-{name}",
    }
    if field.annotation is bool:
        return gr.Checkbox(**shared)
    if isinstance(setting.choices, dict):
        return gr.Radio([(label, value) for value, label in setting.choices.items()], **shared)
    if setting.choices is not None:
        return gr.Dropdown(list(setting.choices), **shared)
    if setting.log:
        return gr.Number(step=setting.step, **shared)
    return gr.Slider(setting.low, setting.high, step=setting.step, buttons=[], **shared)


def write_address(names: Iterable[str]) -> str:
    """JavaScript that writes the values of the settings `names` into the page's address."""
    return (
        "(...values) => {"
        "const url = new URL(window.location);"
        f"{list(names)}.forEach((name, i) => url.searchParams.set(name, values[i]));"
        'url.searchParams.set("tab", "train");'
        'window.history.replaceState(window.history.state, "", url);'
        "}"
    )


def suggest_strength(regulariser: str) -> gr.Number:
    """The default strength of a regulariser, with steps of a tenth of it."""
    strength = default_strength(regulariser)
    return gr.Number(value=strength, step=strength / 10 or declarations()["strength"].step)


def idle_buttons() -> tuple:
    """The three buttons when nothing is being trained."""
    return (
        gr.Button(interactive=True),
        gr.Button("Pause", interactive=False),
        gr.Button(interactive=False),
    )


def toggle_pause(control: Control) -> gr.Button:
    """Pause or resume; the button names what its next press does."""
    control.paused = not control.paused
    return gr.Button("Resume" if control.paused else "Pause")


def stop(control: Control) -> None:
    """Stop the visitor's training."""
    control.stopped = True


def progress_html(update: Waiting | Preparing | Snapshot, settings: Settings, paused: bool) -> str:
    """How far the training is, in words and as a bar."""
    if isinstance(update, Waiting):
        others = "1 training is" if update.ahead == 1 else f"{update.ahead} trainings are"
        position = ORDINALS.get(update.ahead, f"number {update.ahead + 1}")
        return message(f"You are {position} in the queue: {others} ahead of yours.")
    if isinstance(update, Preparing):
        return render("lab_tab/progress.html", text=update.what, share=update.share)
    epoch = min(len(update.history) + 1, settings.epochs)
    text = f"Epoch {epoch} of {settings.epochs}, {update.zeros:.1%} of the weights are exactly zero"
    if paused:
        text = f"Paused in epoch {epoch}, for {lab.PAUSE_LIMIT:g} seconds at most"
    return render("lab_tab/progress.html", text=text, share=update.share)


def _curves(history: list[EpochResult], stop_reason: str) -> dict:
    """A history as `plots.learning_curves` takes it."""
    keys = ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy")
    return {key: [getattr(result, key) for result in history] for key in keys} | {
        "best_epoch": best_epoch(history).epoch,
        "stopped_early": stop_reason == stop_reasons.EARLY_STOPPING,
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
"""The columns of the table of runs: heading, and the text for a run."""


def _penalty(settings: Settings) -> str:
    label = REGULARISERS[settings.regulariser].label
    return label if settings.regulariser == "none" else f"{label} {settings.strength:g}"


def _trained_on(settings: Settings) -> str:
    count = min(settings.examples, examples.TRAINING_DRAWINGS)
    what = f"{count:,} drawings" if settings.source == "drawings" else f"{settings.examples:,}"
    return f"{what}, augmented" if settings.augment else what


def runs_html(runs: dict[int, Run]) -> str:
    """The table of a visitor's runs, by their numbers."""
    rows = [(number, [text(run) for text in COLUMNS.values()]) for number, run in runs.items()]
    return render("lab_tab/runs.html", headings=["run", *COLUMNS], rows=rows)
