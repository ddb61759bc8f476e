"""The regularisation path: the same network trained with ever stronger penalties.

Plans the trainings and summarises their results; `sweep` runs them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from fmnist_demo.errors import UserError
from fmnist_demo.experiments.sweep import Metrics, Training, in_rounds, over_seeds
from fmnist_demo.networks.mlp import MLPConfig
from fmnist_demo.training.config import TrainConfig

PATH_EPOCHS = 12
"""The default length of one training. An L1 penalty shrinks weights by the strength times the sum
of the learning rates, so a strength does less here than in the longer training of the shipped
networks."""

PATH_STRENGTHS = {
    "l1": (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0),
    "l2": (0.01, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0),
}
"""The default strengths by regulariser, from no visible effect to a network that learns nothing.

L2 needs such a long range because the best epoch is the one that is measured: the weights vanish
once the learning rate reaches 1 / strength, but only from 1,800 on is that in the first of 12
epochs.
"""

PATH_METRICS = (
    *("train_accuracy", "validation_loss", "validation_accuracy", "test_accuracy"),
    *("zeros", "weight_norm", "active_units", "active_pixels"),
)
"""The attributes of `sweep.Metrics` that the summary holds."""


def trainings(
    shape: MLPConfig, config: TrainConfig, strengths: Mapping[str, Sequence[float]], seeds: int
) -> list[Training]:
    """Every strength of every regulariser, with each of the seeds 0 to `seeds` - 1.

    The other settings are those of `config`. The whole path with one seed comes before the next
    seed. Raises `UserError` for fewer than one seed or a strength that is not above 0.
    """
    if any(0 in of_regulariser for of_regulariser in strengths.values()):
        raise UserError("A strength of 0 does not fit on a logarithmic axis: choose one above 0.")
    points = [
        Training(shape, replace(config, regulariser=name, strength=strength))
        for name, of_regulariser in strengths.items()
        for strength in sorted(of_regulariser)
    ]
    return in_rounds(points, seeds)


def summary(results: Sequence[tuple[Training, Metrics]]) -> dict:
    """Summarise the path, ready for JSON: the settings that all trainings share, and the points.

    There is one point for each regulariser and strength, in this order, with `PATH_METRICS` as
    `sweep.over_seeds` gives them.
    """
    points: dict[tuple[str, float], list[tuple[Training, Metrics]]] = {}
    for training, metrics in results:
        point = (training.config.regulariser, training.config.strength)
        points.setdefault(point, []).append((training, metrics))
    shape, shared = results[0][0].shape, asdict(results[0][0].config)
    for name in ("regulariser", "strength", "seed"):
        del shared[name]
    return {
        "layers": shape.layers,
        "width": shape.width,
        "epochs": shared["epochs"],
        "seeds": max(len(runs) for runs in points.values()),
        "model": asdict(shape),
        "training": shared,
        "points": [
            {"regulariser": name, "strength": strength}
            | over_seeds(points[name, strength], PATH_METRICS)
            for name, strength in sorted(points)
        ],
    }
