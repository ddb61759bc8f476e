"""Turns values into figures, with their captions, text alternatives and data.

Knows nothing of networks or of the page. Text and axes are drawn in `INK`; `svg` turns it into the
colour of the text around the figure, so that one figure is legible on a light page and on a dark
one.
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

COLOURS = {"none": "#7385ad", "l1": "#0f9d8f", "l2": "#d97706"}
"""One colour a regulariser, in every figure; each stands out from white and from black."""

RUN_COLOURS = (
    *("#0f9d8f", "#d97706", "#7385ad", "#db4a78"),
    *("#9466d6", "#5f8f1f", "#2b86c9", "#a5714a"),
)
"""One colour a run of the lab, where several are compared; they stand out likewise."""

LABELS = {name: regulariser.label for name, regulariser in REGULARISERS.items()}

WIDTH = 4.4
"""Inches: as wide as a phone, so that the text is never shrunk."""


@dataclass(frozen=True)
class Spot:
    """A place in a figure that tells its numbers when pointed at: `x`, `y` as in `axes`."""

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
    """One sentence that helps to read the figure, or nothing."""

    def csv(self) -> str:
        """The data as comma-separated values, with a first row of names."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.data)
        writer.writerows(zip(*self.data.values(), strict=True))
        return buffer.getvalue()


@dataclass(frozen=True)
class Measure:
    """Something that is measured: what it is called, and how its numbers are written.

    A value times `scale` is in `unit`: 0.9 and 100 are 90 %.
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
    """A plot as an SVG element, as wide as its place; text stays text."""
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
    """Where a point of the axes lies in the figure's SVG, once that has been drawn."""
    right, up = axes.transData.transform((x, y))
    return float(right), float(axes.figure.bbox.height - up)


def _figure(height: float, rows: int = 1, columns: int = 1, **grid) -> tuple[Figure, np.ndarray]:
    """A transparent figure of `height` inches and its axes, an array (rows, columns)."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ink = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")
    plain = {"axes.spines.top": False, "axes.spines.right": False, "axes.facecolor": "none"}
    sizes = {"font.size": 10, "axes.titlesize": 10, "legend.frameon": False}
    with rc_context(dict.fromkeys(ink, INK) | plain | sizes):
        # 72 dots an inch are SVG's points, so that positions are the same.
        figure = Figure((WIDTH, height), dpi=72, layout="constrained", facecolor="none")
        return figure, figure.subplots(rows, columns, squeeze=False, **grid)


def _legend(figure: Figure, series, names=LABELS, colours=COLOURS) -> None:
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=colours[one], linewidth=3) for one in series]
    labels = [names[one] for one in series]
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


def _each(values: dict[str, str]) -> str:
    return ", ".join(f"{LABELS[name]} {value}" for name, value in values.items())


def weight_histogram(weights: dict[str, np.ndarray], bins: int = 61) -> Plot:
    """Histograms of the weights that are not zero, on the same axes; exact zeros stand apart.

    `weights`: all weights (n,) of each network, by regulariser.
    """
    reach = max(float(np.abs(w).max()) for w in weights.values()) or 1.0
    edges = np.linspace(-reach, reach, bins + 1)
    zeros = {name: float((w == 0).mean()) for name, w in weights.items()}
    counts = {name: np.histogram(w[w != 0], edges)[0] for name, w in weights.items()}
    figure, ((spike, rest),) = _figure(2.8, 1, 2, width_ratios=(1, 2.6))
    for place, (name, share) in enumerate(zeros.items()):
        spike.bar(place, share, color=COLOURS[name])
        spike.annotate(
            percent(share),
            (place, share),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=INK,
        )
        rest.stairs(counts[name], edges, color=COLOURS[name], linewidth=1.6)
    spike.set(ylim=(0, 1.12), title="exactly zero", xticks=range(len(zeros)), yticks=[0, 0.5, 1])
    spike.set_xticklabels([LABELS[name] for name in zeros])
    _percents(spike.yaxis)
    most = max(int(count.max()) for count in counts.values())
    rest.set_ylim(0.7, 2 * max(most, 1))  # first: a logarithmic axis cannot fit itself to zeros
    rest.set(yscale="log", xlabel="weight", title="how many are not zero")
    _legend(figure, weights)
    data = {"from": edges[:-1].tolist(), "to": edges[1:].tolist()}
    spread = {name: f"{w.std():.3f}" for name, w in weights.items()}
    return Plot(
        figure,
        "Histogram of the weights. Exactly zero: "
        f"{_each({name: percent(share) for name, share in zeros.items()})}. "
        f"Standard deviation: {_each(spread)}.",
        data | {f"{name}_count": count.tolist() for name, count in counts.items()},
        caption="The bars on the left show the share of weights that are exactly zero; the curves "
        "show the rest.",
    )


def by_layer(values: dict[str, list[float]], what: str, share: bool) -> Plot:
    """Grouped bars: a group a layer, a bar a regulariser.

    `values`: of each layer, the first hidden one first, by regulariser. `share`: they are 0 to 1,
    and the last layer is the output.
    """
    figure, ((axes,),) = _figure(2.1)
    width = 0.8 / len(values)
    layers = max(map(len, values.values()))
    labels = [*map(str, range(1, layers)), "output" if share else str(layers)]
    spots = []
    for place, (name, heights) in enumerate(values.items()):
        at = np.arange(len(heights)) + (place - (len(values) - 1) / 2) * width
        axes.bar(at, heights, width * 0.92, color=COLOURS[name])
        for x, height, label in zip(at, heights, labels, strict=True):
            shown = percent(height) if share else str(height)
            spots.append(Spot(axes, x, height, f"{LABELS[name]}, layer {label}: {shown}"))
    axes.set(ylabel=what, xlabel="layer", xticks=range(layers))
    axes.set_xticklabels(labels)
    axes.locator_params(axis="y", integer=not share)
    highest = 1 if share else max(1, *(max(heights) for heights in values.values()))
    axes.set_ylim(0, highest * 1.05)
    if share:
        _percents(axes.yaxis)
    _legend(figure, values)
    told = {
        name: " ".join(percent(h) if share else str(h) for h in heights)
        for name, heights in values.items()
    }
    return Plot(
        figure,
        f"{what.capitalize()} by layer, the first to the last: {_each(told)}.",
        {"layer": labels} | {name: list(heights) for name, heights in values.items()},
        spots,
    )


def pixel_maps(use: dict[str, np.ndarray], unused: dict[str, int]) -> Plot:
    """How much each network's first layer uses each pixel, (28, 28) each; unused ones are red.

    Every map is scaled to its own largest value. `unused`: how many pixels no answer depends on.
    """
    from matplotlib import colormaps

    figure, axes = _figure(1.75, 1, len(use))
    colours = colormaps["viridis"].with_extremes(bad="#991b1b")
    for place, (name, values) in zip(axes[0], use.items(), strict=True):
        shown = np.ma.masked_equal(values, 0)
        place.imshow(shown, cmap=colours, vmin=0, interpolation="nearest")
        place.set_title(f"{LABELS[name]}: {unused[name]} unused", color=INK)
        place.set_axis_off()
    row, column = np.indices((28, 28)).reshape(2, -1)
    return Plot(
        figure,
        "How much the first layer uses each of the 784 pixels. Pixels that are not used at all: "
        f"{_each({name: str(count) for name, count in unused.items()})}.",
        {"row": row.tolist(), "column": column.tolist()}
        | {name: [f"{v:.4g}" for v in values.ravel()] for name, values in use.items()},
        caption="Brighter pixels have larger weights; red pixels are not used at all.",
    )


def filter_grids(filters: dict[str, np.ndarray], columns: int = 4) -> Plot:
    """First-layer weights of single units as pictures: (count, 28, 28) each, from -1 to 1."""
    rows = -(-len(next(iter(filters.values()))) // columns)
    figure, axes = _figure(WIDTH / len(filters) * rows / columns + 0.3, 1, len(filters))
    for place, (name, pictures) in zip(axes[0], filters.items(), strict=True):
        sheet = np.full((rows * 29 - 1, columns * 29 - 1), np.nan)
        for number, picture in enumerate(pictures):
            y, x = (29 * at for at in divmod(number, columns))
            sheet[y : y + 28, x : x + 28] = picture
        place.imshow(sheet, cmap="PuOr", vmin=-1, vmax=1, interpolation="nearest")
        place.set_title(LABELS[name], color=INK)
        place.set_axis_off()
    zeros = {name: percent((pictures == 0).mean(), 0) for name, pictures in filters.items()}
    count = len(next(iter(filters.values())))
    unit, row, column = np.indices((count, 28, 28)).reshape(3, -1)
    return Plot(
        figure,
        f"The {count} strongest filters of the first layer of each network as pictures of 28 by 28 "
        f"weights. Weights in them that are zero: {_each(zeros)}.",
        {"unit": unit.tolist(), "row": row.tolist(), "column": column.tolist()}
        | {name: [f"{v:.2g}" for v in pictures.ravel()] for name, pictures in filters.items()},
        caption="Orange weights activate the unit, purple weights inhibit it, white weights are "
        "zero.",
    )


def pruning_curves(curves: dict[str, dict[str, list[float]]]) -> Plot:
    """Test accuracy against the share of weights kept, which falls along a logarithmic axis.

    `curves`: `kept` and `test_accuracy`, 0 to 1, by regulariser.
    """
    figure, ((axes,),) = _figure(2.5)
    spots = []
    for name, curve in curves.items():
        axes.plot(curve["kept"], curve["test_accuracy"], color=COLOURS[name], linewidth=2)
        for kept, accuracy in zip(curve["kept"], curve["test_accuracy"], strict=True):
            text = f"{LABELS[name]}, {kept:.2%} of the weights kept: {percent(accuracy)} right"
            spots.append(Spot(axes, kept, accuracy, text))
    axes.set(xscale="log", ylim=(0, 1), xlabel="weights kept", ylabel="test accuracy")
    axes.invert_xaxis()
    _percents(axes.xaxis)
    _percents(axes.yaxis)
    axes.grid(color=INK, alpha=0.15)
    _legend(figure, curves)
    lasts = {}
    for name, curve in curves.items():
        good = [
            k for k, a in zip(*curve.values(), strict=True) if a > curve["test_accuracy"][0] - 0.01
        ]
        lasts[name] = f"{min(good):.2%}"
    return Plot(
        figure,
        "Test accuracy when only the largest weights are kept. Within one point of the whole "
        f"network down to a share kept of: {_each(lasts)}.",
        {"kept": next(iter(curves.values()))["kept"]}
        | {f"{name}_test_accuracy": curve["test_accuracy"] for name, curve in curves.items()},
        spots,
        "Test accuracy after the smallest weights are removed, without retraining.",
    )


def marker(axes: Axes, x: float, heights: dict[str, float]) -> str:
    """SVG of a vertical line at `x` with a dot on each curve, by regulariser."""
    low, high = (position(axes, x, y)[1] for y in axes.get_ylim())
    at = position(axes, x, 0)[0]
    dots = "".join(
        f'<circle cx="{at:.1f}" cy="{position(axes, x, y)[1]:.1f}" r="4.5" fill="{COLOURS[name]}"/>'
        for name, y in heights.items()
    )
    return (
        f'<g class="marker"><line x1="{at:.1f}" x2="{at:.1f}" y1="{low:.1f}" y2="{high:.1f}" '
        f'stroke="currentColor" stroke-width="1"/>{dots}</g>'
    )


def regularisation_path(points: dict[str, list[dict]], shipped: dict[str, float]) -> Plot:
    """Accuracy and zeros against strength, mean and standard deviation over the seeds.

    `points`: by regulariser, dicts with `strength` and, each with `mean` and `std`,
    `test_accuracy` and `zeros`. `shipped`: the strength of the networks that come with the project,
    which is marked.
    """
    figure, axes = _figure(3.8, 2, 1, sharex=True)
    spots, data = [], {"regulariser": [], "strength": []}
    for place, (key, label) in zip(
        axes[:, 0], {"test_accuracy": "test accuracy", "zeros": "exact zeros"}.items(), strict=True
    ):
        data |= {f"{key}_mean": [], f"{key}_std": []}
        for name, row in points.items():
            x = [point["strength"] for point in row]
            mean, std = (np.array([point[key][s] for point in row]) for s in ("mean", "std"))
            place.fill_between(x, mean - std, mean + std, color=COLOURS[name], alpha=0.25, lw=0)
            place.plot(x, mean, "o-", color=COLOURS[name], markersize=4)
            if name in shipped:
                place.axvline(shipped[name], color=COLOURS[name], linestyle=":")
            for strength, m, s in zip(x, mean, std, strict=True):
                text = f"{LABELS[name]} of strength {strength:g}: {m:.2%} ± {s:.2%} {label}"
                spots.append(Spot(place, strength, m, text))
            data[f"{key}_mean"] += mean.tolist()
            data[f"{key}_std"] += std.tolist()
        place.set(xscale="log", ylim=(-0.03, 1.03), ylabel=label)
        _percents(place.yaxis)
        place.grid(color=INK, alpha=0.15)
    for name, row in points.items():
        data["regulariser"] += [name] * len(row)
        data["strength"] += [point["strength"] for point in row]
    axes[-1, 0].set_xlabel("strength (dotted: that of the networks in the app)")
    _legend(figure, points)
    most = {n: percent(max(point["zeros"]["mean"] for point in row)) for n, row in points.items()}
    return Plot(
        figure,
        "Accuracy and exact zeros against the strength of the penalty. "
        f"The most zeros: {_each(most)}.",
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
    """Means with their standard deviations against settings that stand side by side.

    `points`: by series, dicts with a `setting`, a number or a word, and with `mean` and `std` of
    each measure that has a panel. `names`: what the series are called. Numbers come in their order,
    then words as they come; `joined`: a line leads from one to the next.
    """
    settings = dict.fromkeys(point["setting"] for row in points.values() for point in row)
    order = sorted(settings, key=lambda s: (isinstance(s, str), 0 if isinstance(s, str) else s))
    place_of = {setting: place for place, setting in enumerate(order)}
    shown = [setting if isinstance(setting, str) else f"{setting:g}" for setting in order]
    colours = {
        series: COLOURS.get(series, colour)
        for series, colour in zip(points, RUN_COLOURS, strict=False)
    }
    figure, axes = _figure(0.9 + 1.35 * len(panels), len(panels), 1, sharex=True)
    spots, told = [], []
    data = {
        "series": [names[series] for series, row in points.items() for _ in row],
        "setting": [point["setting"] for row in points.values() for point in row],
    }
    for place, (key, measure) in zip(axes[:, 0], panels.items(), strict=True):
        data |= {f"{key}_mean": [], f"{key}_std": []}
        for series, row in points.items():
            x = [place_of[point["setting"]] for point in row]
            mean, std = ([point[key][s] for point in row] for s in ("mean", "std"))
            line = "o-" if joined else "o"
            place.errorbar(x, mean, std, fmt=line, color=colours[series], markersize=4, capsize=2)
            values = [
                f"{measure.write(m)} ± {measure.number(s)}" for m, s in zip(mean, std, strict=True)
            ]
            for at, m, value in zip(x, mean, values, strict=True):
                text = f"{names[series]}, {axis} {shown[at]}: {measure.label} {value}"
                spots.append(Spot(place, at, m, text))
            each = [f"{shown[at]}: {value}" for at, value in zip(x, values, strict=True)]
            told.append(f"{measure.label.capitalize()}, {names[series]}: {', '.join(each)}.")
            data[f"{key}_mean"] += mean
            data[f"{key}_std"] += std
        place.set_title(f"{measure.label}, {measure.unit}", loc="left")
        place.yaxis.set_major_formatter(lambda y, _, scale=measure.scale: f"{y * scale:g}")
        place.grid(color=INK, alpha=0.15)
    slanted = max(map(len, shown)) > 5
    axes[-1, 0].set_xticks(
        range(len(order)), shown, rotation=35 if slanted else 0, ha="right" if slanted else "center"
    )
    axes[-1, 0].set_xlabel(axis)
    if len(points) > 1:
        _legend(figure, points, names, colours)
    caption = "Mean over the seeds; the error bars show one standard deviation."
    return Plot(figure, f"Means over the seeds by {axis}. {' '.join(told)}", data, spots, caption)


def learning_curves(runs: dict[str, dict], epochs: int) -> Plot:
    """Loss and accuracy of training (dashed) and validation (solid) against the epoch.

    `runs`: by name, `train_loss`, `validation_loss`, `train_accuracy` and `validation_accuracy`,
    one value an epoch; `kept`, the epoch whose weights are kept; `stopped_early`, a bool. At most
    as many as there are `RUN_COLOURS`, of one epoch at least. `epochs`: where the axis ends.
    """
    figure, axes = _figure(4.4, 2, 1, sharex=True)
    spots, data = [], {"run": [], "epoch": []}
    for name, run in runs.items():
        done = range(1, len(run["validation_loss"]) + 1)
        data["run"] += [name] * len(done)
        data["epoch"] += done
    for key, place in zip(("loss", "accuracy"), axes[:, 0], strict=True):
        data |= {f"train_{key}": [], f"validation_{key}": []}
        for colour, (name, run) in zip(RUN_COLOURS, runs.items(), strict=False):
            train, validation = run[f"train_{key}"], run[f"validation_{key}"]
            done = range(1, len(validation) + 1)
            place.plot(done, train, ".--", color=colour, linewidth=1.4, markersize=4)
            place.plot(done, validation, ".-", color=colour, linewidth=2, markersize=4)
            place.plot(run["kept"], validation[run["kept"] - 1], "o", color=colour)
            if run["stopped_early"]:
                place.axvline(len(done), color=colour, linestyle=":")
            for epoch, *heights in zip(done, train, validation, strict=True):
                shown = [percent(h) if key == "accuracy" else f"{h:.3f}" for h in heights]
                text = f"{name}, epoch {epoch}: {key} {shown[0]} training, {shown[1]} validation"
                spots.append(Spot(place, epoch, heights[1], text))
            data[f"train_{key}"] += train
            data[f"validation_{key}"] += validation
        place.set(ylabel=key)
        place.grid(color=INK, alpha=0.15)
    _percents(axes[1, 0].yaxis)
    axes[1, 0].set(xlabel="epoch", xlim=(0.5, epochs + 0.5))
    axes[1, 0].locator_params(axis="x", integer=True, min_n_ticks=1)
    _legend_of_runs(figure, list(runs))
    told = [
        f"{name}: {percent(run['validation_accuracy'][run['kept'] - 1])} validation accuracy at "
        f"epoch {run['kept']} of {len(run['validation_loss'])}, which is kept"
        + (", stopped early" if run["stopped_early"] else "")
        for name, run in runs.items()
    ]
    return Plot(figure, f"Loss and accuracy after each epoch. {'; '.join(told)}.", data, spots)


def _legend_of_runs(figure: Figure, names: list[str]) -> None:
    """What the lines mean, and, where there are several runs, whose they are."""
    from matplotlib.lines import Line2D

    kinds = {
        "validation": {"linewidth": 2},
        "training": {"linestyle": "--"},
        "epoch kept": {"marker": "o", "linestyle": ""},
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
