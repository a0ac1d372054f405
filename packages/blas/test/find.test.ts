/** Libraries that are found, that compute garbage, that are no BLAS, that are not there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { BF16_NAME } from "../src/bf16.ts";
import { BlasError, findBlas, installHint } from "../src/index.ts";
import { LIBRARIES } from "../src/libraries.ts";
import { ONE_DNN_FILES } from "../src/onednn.ts";
import { compileLibrary, systemBlas } from "./system.ts";

const folder = mkdtempSync(join(tmpdir(), "chaingrad-blas-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A library whose products are off by one in the last element, and which calls itself OpenBLAS. */
const GARBAGE = `
#define PRODUCT(name, T) \\
  void name(int layout, int ta, int tb, int m, int n, int k, T alpha, T *a, int lda, T *b, int ldb, T beta, T *c, int ldc) { \\
    for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) { \\
      T sum = i == m - 1 && j == n - 1; \\
      for (int p = 0; p < k; p++) sum += a[ta == 112 ? p * lda + i : i * lda + p] * b[tb == 112 ? j * ldb + p : p * ldb + j]; \\
      c[i * ldc + j] = sum; \\
    } \\
  }
PRODUCT(cblas_sgemm, float)
PRODUCT(cblas_dgemm, double)
const char *openblas_get_config(void) { return "OpenBLAS 9.9.9 FAKE"; }
const char *openblas_get_corename(void) { return "Fake"; }
void openblas_set_num_threads(int threads) {}
`;

const source = join(folder, "garbage.c");
writeFileSync(source, GARBAGE);
const garbage = join(folder, "libgarbage.so");
const hasCompiler = compileLibrary(source, garbage);

describe.skipIf(!hasCompiler)("a library that returns garbage", () => {
  test("is refused by name, with what it got wrong", async () => {
    const attempt = findBlas({ path: garbage, cache: null });
    await expect(attempt).rejects.toThrow(BlasError);
    await expect(attempt).rejects.toThrow(
      /libgarbage\.so \(OpenBLAS 9\.9\.9 \(Fake\)\) computes wrong: its sgemm of 1×1 by 1×1 gives 31 where 30 is right/,
    );
  });

  test("is passed over in a search", () => {
    const library = join(folder, "first");
    mkdirSync(library);
    compileLibrary(source, join(library, "libopenblas.so.0"));
    const { found, refusals } = search(library);
    expect(refusals).toEqual([expect.stringMatching(/^libopenblas\.so\.0 .* computes wrong: its sgemm/)]);
    expect(found ?? "").not.toMatch(/9\.9\.9/);
  });
});

/** A oneDNN of a version's form, whose product is off by one, or which has threads of its own. */
const oneDnn = (runtime: number): string => `
#include <stdint.h>
typedef struct { int major, minor, patch; const char *hash; unsigned cpu_runtime, gpu_runtime; } version_t;
static const version_t version = { 9, 8, 7, "none", ${runtime}, 0 };
const version_t *dnnl_version(void) { return &version; }
int dnnl_sgemm(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
  for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) {
    float sum = j == n - 1;
    for (int p = 0; p < k; p++) sum += a[ta == 'T' ? p * lda + i : i * lda + p] * b[tb == 'T' ? j * ldb + p : p * ldb + j];
    c[i * ldc + j] = sum;
  }
  return 0;
}
`;

describe.skipIf(!hasCompiler)("a oneDNN", () => {
  const compiled = (name: string, runtime: number): string => {
    const file = join(folder, `${name}.c`);
    writeFileSync(file, oneDnn(runtime));
    compileLibrary(file, join(folder, `${name}.so`));
    return join(folder, `${name}.so`);
  };

  test("that computes wrong is refused by name, with what it got wrong", async () => {
    const attempt = findBlas({ path: compiled("wrong", 1), cache: null });
    await expect(attempt).rejects.toThrow(
      /wrong\.so \(oneDNN 9\.8\.7\) computes wrong: its sgemm of 1×1 by 1×1 gives 31/,
    );
  });

  test("that shares work out by itself is refused", async () => {
    const attempt = findBlas({ path: compiled("tbb", 4), cache: null });
    await expect(attempt).rejects.toThrow("oneDNN 9.8.7 is built for threads of its own; expected one for OpenMP");
  });
});

test("a file that is no library, and a library that is no BLAS, are refused by name", async () => {
  await expect(findBlas({ path: source, cache: null })).rejects.toThrow(/garbage\.c cannot be loaded: /);
  await expect(findBlas({ path: "libm.so.6", cache: null })).rejects.toThrow(
    "libm.so.6 has no cblas_sgemm and cblas_dgemm: it is not a CBLAS library",
  );
});

test("a machine without any library finds none, and is told what to install", () => {
  const library = join(folder, "none");
  mkdirSync(library);
  // What cannot be loaded stands before every library that the system may have.
  const all = [...LIBRARIES.map(({ files }) => files), ONE_DNN_FILES];
  for (const { linux = [] } of all) for (const file of linux) writeFileSync(join(library, file), "");
  expect(search(library)).toEqual({ found: undefined, refusals: [] });
  expect(installHint("linux")).toContain("apt install libopenblas0-pthread");
  expect(installHint("aix")).toBe("install OpenBLAS");
});

/** A search in a process of its own whose loader looks into a folder first. */
function search(library: string): { found?: string; refusals: string[] } {
  const code = `
    import { findBlas } from "@chaingrad/blas";
    const refusals = [];
    const blas = await findBlas({ cache: null }, (why) => refusals.push(why));
    console.log(JSON.stringify({ found: blas?.name, refusals }));
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: resolve(import.meta.dirname, ".."),
    env: { ...process.env, LD_LIBRARY_PATH: library },
  });
  return JSON.parse(String(output));
}

const blas = await systemBlas();
describe.skipIf(blas === undefined)("the system's library", () => {
  test("says what it is", () => {
    expect(blas?.name).toMatch(/^(MKL|OpenBLAS|BLIS|Accelerate|CBLAS|oneDNN) \S+/);
    expect(blas?.name.split(" and ")[0]).toBe(`${blas?.library} ${blas?.version}`);
    expect(blas?.name.match(/[A-Z]?[A-Za-z]+(?= \d)/g)).toEqual(
      blas?.libraries.filter((library) => library !== BF16_NAME),
    );
  });

  test("a cache that cannot be written is no error", async () => {
    const found = await findBlas({ cache: join(source, "below a file") });
    expect(found?.prefers("f32 2×3 3×4", false, () => 1)).toBe(0);
  });
});
