"""
scikit-learn's MLPClassifier as an entry. One partial_fit goes over a table once, so a table of many batches makes many
steps of one call, and the call's own checks cost next to nothing.
"""

import numpy as np
import sklearn
from protocol import BATCHES, problem, serve, timed
from sklearn.neural_network import MLPClassifier

# Bytes that the table of one call may take.
TABLE = 1 << 28
state = {}


def prepare(dir, sizes, batch):
    x, y, layers = problem(dir, sizes)
    model = MLPClassifier(
        hidden_layer_sizes=sizes[1:-1], activation="relu", solver="adam", alpha=0.0, batch_size=batch,
        learning_rate_init=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-8, shuffle=False,
    )  # fmt: skip
    # The first call makes the layers; then they, and the optimizer, are set to the start.
    model.partial_fit(x[:batch], y[:batch], classes=np.arange(sizes[-1]))
    model.coefs_ = [np.ascontiguousarray(W.T) for W, _ in layers]
    model.intercepts_ = [b.copy() for _, b in layers]
    del model._optimizer
    epochs = max(1, min(1000, TABLE // x.nbytes))
    state.update(model=model, batch=batch, x=np.tile(x, (epochs, 1)), y=np.tile(y, epochs), done=0)
    return {"ready": True, "version": sklearn.__version__}


def run(steps):
    """Goes on where the last call ended: the table is a whole number of rounds through the batches."""
    x, y, batch, model = (state[key] for key in ("x", "y", "batch", "model"))
    left = steps
    while left > 0:
        first = state["done"] % BATCHES
        count = min(left, len(x) // batch - first)
        rows = slice(first * batch, (first + count) * batch)
        model.partial_fit(x[rows], y[rows])
        state["done"] += count
        left -= count
    return float(model.loss_)


def check(steps):
    """The loss of a call is the mean of its steps, so the last step gets a call of its own."""
    run(steps - 1)
    return {"loss": run(1)}


serve(prepare=prepare, check=check, run=lambda steps: timed(steps, run))
