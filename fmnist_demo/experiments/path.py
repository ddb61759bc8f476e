"""The regularisation path: what becomes of a network as its penalty grows from nothing to all.

Says which trainings make up the path and sums them up; knows nothing of how they are run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from fmnist_demo.errors import UserError
from fmnist_demo.experiments.sweep import Figures, Training, in_rounds, over_seeds
from fmnist_demo.networks.mlp import MLPConfig
from fmnist_demo.training.config import TrainConfig

EPOCHS = 12
"""The usual length of one training. A strength does less in it than in the longer ones of the
shipped networks, for an L1 penalty shrinks by the strength times the sum of the learning rates."""

STRENGTHS = {
    "l1": (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0),
    "l2": (0.01, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0),
}
"""The usual strengths by regulariser, from no visible effect to a network that knows nothing.

L2's range is that long because the kept epoch is the best one: weights are gone once the learning
rate reaches 1 / strength, but only from 1,800 on does it do so in the first epoch of 12.
"""

MEASURED = (
    *("train_accuracy", "validation_loss", "validation_accuracy", "test_accuracy"),
    *("zeros", "weight_norm", "live_neurons", "live_pixels"),
)
"""The fields of `sweep.Figures` that are followed along the path."""


def trainings(
    shape: MLPConfig, config: TrainConfig, strengths: Mapping[str, Sequence[float]], seeds: int
) -> list[Training]:
    """Every strength of every regulariser once, with each of the seeds 0 to `seeds` - 1.

    All else is as in `config`. The whole path with one seed comes before the next seed. Raises
    `UserError` for less than one seed or a strength that is not above 0.
    """
    if 0 in (strength for several in strengths.values() for strength in several):
        raise UserError("A strength of 0 has no place on a logarithmic axis: choose above 0.")
    along = [
        Training(shape, replace(config, regulariser=name, strength=strength))
        for name, several in strengths.items()
        for strength in sorted(several)
    ]
    return in_rounds(along, seeds)


def summary(results: Sequence[tuple[Training, Figures]]) -> dict:
    """The path as JSON holds it: the settings that all trainings share, and one dict a point.

    A point is a strength of a regulariser, with `MEASURED` summed up by `sweep.over_seeds`; they
    are in that order, by name first.
    """
    points: dict[tuple[str, float], list[tuple[Training, Figures]]] = {}
    for training, figures in results:
        at = (training.config.regulariser, training.config.strength)
        points.setdefault(at, []).append((training, figures))
    shape, shared = results[0][0].shape, asdict(results[0][0].config)
    for name in ("regulariser", "strength", "seed"):
        del shared[name]
    return {
        "layers": shape.layers,
        "width": shape.width,
        "epochs": shared["epochs"],
        "seeds": max(len(several) for several in points.values()),
        "model": asdict(shape),
        "training": shared,
        "points": [
            {"regulariser": name, "strength": strength}
            | over_seeds(points[name, strength], MEASURED)
            for name, strength in sorted(points)
        ],
    }
