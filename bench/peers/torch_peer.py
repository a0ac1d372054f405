"""PyTorch as an entry: torch_peer.py eager|fused|compiled[-bf16] THREADS."""

import sys

import torch
import torch.nn.functional as F
from protocol import BATCHES, gemm, problem, serve, timed

(variant, _, precision), threads = sys.argv[1].partition("-"), int(sys.argv[2])
torch.set_num_threads(threads)
state = {}


def prepare(dir, sizes, batch):
    x, y, layers = problem(dir, sizes)
    modules = []
    for W, b in layers:
        linear = torch.nn.Linear(W.shape[1], W.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.copy_(torch.from_numpy(b))
        modules += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    loss = lambda x, y: F.cross_entropy(model(x), y)
    state.update(
        x=torch.from_numpy(x),
        y=torch.from_numpy(y).long(),
        batch=batch,
        loss=torch.compile(loss) if variant == "compiled" else loss,
        # None is the default: PyTorch chooses.
        optimizer=torch.optim.Adam(model.parameters(), lr=1e-3, fused=None if variant == "eager" else True),
        done=0,
    )
    return {"ready": True, "version": torch.__version__}


def run(steps):
    x, y, batch, loss, optimizer = (state[key] for key in ("x", "y", "batch", "loss", "optimizer"))
    done = state["done"]
    state["done"] = done + steps
    for i in range(done, done + steps):
        start = i % BATCHES * batch
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            value = loss(x[start : start + batch], y[start : start + batch])
        value.backward()
        optimizer.step()
    return value.item()


def multiply(m, n, k):
    a, b, c = torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)
    return gemm(m, n, k, lambda: torch.mm(a, b, out=c))


serve(prepare=prepare, check=lambda steps: {"loss": run(steps)}, run=lambda steps: timed(steps, run), gemm=multiply)
