"""Draws figures from values, with their captions, text alternatives and data.

Text and axes are drawn in `INK`. `svg` replaces it by the colour of the text around the figure, so
the same figure is legible on a light and on a dark page.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from fmnist_demo.networks.regularisation import REGULARISERS

if TYPE_CHECKING:  # slow to load
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#123456"

RUN_COLOURS = (
    *("#0f9d8f", "#d97706", "#7385ad", "#db4a78"),
    *("#9466d6", "#5f8f1f", "#2b86c9", "#a5714a"),
)
"""One colour per run where several runs are compared, legible on white and on black."""

COLOURS = dict(zip(REGULARISERS, ("#7385ad", *RUN_COLOURS[:2], *RUN_COLOURS[3:]), strict=False))
"""One colour per regulariser, the same in every figure, in the order of the registry."""

LABELS = {name: regulariser.label for name, regulariser in REGULARISERS.items()}

WIDTH = 4.4
"""The width of every figure in inches: that of a phone, so that text is never scaled down."""


@dataclass(frozen=True)
class Spot:
    """A point of a figure that shows `text` when hovered over; `x` and `y` are data of `axes`."""

    axes: Axes
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Plot:
    """A figure, its text alternative, its data (columns of equal length) and its caption."""

    figure: Figure
    alternative: str
    data: dict[str, list]
    spots: list[Spot] = field(default_factory=list)
    caption: str = ""
    """One sentence that helps to read the figure, or an empty string."""

    def csv(self) -> str:
        """The data as comma-separated values; the first row has the column names."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.data)
        writer.writerows(zip(*self.data.values(), strict=True))
        return buffer.getvalue()


@dataclass(frozen=True)
class Measure:
    """How a metric is called and how its values are written.

    `unit` is the unit of a value times `scale`: with a scale of 100, 0.9 is 90 %.
    """

    label: str
    unit: str
    scale: float = 100
    decimals: int = 2

    def number(self, value: float) -> str:
        """0.9013 -> `90.13`."""
        return f"{value * self.scale:.{self.decimals}f}"

    def write(self, value: float) -> str:
        """0.9013 -> `90.13 %`."""
        return f"{self.number(value)} {self.unit}"


def svg(plot: Plot) -> str:
    """The plot as an SVG element without a fixed size; text is not converted to outlines."""
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "fmnist_demo"}):
        plot.figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"(font: [^;\"]*px) [^;\"]+", r"\1 sans-serif", text)
    text = re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)
    circles = "".join(map(_circle, plot.spots))
    label = f' role="img" aria-label="{escape(plot.alternative)}"'
    return text.replace("<svg", f"<svg{label}", 1).replace("</svg>", f"{circles}</svg>")


def _circle(spot: Spot) -> str:
    x, y = position(spot.axes, spot.x, spot.y)
    return f'<circle class="spot" cx="{x:.1f}" cy="{y:.1f}" r="9" data-tip="{escape(spot.text)}"/>'


def position(axes: Axes, x: float, y: float) -> tuple[float, float]:
    """The coordinates of a data point in the SVG of its figure, which must have been drawn."""
    right, up = axes.transData.transform((x, y))
    return float(right), float(axes.figure.bbox.height - up)


def _figure(height: float, rows: int = 1, columns: int = 1, **grid) -> tuple[Figure, np.ndarray]:
    """A transparent figure, `height` inches high, and its axes, an array (rows, columns)."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ink = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")
    plain = {"axes.spines.top": False, "axes.spines.right": False, "axes.facecolor": "none"}
    sizes = {"font.size": 10, "axes.titlesize": 10, "legend.frameon": False}
    with rc_context(dict.fromkeys(ink, INK) | plain | sizes):
        # At 72 dots per inch, a dot is one unit of the SVG.
        figure = Figure((WIDTH, height), dpi=72, layout="constrained", facecolor="none")
        return figure, figure.subplots(rows, columns, squeeze=False, **grid)


def _legend(figure: Figure, series, names=LABELS, colours=COLOURS) -> None:
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=colours[name], linewidth=3) for name in series]
    labels = [names[name] for name in series]
    figure.legend(
        lines,
        labels,
        loc="outside upper center",
        ncols=len(lines),
        handlelength=1,
        labelcolor=INK,
        frameon=False,
    )


def percent(share: float, digits: int = 1) -> str:
    """0.9654 -> `96.5 %`."""
    return f"{share * 100:.{digits}f} %"


def _percents(axis) -> None:
    axis.set_major_formatter(lambda share, _: f"{share * 100:g} %")


def _by_regulariser(values: dict[str, str]) -> str:
    return ", ".join(f"{LABELS[name]} {value}" for name, value in values.items())


def weight_histogram(weights: dict[str, np.ndarray], bins: int = 61) -> Plot:
    """Histograms of the non-zero weights on shared axes, beside a bar chart of the exact zeros.

    `weights`: all weights (n,) of each network, by regulariser.
    """
    reach = max(float(np.abs(w).max()) for w in weights.values()) or 1.0
    edges = np.linspace(-reach, reach, bins + 1)
    zeros = {name: float((w == 0).mean()) for name, w in weights.items()}
    counts = {name: np.histogram(w[w != 0], edges)[0] for name, w in weights.items()}
    figure, ((zero_axes, other_axes),) = _figure(2.8, 1, 2, width_ratios=(1, 2.6))
    for x, (name, share) in enumerate(zeros.items()):
        zero_axes.bar(x, share, color=COLOURS[name])
        zero_axes.annotate(
            percent(share),
            (x, share),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=INK,
        )
        other_axes.stairs(counts[name], edges, color=COLOURS[name], linewidth=1.6)
    zero_axes.set(
        ylim=(0, 1.12), title="exactly zero", xticks=range(len(zeros)), yticks=[0, 0.5, 1]
    )
    zero_axes.set_xticklabels([LABELS[name] for name in zeros])
    _percents(zero_axes.yaxis)
    highest = max(int(count.max()) for count in counts.values())
    other_axes.set_ylim(
        0.7, 2 * max(highest, 1)
    )  # before the scale: autoscaling fails without counts
    other_axes.set(yscale="log", xlabel="weight", title="number of other weights")
    _legend(figure, weights)
    data = {"from": edges[:-1].tolist(), "to": edges[1:].tolist()}
    spread = {name: f"{w.std():.3f}" for name, w in weights.items()}
    return Plot(
        figure,
        "Histogram of the weights. Exactly zero: "
        f"{_by_regulariser({name: percent(share) for name, share in zeros.items()})}. "
        f"Standard deviation of all weights: {_by_regulariser(spread)}.",
        data | {f"{name}_count": count.tolist() for name, count in counts.items()},
        caption="The bars on the left show the share of weights that are exactly zero; the curves "
        "show the other_axes.",
    )


def by_layer(values: dict[str, list[float]], what: str, share: bool) -> Plot:
    """Bars grouped by layer, one bar per regulariser.

    `values`: one value per layer by regulariser, first hidden layer first. `what`: the name of the
    values. `share`: whether they are 0 to 1 and the last one is that of the output layer; otherwise
    they are counts for the hidden layers alone.
    """
    figure, ((axes,),) = _figure(2.1)
    width = 0.8 / len(values)
    layers = max(map(len, values.values()))
    labels = [*map(str, range(1, layers)), "output" if share else str(layers)]
    spots = []
    for index, (name, heights) in enumerate(values.items()):
        centres = np.arange(len(heights)) + (index - (len(values) - 1) / 2) * width
        axes.bar(centres, heights, width * 0.92, color=COLOURS[name])
        for x, height, label in zip(centres, heights, labels, strict=True):
            layer = f"layer {label}" if label.isdigit() else f"{label} layer"
            text = percent(height) if share else str(height)
            spots.append(Spot(axes, x, height, f"{LABELS[name]}, {layer}: {text}"))
    axes.set(ylabel=what, xlabel="layer", xticks=range(layers))
    axes.set_xticklabels(labels)
    axes.locator_params(axis="y", integer=not share)
    highest = 1 if share else max(1, *(max(heights) for heights in values.values()))
    axes.set_ylim(0, highest * 1.05)
    if share:
        _percents(axes.yaxis)
    _legend(figure, values)
    lists = {
        name: " ".join(percent(h) if share else str(h) for h in heights)
        for name, heights in values.items()
    }
    return Plot(
        figure,
        f"{what.capitalize()} by layer, from first to last: {_by_regulariser(lists)}.",
        {"layer": labels} | {name: list(heights) for name, heights in values.items()},
        spots,
    )


def pixel_maps(use: dict[str, np.ndarray], unused: dict[str, int]) -> Plot:
    """How much the first layer of each network uses each pixel; unused pixels are red.

    `use`: maps (28, 28) by regulariser, each drawn relative to its largest value. `unused`: how
    many pixels influence no output.
    """
    from matplotlib import colormaps

    figure, axes = _figure(1.75, 1, len(use))
    colours = colormaps["viridis"].with_extremes(bad="#991b1b")
    for panel, (name, values) in zip(axes[0], use.items(), strict=True):
        panel.imshow(np.ma.masked_equal(values, 0), cmap=colours, vmin=0, interpolation="nearest")
        panel.set_title(f"{LABELS[name]}: {unused[name]} unused", color=INK)
        panel.set_axis_off()
    row, column = np.indices((28, 28)).reshape(2, -1)
    return Plot(
        figure,
        "How much the first layer uses each of the 784 pixels. Number of unused pixels: "
        f"{_by_regulariser({name: str(count) for name, count in unused.items()})}.",
        {"row": row.tolist(), "column": column.tolist()}
        | {name: [f"{v:.4g}" for v in values.ravel()] for name, values in use.items()},
        caption="Brighter pixels have larger weights; red pixels are not used.",
    )


def filter_grids(filters: dict[str, np.ndarray], columns: int = 4) -> Plot:
    """The weights of first-layer units as images.

    `filters`: by regulariser, (count, 28, 28), from -1 to 1.
    """
    rows = -(-len(next(iter(filters.values()))) // columns)
    figure, axes = _figure(WIDTH / len(filters) * rows / columns + 0.3, 1, len(filters))
    for panel, (name, images) in zip(axes[0], filters.items(), strict=True):
        sheet = np.full((rows * 29 - 1, columns * 29 - 1), np.nan)
        for index, image in enumerate(images):
            y, x = (29 * cell for cell in divmod(index, columns))
            sheet[y : y + 28, x : x + 28] = image
        panel.imshow(sheet, cmap="PuOr", vmin=-1, vmax=1, interpolation="nearest")
        panel.set_title(LABELS[name], color=INK)
        panel.set_axis_off()
    zeros = {name: percent((images == 0).mean(), 0) for name, images in filters.items()}
    count = len(next(iter(filters.values())))
    unit, row, column = np.indices((count, 28, 28)).reshape(3, -1)
    return Plot(
        figure,
        f"The {count} strongest filters in the first layer of each network, as images of 28 by 28 "
        f"weights. Share of these weights that are zero: {_by_regulariser(zeros)}.",
        {"unit": unit.tolist(), "row": row.tolist(), "column": column.tolist()}
        | {name: [f"{v:.2g}" for v in images.ravel()] for name, images in filters.items()},
        caption="Orange weights excite the unit, purple ones inhibit it, and white ones are zero.",
    )


def pruning_curves(curves: dict[str, dict[str, list[float]]]) -> Plot:
    """Test accuracy against the share of weights kept, on a falling logarithmic axis.

    `curves`: by regulariser, `kept` and `test_accuracy`, 0 to 1; the first value is the whole
    network.
    """
    figure, ((axes,),) = _figure(2.5)
    spots = []
    for name, curve in curves.items():
        axes.plot(curve["kept"], curve["test_accuracy"], color=COLOURS[name], linewidth=2)
        for kept, accuracy in zip(curve["kept"], curve["test_accuracy"], strict=True):
            text = (
                f"{LABELS[name]}, {kept:.2%} of the weights kept: {percent(accuracy)} test accuracy"
            )
            spots.append(Spot(axes, kept, accuracy, text))
    axes.set(xscale="log", ylim=(0, 1), xlabel="weights kept", ylabel="test accuracy")
    axes.invert_xaxis()
    _percents(axes.xaxis)
    _percents(axes.yaxis)
    axes.grid(color=INK, alpha=0.15)
    _legend(figure, curves)
    smallest = {}
    for name, curve in curves.items():
        lowest = curve["test_accuracy"][0] - 0.01
        accurate = [k for k, a in zip(*curve.values(), strict=True) if a > lowest]
        smallest[name] = f"{min(accurate):.2%}"
    return Plot(
        figure,
        "Test accuracy when only the largest weights are kept. Smallest share that loses less than "
        f"one point of accuracy: {_by_regulariser(smallest)}.",
        {"kept": next(iter(curves.values()))["kept"]}
        | {f"{name}_test_accuracy": curve["test_accuracy"] for name, curve in curves.items()},
        spots,
        "Test accuracy after the smallest weights are removed, without retraining.",
    )


def marker(axes: Axes, x: float, heights: dict[str, float]) -> str:
    """SVG of a vertical line at `x` with a dot on each curve.

    `heights`: the y of each curve at `x`, by regulariser.
    """
    low, high = (position(axes, x, y)[1] for y in axes.get_ylim())
    cx = position(axes, x, 0)[0]
    dots = "".join(
        f'<circle cx="{cx:.1f}" cy="{position(axes, x, y)[1]:.1f}" r="4.5" fill="{COLOURS[name]}"/>'
        for name, y in heights.items()
    )
    return (
        f'<g class="marker"><line x1="{cx:.1f}" x2="{cx:.1f}" y1="{low:.1f}" y2="{high:.1f}" '
        f'stroke="currentColor" stroke-width="1"/>{dots}</g>'
    )


def regularisation_path(points: dict[str, list[dict]], shipped: dict[str, float]) -> Plot:
    """Test accuracy and zeros against strength: mean and standard deviation over the seeds.

    `points`: by regulariser, dicts with `strength`, `test_accuracy` and `zeros`; the last two have
    a `mean` and a `std`. `shipped`: the strength of the shipped networks by regulariser; a dotted
    line marks it.
    """
    figure, axes = _figure(3.8, 2, 1, sharex=True)
    spots, data = [], {"regulariser": [], "strength": []}
    for panel, (key, label) in zip(
        axes[:, 0], {"test_accuracy": "test accuracy", "zeros": "exact zeros"}.items(), strict=True
    ):
        data |= {f"{key}_mean": [], f"{key}_std": []}
        for name, row in points.items():
            x = [point["strength"] for point in row]
            mean, std = (np.array([point[key][s] for point in row]) for s in ("mean", "std"))
            panel.fill_between(x, mean - std, mean + std, color=COLOURS[name], alpha=0.25, lw=0)
            panel.plot(x, mean, "o-", color=COLOURS[name], markersize=4)
            if name in shipped:
                panel.axvline(shipped[name], color=COLOURS[name], linestyle=":")
            for strength, m, s in zip(x, mean, std, strict=True):
                text = f"{LABELS[name]} of strength {strength:g}: {m:.2%} ± {s:.2%} {label}"
                spots.append(Spot(panel, strength, m, text))
            data[f"{key}_mean"] += mean.tolist()
            data[f"{key}_std"] += std.tolist()
        panel.set(xscale="log", ylim=(-0.03, 1.03), ylabel=label)
        _percents(panel.yaxis)
        panel.grid(color=INK, alpha=0.15)
    for name, row in points.items():
        data["regulariser"] += [name] * len(row)
        data["strength"] += [point["strength"] for point in row]
    axes[-1, 0].set_xlabel("strength (dotted: networks in the app)")
    _legend(figure, points)
    largest = {
        n: percent(max(point["zeros"]["mean"] for point in row)) for n, row in points.items()
    }
    return Plot(
        figure,
        "Test accuracy and exact zeros against the strength of the penalty. "
        f"Largest share of zeros: {_by_regulariser(largest)}.",
        data,
        spots,
        "The lines show the mean over the seeds; the bands show one standard deviation.",
    )


def means(
    points: dict[str, list[dict]],
    names: dict[str, str],
    panels: dict[str, Measure],
    axis: str,
    joined: bool = True,
) -> Plot:
    """Means and standard deviations against settings, which are evenly spaced.

    `points`: by series, dicts with a `setting` and, for each key of `panels`, its `mean` and `std`.
    `names`: the labels of the series. `panels`: how each metric is written. `axis`: what the
    settings are. `joined`: connect the points by lines.

    Settings are numbers or words: first the numbers, sorted, then the words in the given order.
    """
    settings = dict.fromkeys(point["setting"] for row in points.values() for point in row)
    order = sorted(settings, key=lambda s: (isinstance(s, str), 0 if isinstance(s, str) else s))
    positions = {setting: x for x, setting in enumerate(order)}
    labels = [setting if isinstance(setting, str) else f"{setting:g}" for setting in order]
    colours = {
        series: COLOURS.get(series, colour)
        for series, colour in zip(points, RUN_COLOURS, strict=False)
    }
    figure, axes = _figure(0.9 + 1.35 * len(panels), len(panels), 1, sharex=True)
    spots, sentences = [], []
    data = {
        "series": [names[series] for series, row in points.items() for _ in row],
        "setting": [point["setting"] for row in points.values() for point in row],
    }
    for panel, (key, measure) in zip(axes[:, 0], panels.items(), strict=True):
        data |= {f"{key}_mean": [], f"{key}_std": []}
        for series, row in points.items():
            xs = [positions[point["setting"]] for point in row]
            mean, std = ([point[key][s] for point in row] for s in ("mean", "std"))
            line = "o-" if joined else "o"
            panel.errorbar(xs, mean, std, fmt=line, color=colours[series], markersize=4, capsize=2)
            values = [
                f"{measure.write(m)} ± {measure.number(s)}" for m, s in zip(mean, std, strict=True)
            ]
            for x, m, value in zip(xs, mean, values, strict=True):
                text = f"{names[series]}, {axis} {labels[x]}: {measure.label} {value}"
                spots.append(Spot(panel, x, m, text))
            pairs = [f"{labels[x]}: {value}" for x, value in zip(xs, values, strict=True)]
            sentences.append(f"{measure.label.capitalize()}, {names[series]}: {', '.join(pairs)}.")
            data[f"{key}_mean"] += mean
            data[f"{key}_std"] += std
        panel.set_title(f"{measure.label}, {measure.unit}", loc="left")
        panel.yaxis.set_major_formatter(lambda y, _, scale=measure.scale: f"{y * scale:g}")
        panel.grid(color=INK, alpha=0.15)
    slanted = max(map(len, labels)) > 5
    axes[-1, 0].set_xticks(
        range(len(order)),
        labels,
        rotation=35 if slanted else 0,
        ha="right" if slanted else "center",
    )
    axes[-1, 0].set_xlabel(axis)
    if len(points) > 1:
        _legend(figure, points, names, colours)
    caption = "Mean over the seeds; the error bars show one standard deviation."
    alternative = f"Mean over the seeds, plotted against {axis}. {' '.join(sentences)}"
    return Plot(figure, alternative, data, spots, caption)


def learning_curves(runs: dict[str, dict], epochs: int) -> Plot:
    """Loss and accuracy against the epoch, in training (dashed) and validation (solid).

    `runs`: by name, `train_loss`, `validation_loss`, `train_accuracy` and `validation_accuracy`,
    one value per epoch; `kept`, the best epoch, from 1; `stopped_early`, a bool. There are at most
    as many runs as `RUN_COLOURS`, each with at least one epoch. `epochs`: where the axis ends.
    """
    figure, axes = _figure(4.4, 2, 1, sharex=True)
    spots, data = [], {"run": [], "epoch": []}
    for name, run in runs.items():
        run_epochs = range(1, len(run["validation_loss"]) + 1)
        data["run"] += [name] * len(run_epochs)
        data["epoch"] += run_epochs
    for key, panel in zip(("loss", "accuracy"), axes[:, 0], strict=True):
        data |= {f"train_{key}": [], f"validation_{key}": []}
        for colour, (name, run) in zip(RUN_COLOURS, runs.items(), strict=False):
            train, validation = run[f"train_{key}"], run[f"validation_{key}"]
            run_epochs = range(1, len(validation) + 1)
            panel.plot(run_epochs, train, ".--", color=colour, linewidth=1.4, markersize=4)
            panel.plot(run_epochs, validation, ".-", color=colour, linewidth=2, markersize=4)
            panel.plot(run["kept"], validation[run["kept"] - 1], "o", color=colour)
            if run["stopped_early"]:
                panel.axvline(len(run_epochs), color=colour, linestyle=":")
            for epoch, *heights in zip(run_epochs, train, validation, strict=True):
                values = [percent(h) if key == "accuracy" else f"{h:.3f}" for h in heights]
                text = f"{name}, epoch {epoch}: training {key} {values[0]}, validation {values[1]}"
                spots.append(Spot(panel, epoch, heights[1], text))
            data[f"train_{key}"] += train
            data[f"validation_{key}"] += validation
        panel.set(ylabel=key)
        panel.grid(color=INK, alpha=0.15)
    _percents(axes[1, 0].yaxis)
    axes[1, 0].set(xlabel="epoch", xlim=(0.5, epochs + 0.5))
    axes[1, 0].locator_params(axis="x", integer=True, min_n_ticks=1)
    _legend_of_runs(figure, list(runs))
    summaries = [
        f"{name}: validation accuracy {percent(run['validation_accuracy'][run['kept'] - 1])} at "
        f"the best epoch, {run['kept']} of {len(run['validation_loss'])}"
        + (", stopped early" if run["stopped_early"] else "")
        for name, run in runs.items()
    ]
    alternative = f"Loss and accuracy by epoch. {'; '.join(summaries)}."
    return Plot(figure, alternative, data, spots)


def _legend_of_runs(figure: Figure, names: list[str]) -> None:
    """What the lines mean and, if there are several runs, the colour of each."""
    from matplotlib.lines import Line2D

    kinds = {
        "validation": {"linewidth": 2},
        "training": {"linestyle": "--"},
        "best epoch": {"marker": "o", "linestyle": ""},
        "stopped early": {"linestyle": ":"},
    }
    lines = {name: Line2D([], [], color=INK, **style) for name, style in kinds.items()}
    if len(names) > 1:
        colours = zip(RUN_COLOURS, names, strict=False)
        lines |= {name: Line2D([], [], color=colour, linewidth=3) for colour, name in colours}
    figure.legend(
        lines.values(),
        lines.keys(),
        loc="outside upper center",
        ncols=2 if len(names) == 1 else 4,
        handlelength=1.8,
        fontsize=9,
        labelcolor=INK,
        frameon=False,
    )
