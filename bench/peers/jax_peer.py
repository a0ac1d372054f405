"""
JAX as an entry: jax_peer.py step|loop|unrolled THREADS. One jitted call a step, one jitted loop over all steps, or that
loop with a round through the batches in each turn; Adam by hand.
"""

import os
import sys
from functools import partial, reduce

# Its thread pool is as large as the set of cores it may use, and is made when it is imported.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[2])])

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from protocol import BATCHES, problem, serve, timed  # noqa: E402

variant = sys.argv[1]
state = {}


def loss(params, x, y):
    for W, b in params[:-1]:
        x = jax.nn.relu(x @ W + b)
    W, b = params[-1]
    logits = jax.nn.log_softmax(x @ W + b)
    return -jnp.mean(jnp.take_along_axis(logits, y[:, None], axis=1))


def step(carry, x, y):
    params, m, v, t, _ = carry
    value, grads = jax.value_and_grad(loss)(params, x, y)
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
    # The corrections are scalars; folded into the rate and ε they cost an element nothing.
    c = jnp.sqrt(1 - 0.999**t)
    rate = 1e-3 * c / (1 - 0.9**t)
    params = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-8 * c), params, m, v)
    return params, m, v, t, value


def take(x, y, i, batch):
    start = i % BATCHES * batch
    return jax.lax.dynamic_slice_in_dim(x, start, batch), jax.lax.dynamic_slice_in_dim(y, start, batch)


@partial(jax.jit, static_argnames="batch", donate_argnums=0)
def one(carry, x, y, i, batch):
    return step(carry, *take(x, y, i, batch))


@partial(jax.jit, static_argnames="batch", donate_argnums=0)
def loop(carry, x, y, first, last, batch):
    body = lambda i, carry: step(carry, *take(x, y, i, batch))
    if variant == "unrolled":
        turns = (last - first) // BATCHES
        turn = lambda j, carry: reduce(lambda c, k: body(first + j * BATCHES + k, c), range(BATCHES), carry)
        carry = jax.lax.fori_loop(0, turns, turn, carry)
        first = first + turns * BATCHES
    return jax.lax.fori_loop(first, last, body, carry)


def prepare(dir, sizes, batch):
    x, y, layers = problem(dir, sizes)
    params = [(jnp.array(W.T), jnp.array(b)) for W, b in layers]
    zeros = lambda: jax.tree.map(jnp.zeros_like, params)
    carry = (params, zeros(), zeros(), jnp.float32(0), jnp.float32(0))
    state.update(x=jnp.array(x), y=jnp.array(y), batch=batch, carry=carry, done=0)
    return {"ready": True, "version": jax.__version__}


def run(steps):
    x, y, batch, carry, done = (state[key] for key in ("x", "y", "batch", "carry", "done"))
    if variant == "step":
        for i in range(done, done + steps):
            carry = one(carry, x, y, i, batch)
    else:
        carry = loop(carry, x, y, done, done + steps, batch)
    state.update(carry=jax.block_until_ready(carry), done=done + steps)
    return float(carry[4])


serve(prepare=prepare, check=lambda steps: {"loss": run(steps)}, run=lambda steps: timed(steps, run))
