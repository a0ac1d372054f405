"""JAX in the second-order section: its Hessian under jit. jax_second_order.py THREADS"""

import os
import sys
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[1])])

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from protocol import serve  # noqa: E402
from second_order import microseconds, regression, split  # noqa: E402

jax.config.update("jax_enable_x64", True)
state = {}


def prepare(dir, sizes, dtype):
    parts = regression(dir, sizes, 1)
    before = time.perf_counter()
    x, y, start = (jnp.array(part, {"f32": jnp.float32, "f64": jnp.float64}[dtype]) for part in parts)

    def loss(flat, x, y):
        W1, b1, W2, b2 = split(flat, sizes)
        return jnp.mean((jnp.tanh(x @ W1.T + b1) @ W2.T + b2 - y) ** 2)

    hessian = jax.jit(jax.hessian(loss))
    gradient = jax.jit(jax.grad(loss))
    product = jax.jit(lambda flat, v, x, y: jax.jvp(lambda w: jax.grad(loss)(w, x, y), (flat,), (v,))[1])
    matrix = np.asarray(hessian(start, x, y))
    first = 1e3 * (time.perf_counter() - before)
    state.update(
        hessian=lambda: np.asarray(hessian(start, x, y)),
        gradient=lambda: gradient(start, x, y).block_until_ready(),
        product=lambda: product(start, start, x, y).block_until_ready(),
    )
    state["gradient"](), state["product"]()
    return {"first": first, "threads": int(sys.argv[1]), "matrix": matrix.ravel().tolist()}


def run(calls):
    names = {"us": "hessian", "gradient": "gradient", "product": "product"}
    return {key: microseconds(state[name], calls) for key, name in names.items()}


serve(load=lambda: {"version": jax.__version__}, prepare=prepare, run=run)
