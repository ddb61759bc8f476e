"""All nine networks on one image, compared with reading their weights once from memory."""

import numpy as np
import torch

from benchmarks.measuring import in_turn, threads
from benchmarks.tables import Row, Table
from fmnist_demo.images.preprocessing import from_drawing
from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.networks.inference import predict, probabilities
from fmnist_demo.synthetic.drawings import draw

READ, ANSWERS = "reading the weights once", "all nine answers to a drawing"
ANSWERS_LIT = "all nine answers to an image without black pixels"
PRODUCTS = "for comparison: the matrix products alone, with torch.mv"
BATCH = "for comparison: the same answers with nn.Linear, as for a batch"

CALLS_PER_ROUND = 50


def measure(repeats: int) -> list[Table]:
    """Use one thread, as the app does."""
    networks = list(Collection())
    matrices = [p.detach() for c in networks for p in c.model.parameters() if p.dim() == 2]
    vectors = [torch.randn(matrix.shape[1]) for matrix in matrices]
    # As large as all the weights together. The functions take turns, so that each finds the
    # processor's cache full of what the one before has read.
    weights = torch.randn(sum(matrix.numel() for matrix in matrices))
    drawing = from_drawing(draw(0, np.random.default_rng(0)), stages=False).pixels
    lit = np.maximum(drawing, 1)
    batch = torch.tensor(drawing)[None]
    functions = {
        READ: weights.sum,
        ANSWERS: lambda: predict(networks, drawing),
        ANSWERS_LIT: lambda: predict(networks, lit),
        PRODUCTS: lambda: [torch.mv(*pair) for pair in zip(matrices, vectors, strict=True)],
        BATCH: lambda: [probabilities(network, batch) for network in networks],
    }
    with threads(1):
        samples = in_turn(functions, CALLS_PER_ROUND * repeats, "nine networks")
    size = weights.nbytes / 1e6
    return [
        Table(
            f"{len(networks)} networks, {size:.0f} MB of weights, one thread",
            [Row(name, samples[name]) for name in functions],
            READ,
            remark="The weights are read at "
            f"{size / 1e3 / Row(READ, samples[READ]).median:.0f} GB/s, by summing as many numbers. "
            "The weights of black pixels and of inactive units are never read.",
        )
    ]
