/** The library's LAPACK, held to the contract of every implementation, and taken only where it is faster. */
import { wasmEngine } from "@chaingrad/core";
import { linearAlgebraOf } from "@chaingrad/core/curvature";
import { describe, expect, test } from "vitest";
import { choleskyContract } from "../../core/test/linalg/cholesky-contract.ts";
import { eigenContract } from "../../core/test/linalg/eigen-contract.ts";
import { qrContract } from "../../core/test/linalg/qr-contract.ts";
import { isCblas, type Link } from "../src/bind.ts";
import { faster } from "../src/faster.ts";
import { type LinearAlgebra, lapack } from "../src/lapack.ts";
import { isWrong } from "../src/trust.ts";
import { systemBlas } from "./system.ts";

const blas = await systemBlas();
const own = await linearAlgebraOf(await wasmEngine({ threads: 1 }));
const link = (blas?.data as readonly Link[] | undefined)?.find(isCblas);
const library = link && lapack(link, own);

describe.skipIf(library === undefined)("LAPACK", () => {
  test("something is tested", () => {});
  if (blas === undefined || library === undefined) return;
  describe("Cholesky", () => choleskyContract(library));
  describe("QR", () => qrContract(library));
  describe("eigenvalues", () => eigenContract(library));

  test("is trusted after a check", () => {
    expect(isWrong(library)).toBe(false);
    expect(isWrong({ ...library, cholesky: () => -1 })).toBe(true);
    expect(isWrong({ ...library, qr: (a, m, n) => ({ ...library.qr(a, m, n), factor: a }) })).toBe(true);
    expect(isWrong({ ...library, eigen: (a, n) => ({ ...library.eigen(a, n), values: new Float64Array(n) }) })).toBe(
      true,
    );
  });

  test("is offered by the engine beside its own", async () => {
    const linearAlgebra = await linearAlgebraOf(await wasmEngine({ threads: 1, gemm: blas }));
    expect(linearAlgebra.name).toBe("wasm or LAPACK");
    const { values } = linearAlgebra.eigen(Float64Array.of(2, 0, 1, 2), 2);
    expect(values[0]).toBeCloseTo(1, 14);
    expect(values[1]).toBeCloseTo(3, 14);
  });
});

test("each kind and size by the faster one, as measured", () => {
  const calls: string[] = [];
  const named = (name: string): LinearAlgebra => ({
    ...own,
    name,
    cholesky: (_, n) => calls.push(`${name} ${n}`),
    qr: (a, m, n) => own.qr(a, m, n),
    eigen: (a, n) => own.eigen(a, n),
  });
  const asked: string[] = [];
  const given = { routines: named("library"), library: "OpenBLAS" };
  const choice = faster(named("own"), given, (product, ways, time) => {
    asked.push(product);
    expect(ways).toEqual(["OpenBLAS", "kernels"]);
    expect(time("OpenBLAS", 1)).toBeGreaterThanOrEqual(0);
    return ways[product.includes("64") ? 0 : 1];
  });
  choice.cholesky(new Float64Array(100), 10);
  expect(calls).toEqual(["own 10"]);
  expect(asked).toEqual([]);
  choice.cholesky(new Float64Array(10_000), 100);
  choice.cholesky(new Float64Array(400), 20);
  expect(calls).toEqual(["own 10", "library 64", "library 100", "library 16", "own 20"]);
  choice.qr(new Float64Array(100), 50, 2);
  choice.qr(new Float64Array(2000), 100, 20);
  choice.eigen(new Float64Array(90_000), 300);
  expect(asked).toEqual(["cholesky of 64×64", "cholesky of 16×16", "qr of 16×16", "eigen of 256×256"]);
});
