/** A library stays as it was told to be, whatever the garbage collector takes away. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { compileLibrary, systemBlas } from "./system.ts";

const folder = mkdtempSync(join(tmpdir(), "chaingrad-load-"));
afterAll(() => rmSync(folder, { recursive: true }));

const blas = await systemBlas();

/** What the library computes, and on how many threads, before memory was collected and after it. */
const CODE = `
  import { findBlas } from "@chaingrad/blas";
  import { wasmEngine } from "@chaingrad/core";
  import koffi from "koffi";
  const { path, library } = await findBlas({ cache: null });
  const collect = async () => {
    for (let i = 0; i < 4; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
  };
  const threads = () => library === "OpenBLAS" ? koffi.load(path).func("int openblas_get_num_threads()")() : 1;
  const n = 300;
  const matrix = Float64Array.from({ length: n * n }, (_, p) => {
    const [i, j] = [Math.floor(p / n), p % n];
    return (i === j ? n : 0) + Math.cos(Math.min(i, j) * 7.3 + Math.max(i, j) * 1.7);
  });
  const bits = async () => {
    // Where nothing can be kept, all goes to the library.
    const gemm = await findBlas({ cache: "/dev/null/cache" });
    const linearAlgebra = await (await wasmEngine({ threads: 1, gemm })).linearAlgebra();
    const lower = matrix.slice();
    linearAlgebra.cholesky(lower, n);
    const { factor } = linearAlgebra.qr(matrix.slice(), n, n);
    const { values } = linearAlgebra.eigen(matrix.slice(), n);
    return [lower, factor, values].map((numbers) => Buffer.from(numbers.buffer).toString("base64"));
  };
  const first = { bits: await bits(), threads: threads() };
  await collect();
  const after = threads();
  const second = { bits: await bits(), threads: after };
  console.log(JSON.stringify({ equal: first.bits.map((text, i) => text === second.bits[i]), threads: [first.threads, second.threads] }));
`;

test.skipIf(blas === undefined)("it runs on one thread and gives the same bits after a collection", () => {
  const output = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "--eval", CODE], {
    cwd: resolve(import.meta.dirname, ".."),
  });
  expect(JSON.parse(String(output))).toEqual({ equal: [true, true, true], threads: [1, 1] });
});

/** An OpenBLAS that has a number of threads for each thread, as builds with OpenMP do. */
const SOURCE = `
#define PRODUCT(name, T) \\
  void name(int layout, int ta, int tb, int m, int n, int k, T alpha, T *a, int lda, T *b, int ldb, T beta, T *c, int ldc) { \\
    for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) { \\
      T sum = 0; \\
      for (int p = 0; p < k; p++) sum += a[ta == 112 ? p * lda + i : i * lda + p] * b[tb == 112 ? j * ldb + p : p * ldb + j]; \\
      c[i * ldc + j] = sum; \\
    } \\
  }
PRODUCT(cblas_sgemm, float)
PRODUCT(cblas_dgemm, double)
static __thread int own = 4;
const char *openblas_get_config(void) { return "OpenBLAS 9.9.9 FAKE"; }
const char *openblas_get_corename(void) { return "Fake"; }
void openblas_set_num_threads(int threads) { own = threads; }
int openblas_get_num_threads(void) { return own; }
`;

/** How many threads the library takes in a worker, before it binds and after. */
const PROGRAM = `
  import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
  const { findBlas, koffi } = Object.fromEntries(await Promise.all(Object.entries(MODULES).map(async ([name, url]) => {
    const module = await import(url);
    return [name, module[name] ?? module.default];
  })));
  if (isMainThread) {
    const { module, data } = await findBlas({ path: process.argv[2], cache: null });
    new Worker(new URL(import.meta.url), { workerData: { module, data } }).on("message", (counts) => console.log(JSON.stringify(counts)));
  } else {
    const { bind } = await import(workerData.module);
    const threads = koffi.load(workerData.data[0].path).func("int openblas_get_num_threads()");
    const before = threads();
    bind(new WebAssembly.Memory({ initial: 1 }), workerData.data);
    parentPort.postMessage([before, threads()]);
  }
`;

const source = join(folder, "own.c");
writeFileSync(source, SOURCE);
const library = join(folder, "libown.so");

test.skipIf(!compileLibrary(source, library))("where each thread has its own number, each asks for one", () => {
  const modules = {
    findBlas: new URL("../dist/index.js", import.meta.url).href,
    koffi: pathToFileURL(createRequire(import.meta.url).resolve("koffi")).href,
  };
  const program = join(folder, "program.mjs");
  writeFileSync(program, PROGRAM.replace("MODULES", JSON.stringify(modules)));
  expect(JSON.parse(String(execFileSync(process.execPath, [program, library])))).toEqual([4, 1]);
});
