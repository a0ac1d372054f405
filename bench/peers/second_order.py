"""What the Python peers of the second-order section share: the problem's files, and watching a descent."""

import math
import os
import time

import numpy as np


def regression(dir, sizes, seed):
    """Rows, targets, and the initial weights one after another."""
    read = lambda name: np.fromfile(os.path.join(dir, f"{name}.f64"), "<f8")
    return read("x").reshape(-1, sizes[0]), read("y").reshape(-1, sizes[-1]), read(f"start{seed}")


def split(flat, sizes):
    """W1, b1, W2, b2 as views of the flat vector."""
    inputs, hidden, outputs = sizes
    parts, at = [], 0
    for shape in [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,)]:
        size = math.prod(shape)
        parts.append(flat[at : at + size].reshape(shape))
        at += size
    return parts


class Stop(Exception):
    """Every target is reached, or the budget has run out."""


class Watch:
    """Notes when a loss first reaches each target, at whatever point the method looks: the peer's favour."""

    def __init__(self, targets, budget):
        self.targets, self.budget, self.steps, self.last = targets, budget / 1e3, 0, None
        self.reached = [None] * len(targets)
        self.before = time.perf_counter()

    def see(self, loss):
        self.steps += 1
        self.last = loss
        seconds = time.perf_counter() - self.before
        for i, target in enumerate(self.targets):
            if self.reached[i] is None and loss <= target:
                self.reached[i] = {"ms": 1e3 * seconds, "compiling": 0, "steps": self.steps}
        if None not in self.reached or seconds > self.budget:
            raise Stop

    def answer(self):
        return {"reached": self.reached, "last": self.last}


def microseconds(call, calls):
    """Median over calls."""
    times = []
    for _ in range(calls):
        before = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - before)
    return float(np.median(times)) / 1e3
