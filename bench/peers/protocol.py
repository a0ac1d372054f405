"""The Python side of the protocol: a JSON object a line in, a JSON object a line out; and the files of a problem."""

import json
import os
import sys
import time

import numpy as np

BATCHES = 4


def problem(dir, sizes):
    """Table, labels, and the weights [out, in] and biases of each layer."""
    read = lambda name, type: np.fromfile(os.path.join(dir, name), type)
    layers = [
        (read(f"W{i + 1}.f32", "<f4").reshape(out, fan_in), read(f"b{i + 1}.f32", "<f4"))
        for i, (fan_in, out) in enumerate(zip(sizes, sizes[1:]))
    ]
    return read("x.f32", "<f4").reshape(-1, sizes[0]), read("y.i32", "<i4"), layers


def timed(steps, run):
    """Microseconds per step; `run` returns when the device has finished, with the loss of the last step."""
    before = time.perf_counter_ns()
    loss = run(steps)
    return {"us": (time.perf_counter_ns() - before) / 1e3 / steps, "loss": loss}


def gemm(m, n, k, multiply):
    """Median GFLOP/s of `multiply`, called again and again for 0.4 s."""
    multiply()
    times = []
    start = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < 0.4:
        before = time.perf_counter_ns()
        multiply()
        times.append(time.perf_counter_ns() - before)
    return {"gflops": 2 * m * n * k / float(np.median(times))}


def peak():
    with open("/proc/self/status") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return {"peakMB": kilobytes / 1024}


def serve(**handlers):
    """Answers requests by name; an exception becomes {"error": …}. Libraries may print: answers keep their own pipe."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    handlers["memory"] = lambda: peak()
    for line in sys.stdin:
        request = json.loads(line)
        command = request.pop("cmd")
        if command == "quit":
            return
        try:
            answer = handlers[command](**request)
        except Exception as error:  # noqa: BLE001: whatever it is, the benchmark says it and goes on
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), file=out, flush=True)
