"""Trainings on ZeroGPU, the kind of Hugging Face Space that lends a GPU for a minute at a time.

There a decorated function runs in a process of its own, and its arguments and results are pickled.
Everywhere else, trainings run as usual.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from multiprocessing.shared_memory import ShareableList

import gradio as gr

from fmnist_demo.errors import UserError
from fmnist_demo.training import lab
from fmnist_demo.training.lab import Control
from fmnist_demo.training.loop import choose_device
from fmnist_demo.training.updates import Failed, Finished, Update

spaces = None
with suppress(ImportError):
    import spaces  # exists on Spaces only; must be imported before CUDA is used

TRAINING_SECONDS = 45.0
"""How long a training may take on a borrowed GPU."""

GPU_SECONDS = 60
"""How long the GPU is requested for. The visitor's quota must cover it; only use is charged."""


class SharedControl:
    """A `Control` in memory that processes share."""

    def __init__(self, flags: ShareableList):
        self.flags = flags  # paused, stopped

    paused = property(lambda self: self.flags[0])
    stopped = property(lambda self: self.flags[1])


def trainer() -> Callable[..., Iterator[Update]]:
    """What trains for a `Lab`: on ZeroGPU `train_on_borrowed_gpu`, elsewhere `lab.run`."""
    if spaces is None:
        return lab.run
    borrowed = spaces.GPU(duration=GPU_SECONDS)(on_gpu)
    if borrowed is on_gpu:  # another kind of Space
        return lab.run
    return partial(train_on_borrowed_gpu, borrowed)


def on_gpu(task: bytes, flags: ShareableList) -> Iterator[bytes]:
    """`lab.run` in the process that has the GPU.

    `task`: its first three arguments, pickled; `flags`: as in `SharedControl`. Yields its updates,
    and `Failed` for a `UserError`, pickled as well: PyTorch would leave bare tensors in memory that
    disappears with the process.
    """
    arguments = pickle.loads(task)
    try:
        updates = lab.run(*arguments, SharedControl(flags), choose_device("auto"), TRAINING_SECONDS)
        with closing(updates):
            yield from map(pickle.dumps, updates)
    except UserError as error:
        yield pickle.dumps(Failed(str(error)))


def train_on_borrowed_gpu(
    borrowed: Callable[[bytes, ShareableList], Iterator[bytes]],
    settings,
    examples,
    held_out_drawings,
    control: Control,
) -> Iterator[Update]:
    """As `lab.run`, with `borrowed`, which is `on_gpu` in another process."""
    task = pickle.dumps((settings, examples, held_out_drawings))
    flags = ShareableList([control.paused, control.stopped])
    update = None
    try:
        with closing(borrowed(task, flags)) as updates:
            try:
                for update in map(pickle.loads, updates):
                    flags[0], flags[1] = control.paused, control.stopped
                    yield update
            finally:
                flags[1] = True  # for the other process, if it is still training
    except gr.Error as error:  # no GPU is free, or the visitor's quota is used up
        reason = str(error.message).rstrip(".")
        raise UserError(f"The training got no GPU, or lost it: {reason}.") from error
    finally:
        flags.shm.close()
        flags.shm.unlink()
    if not isinstance(update, Finished | Failed):
        raise UserError("The GPU was taken back before the training was over: try again.")
