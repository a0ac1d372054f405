/** What was measured once is never measured again, nor decided in another way. */
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fastest } from "../src/measure.ts";
import { KERNELS, openWisdom } from "../src/wisdom.ts";

const home = mkdtempSync(join(tmpdir(), "chaingrad-wisdom-"));
afterAll(() => rmSync(home, { recursive: true }));
const folder = (): string => mkdtempSync(join(home, "cache-"));

const LIBRARY = "OpenBLAS 1.2.3 (Zen)";
const PRODUCT = "f32 2×3 3×4";

const [OWN, OTHER] = ["OpenBLAS", "oneDNN"];
const WAYS = [OWN, OTHER, KERNELS];
const open = (cache: string | null, libraries = LIBRARY) => {
  const choose = openWisdom(libraries, WAYS, cache);
  return (task: string, time: (way: string, times: number) => number) => choose(task, WAYS, time);
};

/** A machine on which one of them is fastest. */
const fast = (way: string) => (own: string, times: number) => times * (own === way ? 1 : 2);
const never = (): number => {
  throw new Error("measured again");
};
const fileIn = (cache: string): string => join(cache, "products", readdirSync(join(cache, "products"))[0]);

test.each(WAYS)("that %s is fastest is kept, and asked for no more", (way) => {
  const cache = folder();
  expect(open(cache)(PRODUCT, fast(way))).toBe(way);
  expect(open(cache)(PRODUCT, never)).toBe(way);
  expect(readFileSync(fileIn(cache), "utf8").trim()).toBe(`${way} ${PRODUCT}`);
});

test("other libraries are measured by themselves", () => {
  const cache = folder();
  expect(open(cache)(PRODUCT, fast(OWN))).toBe(OWN);
  expect(open(cache, "MKL 2024.0")(PRODUCT, fast(KERNELS))).toBe(KERNELS);
  expect(open(cache)(PRODUCT, never)).toBe(OWN);
});

test("a way that is not offered is not taken, and a line that names none is passed over", () => {
  const cache = folder();
  expect(open(cache)(PRODUCT, fast(OTHER))).toBe(OTHER);
  expect(openWisdom(LIBRARY, WAYS, cache)("cholesky of 16×16", [OWN, KERNELS], fast(KERNELS))).toBe(KERNELS);
  appendFileSync(fileIn(cache), "library f32 7×7 7×7\n");
  expect(open(cache)("f32 7×7 7×7", fast(KERNELS))).toBe(KERNELS);
});

test("of two processes that measure at once, the first to write decides for both", () => {
  const cache = folder();
  const [one, other] = [open(cache), open(cache)];
  expect(one(PRODUCT, fast(OWN))).toBe(OWN);
  expect(other("f32 5×6 6×7", fast(KERNELS))).toBe(KERNELS); // which makes it read on
  expect(other(PRODUCT, fast(KERNELS))).toBe(OWN);
  expect(one("f32 5×6 6×7", fast(OWN))).toBe(KERNELS);
});

test("a line that was cut off spoils no other, and one that came later does not count", () => {
  const cache = folder();
  open(cache)(PRODUCT, fast(OWN));
  appendFileSync(fileIn(cache), `kernels ${PRODUCT}\nOpenB`);
  const second = open(cache);
  expect(second(PRODUCT, never)).toBe(OWN);
  expect(second("f32 5×6 6×7", fast(KERNELS))).toBe(KERNELS);
  expect(open(cache)("f32 5×6 6×7", never)).toBe(KERNELS);
});

test("where nothing can be kept, nothing is measured, and the first library multiplies each time", () => {
  const file = join(home, "file");
  writeFileSync(file, "");
  const below = open(join(file, "below a file"));
  expect([below(PRODUCT, never), below("f32 1×1 1×1", never)]).toEqual([OWN, OWN]);
  const cache = folder();
  open(cache)(PRODUCT, fast(KERNELS));
  const known = fileIn(cache);
  rmSync(known);
  mkdirSync(known); // what is a folder takes no lines
  expect(open(cache)(PRODUCT, never)).toBe(OWN);
});

test("without a folder it is kept in memory", () => {
  const wisdom = open(null);
  expect(wisdom(PRODUCT, fast(KERNELS))).toBe(KERNELS);
  expect(wisdom(PRODUCT, never)).toBe(KERNELS);
});

test("of several the fastest, and one that is clearly slower is measured no more", () => {
  const asked: string[] = [];
  const time = (way: string, times: number): number => {
    asked.push(way);
    return (times * { [OWN]: 3, [OTHER]: 1, [KERNELS]: 1.1 }[way]) as number;
  };
  expect(fastest(WAYS, time)).toBe(OTHER);
  expect(asked.filter((way) => way === OWN).length).toBe(3);
  expect(asked.filter((way) => way === KERNELS).length).toBeGreaterThan(3);
});
