"""Trainings on ZeroGPU, with a stand-in for the package `spaces`."""

import multiprocessing
import os
import time

import gradio as gr
import numpy as np
import pytest
from gradio.context import LocalContext
from helpers import assert_one_sentence

from fmnist_demo.data.splits import TrainingData
from fmnist_demo.training import lab
from fmnist_demo.training.lab import Control, Lab
from fmnist_demo.training.settings import Settings
from fmnist_demo.training.updates import Failed, Finished, Preparing, Snapshot
from fmnist_demo.ui import gpu

SMALL = Settings(layers=1, width=16, batch_size=32, epochs=3, source="drawings", learning_rate=5e-3)
LONG = SMALL.model_copy(update={"epochs": 60, "patience": 60, "width": 256, "layers": 3})


class Spaces:
    """A stand-in for the package `spaces` on ZeroGPU.

    A decorated generator runs in a forked process. Its arguments and updates are pickled. When it
    is closed, it ends there at its next update.
    """

    def __init__(self):
        self.durations, self.processes = [], set()
        self.context = multiprocessing.get_context("fork")

    def GPU(self, duration):
        self.durations.append(duration)
        return lambda task: lambda *args: self.forked(task, args)

    def forked(self, task, args):
        ins, outs, stop = self.context.Queue(), self.context.Queue(), self.context.Event()
        worker = self.context.Process(target=self.work, args=(task, ins, outs, stop), daemon=True)
        worker.start()
        ins.put(args)
        try:
            while (update := outs.get(timeout=300)) is not None:
                pid, update = update
                self.processes.add(pid)
                yield update
        finally:
            stop.set()
            worker.join(timeout=60)

    @staticmethod
    def work(task, ins, outs, stop):
        updates = task(*ins.get())
        for update in updates:
            if stop.is_set():
                updates.close()
                break
            outs.put((os.getpid(), update))
        outs.put(None)


@pytest.fixture
def zerogpu(monkeypatch) -> Spaces:
    spaces = Spaces()
    monkeypatch.setattr(gpu, "spaces", spaces)
    return spaces


@pytest.fixture
def borrowing_lab(zerogpu, train, validation, monkeypatch) -> Lab:
    monkeypatch.setattr(lab, "INTERVAL", 0.01)
    shared = Lab(gpu.trainer())
    loaded = TrainingData(train, validation, "test")
    monkeypatch.setattr(shared.examples, "get", lambda source, report: loaded)
    monkeypatch.setattr(shared.examples, "held_out_drawings", validation)
    return shared


def until(updates, kind, condition=lambda update: True):
    return next(u for u in updates if isinstance(u, kind) and condition(u))


def test_without_spaces_or_with_another_kind_of_space_nothing_is_decorated(monkeypatch):
    monkeypatch.setattr(gpu, "spaces", None)
    assert gpu.trainer() is lab.run

    class OtherKind:
        GPU = staticmethod(lambda duration: lambda task: task)

    monkeypatch.setattr(gpu, "spaces", OtherKind)
    assert gpu.trainer() is lab.run


def test_on_zerogpu_a_training_runs_in_the_process_that_has_the_gpu(borrowing_lab, zerogpu):
    seen = list(borrowing_lab.train(SMALL, Control()))
    assert zerogpu.durations == [gpu.GPU_SECONDS]
    assert gpu.TRAINING_SECONDS < gpu.GPU_SECONDS
    assert len(zerogpu.processes) == 1
    assert os.getpid() not in zerogpu.processes
    assert isinstance(seen[-1], Finished), seen[-1]
    assert any(isinstance(update, Snapshot) for update in seen)
    examples = borrowing_lab.examples.get("drawings", None)
    *_, here = lab.run(SMALL, examples, borrowing_lab.examples.held_out_drawings, Control())
    assert np.array_equal(seen[-1].snapshot.weights, here.snapshot.weights)
    end = time.monotonic() + 60
    while len(borrowing_lab.queue) and time.monotonic() < end:  # the lab's thread is still ending
        time.sleep(0.01)
    assert len(borrowing_lab.queue) == 0


@pytest.mark.slow
def test_on_zerogpu_pausing_and_stopping_reach_the_other_process(borrowing_lab):
    control = Control()
    updates = borrowing_lab.train(LONG, control)
    until(updates, Snapshot, lambda s: s.history)
    control.paused = True
    time.sleep(1)
    before = until(updates, Snapshot)
    for _ in range(20):
        after = until(updates, Snapshot)
    assert after.share == before.share
    control.paused, control.stopped = False, True
    end = until(updates, Finished)
    assert end.run.stop_reason == "stopped"
    assert 1 <= len(end.run.history) < 60


def test_on_zerogpu_a_refusal_gives_a_one_sentence_error(borrowing_lab):
    def refused(*args):
        raise gr.Error("You have exceeded your free ZeroGPU quota (60s requested vs. 8s left). ")
        yield

    borrowing_lab.trainer = lambda *args: gpu.train_on_borrowed_gpu(refused, *args)
    *_, end = borrowing_lab.train(SMALL, Control())
    assert isinstance(end, Failed)
    assert "quota" in end.reason
    assert_one_sentence(end.reason)


def test_a_training_runs_in_the_context_of_its_request(monkeypatch):
    """ZeroGPU charges the visitor whose request it finds in the thread's context."""
    monkeypatch.setattr(lab, "INTERVAL", 0.01)
    found = []

    def updates():
        found.append(LocalContext.request.get(None))
        yield Preparing(0.0, "Loading")

    request = gr.Request(username="someone")
    token = LocalContext.request.set(request)
    try:
        list(lab.live(updates()))
    finally:
        LocalContext.request.reset(token)
    assert found == [request]
