"""
scikit-learn in the second-order section: MLPRegressor with solver="lbfgs", through its own `fit`. Only what it hands to
SciPy differs: it starts from given weights and does not stop by itself (its `fit` leaves SciPy's ftol in place).
"""

import numpy as np
import scipy.optimize
import sklearn
from protocol import serve
from second_order import Stop, Watch, regression, split
from sklearn.neural_network import MLPRegressor


class Watched(MLPRegressor):
    def start(self, flat, layers, watch, memory):
        self.watch, self.memory = watch, memory
        W1, b1, W2, b2 = split(flat, layers)
        self.initial = [(W1.T, b1), (W2.T, b2)]
        return self

    def _init_coef(self, fan_in, fan_out, dtype):
        W, b = next((W, b) for W, b in self.initial if W.shape == (fan_in, fan_out))
        return np.ascontiguousarray(W, dtype), b.astype(dtype)

    def _fit_lbfgs(self, X, y, sample_weight, activations, deltas, coef_grads, intercept_grads, layer_units):
        shapes = list(zip(layer_units, layer_units[1:]))
        ends = np.cumsum([i * o for i, o in shapes] + [o for _, o in shapes])
        starts = [0, *ends[:-1]]
        count = len(shapes)
        self._coef_indptr = [(starts[i], ends[i], shapes[i]) for i in range(count)]
        self._intercept_indptr = [(starts[count + i], ends[count + i]) for i in range(count)]

        def objective(flat):
            loss, gradient = self._loss_grad_lbfgs(
                flat, X, y, sample_weight, activations, deltas, coef_grads, intercept_grads
            )
            self.watch.see(2 * loss)  # its loss is half the mean of squares
            return loss, gradient

        scipy.optimize.minimize(
            objective,
            np.concatenate([part.ravel() for part in [*self.coefs_, *self.intercepts_]]),
            method="L-BFGS-B",
            jac=True,
            options={"maxfun": 10**9, "maxiter": 10**9, "gtol": 0, "ftol": 0, "maxcor": self.memory},
        )


def descend(dir, sizes, seed, method, targets, budget):
    x, y, start = regression(dir, sizes, seed)
    watch = Watch(targets, budget)
    model = Watched(hidden_layer_sizes=sizes[1:-1], activation="tanh", solver="lbfgs", alpha=0.0)
    try:
        model.start(start, sizes, watch, int(method)).fit(x, y.ravel())
    except Stop:
        pass
    return watch.answer()


serve(load=lambda: {"version": sklearn.__version__}, descend=descend)
