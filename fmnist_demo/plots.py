"""Draws figures from values, with their captions, text alternatives and data.

Text and axes are drawn in `INK`. `svg` replaces it by the colour of the text around the figure, so
the same figure is legible on a light and on a dark page.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.palette import INK, SERIES, SIGNS

if TYPE_CHECKING:  # slow to load
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = dict(zip(REGULARISERS, SERIES, strict=False))
"""One colour per regulariser, the same in every figure, in the order of the registry."""

UNUSED = "#c5cad3"
"""What is left out of a network, in a map of its weights."""

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

    `unit` is the unit of a value times `scale`: with a scale of 100, 0.9 is 90%.
    """

    label: str
    unit: str
    scale: float = 100
    decimals: int = 2

    def number(self, value: float, sign: str = "") -> str:
        """0.9013 -> `90.13`, or `+90.13` if `sign` is `+`."""
        return f"{value * self.scale:{sign}.{self.decimals}f}"

    def write(self, value: float) -> str:
        """0.9013 -> `90.13%`."""
        return f"{self.number(value)}{'%' if self.unit == '%' else f' {self.unit}'}"


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
    sizes = {"font.size": 10, "axes.titlesize": 10}
    with rc_context(dict.fromkeys(ink, INK) | plain | sizes):
        # At 72 dots per inch, a dot is one unit of the SVG.
        figure = Figure((WIDTH, height), dpi=72, layout="constrained", facecolor="none")
        return figure, figure.subplots(rows, columns, squeeze=False, **grid)


def _legend(figure: Figure, styles: dict[str, dict], **options) -> None:
    """A legend above the figure; `styles`: of the line beside each label."""
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], **style) for style in styles.values()]
    options = {"ncols": len(lines), "handlelength": 1} | options
    place = "outside upper center"
    figure.legend(lines, styles, loc=place, labelcolor=INK, frameon=False, **options)


def _legend_of_regularisers(figure: Figure, names: Iterable[str]) -> None:
    _legend(figure, {_label(name): {"color": COLOURS[name], "linewidth": 3} for name in names})


def _label(regulariser: str) -> str:
    return REGULARISERS[regulariser].label


def _percents(axis) -> None:
    axis.set_major_formatter(lambda share, _: f"{share * 100:g}%")


def _by_regulariser(values: dict[str, str]) -> str:
    return ", ".join(f"{_label(name)} {value}" for name, value in values.items())


def weight_histogram(weights: dict[str, np.ndarray]) -> Plot:
    """Histograms of the non-zero weights on shared axes, beside a bar chart of the exact zeros.

    `weights`: all weights (n,) of each network, by regulariser.
    """
    reach = max(float(np.abs(w).max()) for w in weights.values()) or 1.0
    edges = np.linspace(-reach, reach, 62)
    zeros = {name: float((w == 0).mean()) for name, w in weights.items()}
    counts = {name: np.histogram(w[w != 0], edges)[0] for name, w in weights.items()}
    figure, ((zero_axes, other_axes),) = _figure(2.8, 1, 2, width_ratios=(1, 2.6))
    colours = [COLOURS[name] for name in zeros]
    bars = zero_axes.bar(range(len(zeros)), zeros.values(), color=colours)
    zero_axes.bar_label(bars, fmt="{:.1%}", padding=2, fontsize=8.5, color=INK)
    for count, colour in zip(counts.values(), colours, strict=True):
        other_axes.stairs(count, edges, color=colour, linewidth=1.6)
    zero_axes.set(ylim=(0, 1.12), title="exactly zero", yticks=[0, 0.5, 1])
    zero_axes.set_xticks(range(len(zeros)), map(_label, zeros))
    _percents(zero_axes.yaxis)
    highest = max(1, *(count.max() for count in counts.values()))
    # The limits come before the scale: autoscaling fails without counts.
    other_axes.set(ylim=(0.7, 2 * highest), yscale="log")
    other_axes.set(xlabel="weight", title="number of other weights")
    _legend_of_regularisers(figure, weights)
    data = {"from": edges[:-1].tolist(), "to": edges[1:].tolist()}
    spread = {name: f"{w.std():.3f}" for name, w in weights.items()}
    return Plot(
        figure,
        "Histogram of the weights. Exactly zero: "
        f"{_by_regulariser({name: f'{share:.1%}' for name, share in zeros.items()})}. "
        f"Standard deviation of all weights: {_by_regulariser(spread)}.",
        data | {f"{name}_count": count.tolist() for name, count in counts.items()},
        caption="The bars on the left show the share of weights that are exactly zero; the curves "
        "show the others.",
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
    texts = {name: [f"{h:.1%}" if share else str(h) for h in row] for name, row in values.items()}
    spots = []
    for index, (name, heights) in enumerate(values.items()):
        centres = np.arange(len(heights)) + (index - (len(values) - 1) / 2) * width
        axes.bar(centres, heights, width * 0.92, color=COLOURS[name])
        for x, height, label, text in zip(centres, heights, labels, texts[name], strict=True):
            layer = f"layer {label}" if label.isdigit() else f"{label} layer"
            spots.append(Spot(axes, x, height, f"{_label(name)}, {layer}: {text}"))
    axes.set(ylabel=what, xlabel="layer")
    axes.set_xticks(range(layers), labels)
    axes.locator_params(axis="y", integer=not share)
    highest = 1 if share else max(1, *map(max, values.values()))
    axes.set_ylim(0, highest * 1.05)
    if share:
        _percents(axes.yaxis)
    _legend_of_regularisers(figure, values)
    lists = {name: " ".join(row) for name, row in texts.items()}
    return Plot(
        figure,
        f"{what.capitalize()} by layer, from first to last: {_by_regulariser(lists)}.",
        {"layer": labels} | {name: list(heights) for name, heights in values.items()},
        spots,
    )


def _images(height: float, images: dict[str, np.ndarray], **options) -> Figure:
    """A figure of images side by side, by title; `options` are those of `imshow`."""
    figure, axes = _figure(height, 1, len(images))
    for panel, (title, image) in zip(axes[0], images.items(), strict=True):
        panel.imshow(image, interpolation="nearest", **options)
        panel.set_title(title, color=INK)
        panel.set_axis_off()
    return figure


def _signed():
    """The colours of numbers from -1 to 1: those of the signs, and white for zero."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("signs", [SIGNS["against"], "white", SIGNS["for"]])


def pixel_maps(use: dict[str, np.ndarray], unused: dict[str, int]) -> Plot:
    """How much the first layer of each network uses each pixel; unused pixels are grey.

    `use`: maps (28, 28) by regulariser, each drawn relative to its largest value. `unused`: how
    many pixels influence no output.
    """
    from matplotlib import colormaps

    colours = colormaps["viridis"].with_extremes(bad=UNUSED)
    masked = {
        f"{_label(name)}: {unused[name]} unused": np.ma.masked_equal(values, 0)
        for name, values in use.items()
    }
    figure = _images(1.75, masked, cmap=colours, vmin=0)
    row, column = np.indices((28, 28)).reshape(2, -1)
    return Plot(
        figure,
        "How much the first layer uses each of the 784 pixels. Number of unused pixels: "
        f"{_by_regulariser({name: str(count) for name, count in unused.items()})}.",
        {"row": row.tolist(), "column": column.tolist()}
        | {name: [f"{v:.4g}" for v in values.ravel()] for name, values in use.items()},
        caption="Brighter pixels have larger weights; grey pixels are not used.",
    )


def filter_grids(filters: dict[str, np.ndarray], columns: int = 4) -> Plot:
    """The weights of first-layer units as images.

    `filters`: by regulariser, (count, 28, 28), from -1 to 1.
    """
    count = len(next(iter(filters.values())))
    rows = -(-count // columns)
    sheets = {}
    for name, images in filters.items():
        sheet = np.full((rows * 29 - 1, columns * 29 - 1), np.nan)
        for index, image in enumerate(images):
            y, x = (29 * cell for cell in divmod(index, columns))
            sheet[y : y + 28, x : x + 28] = image
        sheets[_label(name)] = sheet
    height = WIDTH / len(filters) * rows / columns + 0.3
    figure = _images(height, sheets, cmap=_signed(), vmin=-1, vmax=1)
    zeros = {name: f"{(images == 0).mean():.0%}" for name, images in filters.items()}
    unit, row, column = np.indices((count, 28, 28)).reshape(3, -1)
    return Plot(
        figure,
        f"The {count} strongest filters in the first layer of each network, as images of 28 by 28 "
        f"weights. Share of these weights that are zero: {_by_regulariser(zeros)}.",
        {"unit": unit.tolist(), "row": row.tolist(), "column": column.tolist()}
        | {name: [f"{v:.2g}" for v in images.ravel()] for name, images in filters.items()},
        caption="Blue weights excite the unit, orange ones inhibit it, and white ones are zero.",
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
            text = f"{kept:.2%} of the weights kept: {accuracy:.1%} test accuracy"
            spots.append(Spot(axes, kept, accuracy, f"{_label(name)}, {text}"))
    axes.set(xscale="log", ylim=(0, 1), xlabel="weights kept", ylabel="test accuracy")
    axes.invert_xaxis()
    _percents(axes.xaxis)
    _percents(axes.yaxis)
    axes.grid(color=INK, alpha=0.15)
    _legend_of_regularisers(figure, curves)
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
    ).replace(INK, "currentColor")
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
    labels, spots = {"test_accuracy": "test accuracy", "zeros": "exact zeros"}, []
    for panel, (key, label) in zip(axes[:, 0], labels.items(), strict=True):
        for name, row in points.items():
            x = [point["strength"] for point in row]
            mean, std = (np.array([point[key][s] for point in row]) for s in ("mean", "std"))
            panel.fill_between(x, mean - std, mean + std, color=COLOURS[name], alpha=0.25, lw=0)
            panel.plot(x, mean, "o-", color=COLOURS[name], markersize=4)
            if name in shipped:
                panel.axvline(shipped[name], color=COLOURS[name], linestyle=":")
            for strength, m, s in zip(x, mean, std, strict=True):
                text = f"{_label(name)} of strength {strength:g}: {m:.2%} ± {s:.2%} {label}"
                spots.append(Spot(panel, strength, m, text))
        panel.set(xscale="log", ylim=(-0.03, 1.03), ylabel=label)
        _percents(panel.yaxis)
        panel.grid(color=INK, alpha=0.15)
    axes[-1, 0].set_xlabel("strength (dotted: networks in the app)")
    _legend_of_regularisers(figure, points)
    largest = {
        name: f"{max(point['zeros']['mean'] for point in row):.1%}" for name, row in points.items()
    }
    return Plot(
        figure,
        "Test accuracy and exact zeros against the strength of the penalty. "
        f"Largest share of zeros: {_by_regulariser(largest)}.",
        {"regulariser": [name for name, row in points.items() for _ in row]}
        | {"strength": [point["strength"] for row in points.values() for point in row]}
        | _means_and_deviations(points, labels),
        spots,
        "The lines show the mean over the seeds; the bands show one standard deviation.",
    )


def _means_and_deviations(points: dict[str, list[dict]], keys: Iterable[str]) -> dict[str, list]:
    """The columns `<key>_mean` and `<key>_std` of all points, one series after another."""
    return {
        f"{key}_{statistic}": [point[key][statistic] for row in points.values() for point in row]
        for key in keys
        for statistic in ("mean", "std")
    }


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
        series: COLOURS.get(series, colour) for series, colour in zip(points, SERIES, strict=False)
    }
    figure, axes = _figure(0.9 + 1.35 * len(panels), len(panels), 1, sharex=True)
    spots, sentences = [], []
    for panel, (key, measure) in zip(axes[:, 0], panels.items(), strict=True):
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
        panel.set_title(f"{measure.label}, {measure.unit}", loc="left")
        panel.yaxis.set_major_formatter(lambda y, _, scale=measure.scale: f"{y * scale:g}")
        panel.grid(color=INK, alpha=0.15)
    slant = {"rotation": 35, "ha": "right"} if max(map(len, labels)) > 5 else {}
    axes[-1, 0].set_xticks(range(len(order)), labels, **slant)
    axes[-1, 0].set_xlabel(axis)
    if len(points) > 1:
        _legend(figure, {names[n]: {"color": colours[n], "linewidth": 3} for n in points})
    data = {
        "series": [names[series] for series, row in points.items() for _ in row],
        "setting": [point["setting"] for row in points.values() for point in row],
    }
    caption = "Mean over the seeds; the error bars show one standard deviation."
    alternative = f"Mean over the seeds, plotted against {axis}. {' '.join(sentences)}"
    data |= _means_and_deviations(points, panels)
    return Plot(figure, alternative, data, spots, caption)


def learning_curves(runs: dict[str, dict], epochs: int) -> Plot:
    """Loss and accuracy against the epoch, in training (dashed) and validation (solid).

    `runs`: by name, `train_loss`, `validation_loss`, `train_accuracy` and `validation_accuracy`,
    one value per epoch; `best_epoch`, from 1; `stopped_early`, a bool. There are at most as many
    runs as `SERIES`, each with at least one epoch. `epochs`: where the axis ends.
    """
    figure, axes = _figure(4.4, 2, 1, sharex=True)
    spots = []
    for key, panel in zip(("loss", "accuracy"), axes[:, 0], strict=True):
        for colour, (name, run) in zip(SERIES, runs.items(), strict=False):
            train, validation = run[f"train_{key}"], run[f"validation_{key}"]
            run_epochs = range(1, len(validation) + 1)
            panel.plot(run_epochs, train, ".--", color=colour, linewidth=1.4, markersize=4)
            panel.plot(run_epochs, validation, ".-", color=colour, linewidth=2, markersize=4)
            panel.plot(run["best_epoch"], validation[run["best_epoch"] - 1], "o", color=colour)
            if run["stopped_early"]:
                panel.axvline(len(run_epochs), color=colour, linestyle=":")
            for epoch, *heights in zip(run_epochs, train, validation, strict=True):
                values = [f"{h:.1%}" if key == "accuracy" else f"{h:.3f}" for h in heights]
                text = f"{name}, epoch {epoch}: training {key} {values[0]}, validation {values[1]}"
                spots.append(Spot(panel, epoch, heights[1], text))
        panel.set(ylabel=key)
        panel.grid(color=INK, alpha=0.15)
    _percents(axes[1, 0].yaxis)
    axes[1, 0].set(xlabel="epoch", xlim=(0.5, epochs + 0.5))
    axes[1, 0].locator_params(axis="x", integer=True, min_n_ticks=1)
    styles = {
        "validation": {"linewidth": 2},
        "training": {"linestyle": "--"},
        "best epoch": {"marker": "o", "linestyle": ""},
        "stopped early": {"linestyle": ":"},
    }
    styles = {name: {"color": INK} | style for name, style in styles.items()}
    if len(runs) > 1:
        colours = zip(SERIES, runs, strict=False)
        styles |= {name: {"color": colour, "linewidth": 3} for colour, name in colours}
    _legend(figure, styles, ncols=2 if len(runs) == 1 else 4, handlelength=1.8, fontsize=9)
    lengths = {name: len(run["validation_loss"]) for name, run in runs.items()}
    summaries = [
        f"{name}: validation accuracy {run['validation_accuracy'][run['best_epoch'] - 1]:.1%} at "
        f"the best epoch, {run['best_epoch']} of {lengths[name]}"
        + (", stopped early" if run["stopped_early"] else "")
        for name, run in runs.items()
    ]
    data = {
        "run": [name for name in runs for _ in range(lengths[name])],
        "epoch": [epoch for name in runs for epoch in range(1, lengths[name] + 1)],
    }
    for key in ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy"):
        data[key] = [value for run in runs.values() for value in run[key]]
    alternative = f"Loss and accuracy by epoch. {'; '.join(summaries)}."
    return Plot(figure, alternative, data, spots)
