/** Second derivatives of a small net on one of our engines: its Hessian, and products with it beside gradients. */
import { add, div, gradients, input, matmul, mean, program, square, sub, tanh } from "@chaingrad/core";
import { hvp, rowHessian } from "@chaingrad/core/curvature";
import { median } from "../lib/numbers.js";
import { readRegression } from "../lib/regression.js";

/** The mean squared error of a net with one hidden layer, as graph. */
function graph([inputs, hidden, outputs], rows, dtype) {
  const [x, y] = [input("x", [rows, inputs], dtype), input("y", [rows, outputs], dtype)];
  const [W1, b1] = [input("W1", [hidden, inputs], dtype), input("b1", [hidden], dtype)];
  const [W2, b2] = [input("W2", [outputs, hidden], dtype), input("b2", [outputs], dtype)];
  const h = tanh(add(matmul(x, W1, { transposeB: true }), b1));
  const output = add(matmul(h, W2, { transposeB: true }), b2);
  return { data: [x, y], params: [W1, b1, W2, b2], loss: mean(square(sub(output, y))) };
}

/** The Hessian of the same error, as a sum over rows. */
function hessianOf(sizes, rows, dtype) {
  const { data, params, loss } = graph(sizes, 1, dtype);
  const all = data.map(({ label, type }) => input(label, [rows, type.shape[1]], dtype));
  const hessian = rowHessian(div(loss, rows), params, new Map(data.map((one, i) => [one, all[i]])));
  return program("hessian", [...all, ...params], { hessian });
}

export class Curvature {
  #parameters;
  #hessian;
  #gradient;
  #product;

  /** The first Hessian, and the milliseconds to it, `compiling` being those of the graph and the engine. */
  prepare(engine, opening, { dir, sizes, dtype }) {
    const { x, y, initial } = readRegression(dir, sizes, 1);
    this.#parameters = initial;
    const before = performance.now();
    this.#hessian = engine.compile(hessianOf(sizes, y.length, dtype));
    const compiling = performance.now() - before;
    write(this.#hessian, { x, y });
    const matrix = Array.from(this.#evaluate());
    const first = opening + performance.now() - before;

    const { data, params, loss } = graph(sizes, y.length, dtype);
    const vectors = params.map(({ label, type }) => input(`v/${label}`, type.shape, dtype));
    const named = (parts) => Object.fromEntries(parts.map((part, i) => [`d/${params[i].label}`, part]));
    this.#gradient = engine.compile(program("gradient", [...data, ...params], named(gradients(loss, params))));
    this.#product = engine.compile(program("hvp", [...data, ...params, ...vectors], named(hvp(loss, params, vectors))));
    for (const executable of [this.#gradient, this.#product]) write(executable, { x, y, ...initial });
    for (const { label } of params) this.#product.write(`v/${label}`, initial[label]);
    return { first, compiling, threads: this.#hessian.threads, matrix };
  }

  /** As a minimizer asks for it: parameters in, matrix out. */
  #evaluate() {
    write(this.#hessian, this.#parameters);
    this.#hessian.run();
    return this.#hessian.read("hessian");
  }

  /** Microseconds: medians of calls in turn. */
  run({ calls }) {
    const [hessians, gradientTimes, products] = [[], [], []];
    for (let i = 0; i < calls; i++) hessians.push(microseconds(() => this.#evaluate()));
    for (let i = 0; i < 20 * calls; i++) {
      gradientTimes.push(microseconds(() => this.#gradient.run()));
      products.push(microseconds(() => this.#product.run()));
    }
    return { us: median(hessians), gradient: median(gradientTimes), product: median(products) };
  }
}

function write(executable, tensors) {
  for (const [name, values] of Object.entries(tensors)) executable.write(name, values);
}

function microseconds(call) {
  const before = performance.now();
  call();
  return 1e3 * (performance.now() - before);
}
