"""The connections that carry one image's answer: sub-networks that are run, not guessed."""

from collections.abc import Callable

import numpy as np
from torch import nn

from fmnist_demo.networks.forward_pass import ForwardPass
from fmnist_demo.networks.mlp import MLP, folded
from fmnist_demo.spec import CLASS_NAMES, normalise

REMOVED_AT_ONCE = 0.1
"""The share of the remaining connections that is removed before the rest is ranked again."""

CONNECTION = np.dtype([("layer", "u1"), ("source", "u2"), ("target", "u2"), ("effect", "f4")])
"""A weight from unit `source` of a layer to unit `target` of the next. Layer 0 are the pixels.

`effect`: how much it speaks for the answer, or against it if negative.
"""


class Connections:
    """The connections of a network through which one image passes, ranked by their effect.

    Connections from black pixels, and from or to units with output 0, change nothing: they are left
    out from the start. What units that no path connects to a lit pixel add is counted as bias.
    `total` counts the connections that remain. A tenth of them is removed at a time, those that
    speak most against the answer first, then those that speak least for it; the rest is ranked
    again. So the sub-networks are nested. The effect is gradient times input (arXiv 1704.02685,
    section 2.1) of each connection; the gradient is that of the logit of `label` less the
    log-sum-exp of the other classes' logits.

    A sub-network keeps all biases, but a unit that it connects to no pixel puts out 0.
    Layer normalisation keeps the mean and the deviation that the image has in the whole network.

    `image`: uint8 (28, 28), a bright garment on black. `label`: the index of the class that the
    network names. `steps`: the numbers of connections between two removals, from `total` to 0.
    """

    def __init__(self, model: MLP, image: np.ndarray):
        forward = ForwardPass(model, image)
        self.label = int(forward.logits[: len(CLASS_NAMES)].argmax())
        values = image.ravel().astype(np.float32) / 255
        sources = np.flatnonzero(values)
        self._pixels = values[sources]
        self._units, self._layers = [sources], []
        for weight, bias in _affine(model, forward):
            sums = values @ weight + bias
            read = weight[sources]
            bias = sums - values[sources] @ read
            is_output = len(self._layers) == len(model.hidden)
            reached = is_output | (read != 0).any(axis=0)
            values = sums if is_output else np.maximum(sums, 0)
            sources = np.flatnonzero(reached & (is_output | (values > 0)))
            self._units.append(sources)
            self._layers.append((np.ascontiguousarray(read[:, sources]), bias[sources]))
        self._ranks, self.steps = self._rank()
        self.total = self.steps[0]

    def logits(self, count: int) -> np.ndarray:
        """The logits of the sub-network of the last `count` connections: float32 (10,) or (11,)."""
        return self._run(self._kept(count))[-1]

    def fewest(self, passes: Callable[[np.ndarray], bool]) -> int:
        """How far connections can be removed, from the whole network on, while its logits pass.

        Among `steps` until the first that fails, then by bisection.
        """
        fewest = self.total
        for count in self.steps[1:]:
            if not passes(self.logits(count)):
                fails = count
                break
            fewest = count
        else:
            return fewest
        while fewest - fails > 1:
            middle = (fails + fewest) // 2
            if passes(self.logits(middle)):
                fewest = middle
            else:
                fails = middle
        return fewest

    def strongest(self, count: int, listed: int) -> np.ndarray:
        """The sub-network of `count` connections as an array of `CONNECTION`.

        At most `listed` of them, the largest effects first.
        """
        kept = self._kept(count)
        outputs = self._run(kept)
        layers = []
        for layer, effects in enumerate(self._effects(kept, outputs)):
            sources, targets = np.nonzero(kept[layer])
            found = np.empty(len(sources), CONNECTION)
            found["layer"] = layer
            found["source"] = self._units[layer][sources]
            found["target"] = self._units[layer + 1][targets]
            found["effect"] = effects[sources, targets]
            layers.append(found)
        found = np.concatenate(layers)
        return found[np.argsort(-np.abs(found["effect"]), kind="stable")[:listed]]

    def _kept(self, count: int) -> list[np.ndarray]:
        return [(ranks >= 0) & (ranks < count) for ranks in self._ranks]

    def _run(self, kept: list[np.ndarray]) -> list[np.ndarray]:
        """What each layer reads in the sub-network, and its logits."""
        values = self._pixels
        connected = np.ones(len(values), bool)
        outputs = [values]
        for i, ((weight, bias), mask) in enumerate(zip(self._layers, kept, strict=True)):
            values = values @ (weight * mask) + bias
            if i < len(self._layers) - 1:
                connected = mask[connected].any(axis=0)
                values = np.maximum(values, 0) * connected
            outputs.append(values)
        return outputs

    def _effects(self, kept: list[np.ndarray], outputs: list[np.ndarray]) -> list[np.ndarray]:
        """The effect of every connection of a sub-network, (n_in, n_out) for each layer."""
        others = outputs[-1][: len(CLASS_NAMES)].astype(np.float64)
        others[self.label] = -np.inf
        powers = np.exp(others - others.max())
        gradient = np.zeros(len(outputs[-1]), np.float32)
        gradient[: len(CLASS_NAMES)] = -powers / powers.sum()
        gradient[self.label] = 1
        effects = []
        for values, (weight, _), mask in zip(
            outputs[-2::-1], self._layers[::-1], kept[::-1], strict=True
        ):
            masked = weight * mask
            effects.append(values[:, None] * masked * gradient)
            gradient = masked @ gradient * (values > 0)
        return effects[::-1]

    def _rank(self) -> tuple[list[np.ndarray], list[int]]:
        """How many connections outlast each one, -1 for a weight of 0: (n_in, n_out). `steps`."""
        kept = [weight != 0 for weight, _ in self._layers]
        ranks = [np.full(mask.shape, -1, np.int32) for mask in kept]
        places = [np.flatnonzero(mask) for mask in kept]
        total = sum(map(len, places))
        steps = [total]
        while total:
            layers = self._effects(kept, self._run(kept))
            effects = np.concatenate(
                [each.flat[at] for each, at in zip(layers, places, strict=True)]
            )
            removed = max(1, int(total * REMOVED_AT_ONCE))
            if effects.min() == 0:
                removed = max(removed, int((effects == 0).sum()))
            weakest = np.argpartition(effects, removed - 1)[:removed]
            order = weakest[np.argsort(-effects[weakest], kind="stable")]
            outlasted_by = np.full(total, -1)
            outlasted_by[order] = np.arange(total - removed, total)
            start = 0
            for i, at in enumerate(places):
                found = outlasted_by[start : start + len(at)]
                start += len(at)
                ranks[i].flat[at] = found
                kept[i].flat[at[found >= 0]] = False
                places[i] = at[found < 0]
            total -= removed
            steps.append(total)
        return ranks, steps


def _affine(model: MLP, forward: ForwardPass) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights (n_in, n_out) and biases (n_out,) of each layer, with the normalisation in them.

    The first layer takes the raw pixels from 0 to 1.
    """
    layers = []
    for i, (weight, bias, norm) in enumerate(folded(model)):
        weight, bias = weight.numpy(), bias.numpy()
        if isinstance(norm, nn.LayerNorm):
            sums = forward.sums[i]
            scale = norm.weight.detach().numpy() / np.sqrt(sums.var() + norm.eps)
            shift = norm.bias.detach().numpy()
            weight, bias = weight * scale[:, None], (bias - sums.mean()) * scale + shift
        layers.append((weight.T, bias))
    weight, bias = layers[0]
    black, white = normalise(0.0), normalise(255.0)
    layers[0] = weight * (white - black), bias + black * weight.sum(axis=0)
    return layers
