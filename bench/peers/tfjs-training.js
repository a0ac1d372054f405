/**
 * The training step in TensorFlow.js, in Node and on a page: layers as its documentation writes them, with the fused dense kernel
 * (product, bias and relu in one), and its own Adam. Its wasm kernel is slow on transposed operands, which its gradient of a
 * product asks for: `own` gives the layers a gradient that transposes first, as a user could.
 */
import { BATCHES, transposed } from "../lib/problem.js";

/** @param tf the library, with its backend set */
export class TfjsTraining {
  #tf;
  #own;
  #net;

  constructor(tf, own, problem) {
    this.#tf = tf;
    this.#own = own;
    this.#net = this.#load(problem);
  }

  #load({ sizes, batch, x, y, layers }) {
    const tf = this.#tf;
    const classes = sizes[sizes.length - 1];
    const parameters = layers.map(({ W, b }, i) => {
      const shape = [sizes[i], sizes[i + 1]];
      return { W: tf.variable(tf.tensor2d(transposed(W, shape[1], shape[0]), shape)), b: tf.variable(tf.tensor1d(b)) };
    });
    const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(y, "int32"), classes).toFloat());
    const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-8);
    return { x: tf.tensor2d(x, [y.length, sizes[0]]), labels, parameters, optimizer, batch, done: 0 };
  }

  /** Lets its memory go: the library does not do it by itself. */
  dispose() {
    const { x, labels, parameters, optimizer } = this.#net;
    this.#tf.dispose([x, labels, parameters]);
    optimizer.dispose();
  }

  #fused(h, W, bias, activation) {
    return this.#tf.fused.matMul({ a: h, b: W, bias, activation });
  }

  /** ∂L/∂z of the layer, and from it ∂L/∂W and ∂L/∂b. */
  #pullback(dy, y, h, activation) {
    const tf = this.#tf;
    const dz = activation === "relu" ? dy.mul(tf.step(y)) : dy;
    return { dz, parameters: [tf.matMul(tf.transpose(h), dz), dz.sum(0)] };
  }

  /** The first layer, whose input needs no gradient. */
  #first(x, activation) {
    return this.#tf.customGrad((W, b, save) => {
      const value = this.#fused(x, W, b, activation);
      save([x, value]);
      return { value, gradFunc: (dy, [x, y]) => this.#pullback(dy, y, x, activation).parameters };
    });
  }

  #inner(activation) {
    const tf = this.#tf;
    return tf.customGrad((h, W, b, save) => {
      const value = this.#fused(h, W, b, activation);
      save([h, W, value]);
      const gradFunc = (dy, [h, W, y]) => {
        const { dz, parameters } = this.#pullback(dy, y, h, activation);
        return [tf.matMul(dz, tf.transpose(W)), ...parameters];
      };
      return { value, gradFunc };
    });
  }

  #dense(h, { W, b }, i, activation) {
    if (!this.#own) return this.#fused(h, W, b, activation);
    return i === 0 ? this.#first(h, activation)(W, b) : this.#inner(activation)(h, W, b);
  }

  #loss(start) {
    const { x, labels, parameters, batch } = this.#net;
    let h = x.slice(start, batch);
    parameters.forEach((layer, i) => {
      h = this.#dense(h, layer, i, i === parameters.length - 1 ? "linear" : "relu");
    });
    return this.#tf.losses.softmaxCrossEntropy(labels.slice(start, batch), h);
  }

  /** The loss of the last step, as it was before that step's update. */
  run(steps) {
    const net = this.#net;
    const variables = net.parameters.flatMap(({ W, b }) => [W, b]);
    let last = Number.NaN;
    for (let i = 0; i < steps; i++) {
      const start = (net.done++ % BATCHES) * net.batch;
      this.#tf.tidy(() => {
        const value = net.optimizer.minimize(() => this.#loss(start), true, variables);
        if (i === steps - 1) last = value.dataSync()[0];
      });
    }
    return last;
  }
}
