/**
 * The training step in jax-js, in Node and on a page: one jitted function a step, Adam by hand. Arrays are counted by hand there:
 * `.ref` keeps one that is used again. The batches are cut beforehand, in its favour.
 */
import { jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { BATCHES, transposed } from "../lib/problem.js";

/** `labels` are one-hot rows. */
function loss(params, x, labels, batch) {
  let h = x;
  params.forEach(([W, b], i) => {
    const z = np.matmul(h, W).add(b);
    h = i === params.length - 1 ? z : nn.relu(z);
  });
  return nn
    .logSoftmax(h)
    .mul(labels)
    .sum()
    .mul(-1 / batch);
}

const mapped = (trees, update) => trees[0].map((layer, l) => layer.map((_, i) => update(...trees.map((t) => t[l][i]))));

function adam(params, m, v, grads, rate, epsilon) {
  const kept = (tree) => mapped([tree], (a) => a.ref);
  const m2 = mapped([m, kept(grads)], (m, g) => m.mul(0.9).add(g.mul(0.1)));
  const v2 = mapped([v, grads], (v, g) => v.mul(0.999).add(np.square(g).mul(0.001)));
  const next = mapped([params, kept(m2), kept(v2)], (w, m, v) =>
    w.sub(m.mul(rate.ref).div(np.sqrt(v).add(epsilon.ref))),
  );
  rate.dispose();
  epsilon.dispose();
  return [next, m2, v2];
}

/** Waits for `init` and `defaultDevice` of the library. */
export function load({ sizes, batch, x, y, layers }) {
  const params = layers.map(({ W, b }, i) => [
    np.array(transposed(W, sizes[i + 1], sizes[i])).reshape([sizes[i], sizes[i + 1]]),
    np.array(b),
  ]);
  const zeros = () => mapped([params], (a) => np.zeros(a.shape));
  const classes = sizes[sizes.length - 1];
  const batches = Array.from({ length: BATCHES }, (_, k) => {
    const labels = new Float32Array(batch * classes);
    for (let i = 0; i < batch; i++) labels[i * classes + y[k * batch + i]] = 1;
    const rows = x.slice(k * batch * sizes[0], (k + 1) * batch * sizes[0]);
    return { x: np.array(rows).reshape([batch, sizes[0]]), labels: np.array(labels).reshape([batch, classes]) };
  });
  const step = jit((params, m, v, rate, epsilon, x, labels) => {
    const kept = mapped([params], (a) => a.ref);
    const [value, grads] = valueAndGrad((p) => loss(p, x, labels, batch))(kept);
    return [value, ...adam(params, m, v, grads, rate, epsilon)];
  });
  return { step, batches, state: [params, zeros(), zeros()], done: 0 };
}

/** The loss of the last step, as it was before that step's update. */
export async function run(net, steps) {
  let value;
  for (let i = 0; i < steps; i++) {
    const { x, labels } = net.batches[net.done++ % BATCHES];
    const c = Math.sqrt(1 - 0.999 ** net.done);
    const scalars = [np.array((0.001 * c) / (1 - 0.9 ** net.done)), np.array(1e-8 * c)];
    value?.dispose();
    [value, ...net.state] = net.step(...net.state, ...scalars, x.ref, labels.ref);
  }
  const [last] = await value.data();
  return last;
}
