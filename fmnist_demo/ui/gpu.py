"""Trainings on ZeroGPU, the kind of Hugging Face Space that lends a GPU for a minute at a time.

There a decorated function runs in a process of its own: what goes in and out is pickled. Everywhere
else, trainings run as they always do.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from multiprocessing.shared_memory import ShareableList

import gradio as gr

from fmnist_demo.errors import UserError
from fmnist_demo.training import lab
from fmnist_demo.training.lab import Control, Failed, Finished, Post
from fmnist_demo.training.loop import choose_device
from fmnist_demo.training.settings import Settings

spaces = None
with suppress(ImportError):
    import spaces  # on Spaces alone; to be imported before CUDA is used

LIMIT = 45.0
"""Seconds that a training may take on a borrowed GPU."""

BORROWED = 60
"""Seconds for which the GPU is asked, which a visitor's quota must have left; fewer are charged."""


class Heard:
    """A `Control` in memory that processes share: what the visitor does is heard in all of them."""

    def __init__(self, flags: ShareableList):
        self.flags = flags  # paused, stopped

    paused = property(lambda self: self.flags[0])
    stopped = property(
        lambda self: self.flags[1], lambda self, value: self.flags.__setitem__(1, value)
    )


def trainer() -> Callable[..., Finished]:
    """What trains for a `Lab`: on ZeroGPU `borrowing`, elsewhere `lab.run`."""
    if spaces is None:
        return lab.run
    borrowed = spaces.GPU(duration=BORROWED)(on_gpu)
    if borrowed is on_gpu:  # Spaces of other kinds
        return lab.run
    return partial(borrowing, borrowed)


def on_gpu(task: bytes, flags: ShareableList) -> Iterator[bytes]:
    """Train in the process that has the GPU.

    `task`: the settings, the examples and the pictures for the confidence threshold, pickled;
    `flags`: as in `Heard`. Yields what `lab.live` yields, pickled too: as plain bytes, for PyTorch
    would leave its tensors in memory that goes when the process goes.
    """
    settings, examples, held_out_drawings = pickle.loads(task)
    control = Heard(flags)

    def work(post: Post) -> Finished:
        device = choose_device("auto")
        return lab.run(settings, examples, held_out_drawings, control, post, device, LIMIT)

    yield from map(pickle.dumps, lab.live(work, control))


def borrowing(
    borrowed: Callable[[bytes, ShareableList], Iterator[bytes]],
    settings: Settings,
    examples: lab.TrainingData,
    held_out_drawings: lab.Split,
    control: Control,
    post: Post,
) -> Finished:
    """As `lab.run`, by `borrowed`, which is `on_gpu` in another process."""
    task = pickle.dumps((settings, examples, held_out_drawings))
    flags = ShareableList([control.paused, control.stopped])
    try:
        end = Failed("The GPU was taken back before the training was over: try again.")
        with closing(borrowed(task, flags)) as updates:
            for update in map(pickle.loads, updates):
                if isinstance(update, Finished | Failed):
                    end = update
                else:
                    post(update)
                    flags[0], flags[1] = control.paused, control.stopped
    except gr.Error as error:  # none is free, or the visitor's quota is used up
        reason = str(error.message).rstrip(".")
        raise UserError(f"The training got no GPU, or lost it: {reason}.") from error
    finally:
        flags.shm.close()
        flags.shm.unlink()
    if isinstance(end, Failed):
        raise UserError(end.reason)
    return end
