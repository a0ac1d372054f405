"""PyTorch in the second-order section: torch_second_order.py forward|reverse|compiled THREADS."""

import sys
import time

import torch

# Loaded on first use otherwise, which takes more than a second: this belongs to the import, not to the work.
import torch._dynamo  # noqa: F401
import torch.nn.functional as F
from protocol import serve
from second_order import Stop, Watch, microseconds, regression, split

variant, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
TYPES = {"f32": torch.float32, "f64": torch.float64}
state = {}


def load():
    return {"version": torch.__version__}


def prepare(dir, sizes, dtype):
    x, y, start = (torch.from_numpy(part).to(TYPES[dtype]) for part in regression(dir, sizes, 1))

    def loss(flat):
        W1, b1, W2, b2 = split(flat, sizes)
        return ((F.linear(torch.tanh(F.linear(x, W1, b1)), W2, b2) - y) ** 2).mean()

    before = time.perf_counter()
    # torch.func.hessian is forward over reverse; reverse over reverse is faster on this net, above all when compiled.
    hessian = torch.func.hessian(loss) if variant == "forward" else torch.func.jacrev(torch.func.jacrev(loss))
    if variant == "compiled":
        hessian = torch.compile(hessian)
    matrix = hessian(start)
    first = 1e3 * (time.perf_counter() - before)
    gradient = torch.func.grad(loss)
    product = lambda: torch.func.jvp(gradient, (start,), (start,))[1]
    state.update(hessian=lambda: hessian(start), gradient=lambda: gradient(start), product=product)
    return {"first": first, "threads": threads, "matrix": matrix.double().flatten().tolist()}


def run(calls):
    answer = {"us": microseconds(state["hessian"], calls)}
    if variant == "forward":
        answer.update(gradient=microseconds(state["gradient"], calls), product=microseconds(state["product"], calls))
    return answer


def descend(dir, sizes, seed, method, targets, budget):
    """L-BFGS as torch.optim has it, in one call of `step`, so that no evaluation is made twice."""
    x, y, start = (torch.from_numpy(part).to(TYPES[method]) for part in regression(dir, sizes, seed))
    watch = Watch(targets, budget)
    parameters = W1, b1, W2, b2 = [part.clone().requires_grad_() for part in split(start, sizes)]
    optimizer = torch.optim.LBFGS(
        parameters, lr=1, max_iter=10**9, max_eval=10**9, tolerance_grad=0, tolerance_change=0, history_size=20,
        line_search_fn="strong_wolfe",
    )  # fmt: skip

    def closure():
        optimizer.zero_grad()
        loss = F.mse_loss(F.linear(torch.tanh(F.linear(x, W1, b1)), W2, b2), y)
        loss.backward()
        watch.see(loss.item())
        return loss

    try:
        optimizer.step(closure)
    except Stop:
        pass
    return watch.answer()


serve(load=load, prepare=prepare, run=run, descend=descend)
