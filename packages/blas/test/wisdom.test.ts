/** What was measured once is never measured again, nor decided in another way. */
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openWisdom } from "../src/wisdom.ts";

const home = mkdtempSync(join(tmpdir(), "chaingrad-wisdom-"));
afterAll(() => rmSync(home, { recursive: true }));
const folder = (): string => mkdtempSync(join(home, "cache-"));

const LIBRARY = "OpenBLAS 1.2.3 (Zen)";
const PRODUCT = "f32 2×3 3×4";

/** A machine on which one of the two is faster. */
const fast = (library: boolean) => (byLibrary: boolean, times: number) => times * (byLibrary === library ? 1 : 2);
const never = (): number => {
  throw new Error("measured again");
};
const fileIn = (cache: string): string => join(cache, "products", readdirSync(join(cache, "products"))[0]);

test.each([true, false])("whether the library is faster (%s) is kept, and asked for no more", (faster) => {
  const cache = folder();
  expect(openWisdom(LIBRARY, cache)(PRODUCT, fast(faster))).toBe(faster);
  expect(openWisdom(LIBRARY, cache)(PRODUCT, never)).toBe(faster);
  expect(readFileSync(fileIn(cache), "utf8").trim()).toBe(`${faster ? "library" : "kernels"} ${PRODUCT}`);
});

test("another library is measured by itself", () => {
  const cache = folder();
  expect(openWisdom(LIBRARY, cache)(PRODUCT, fast(true))).toBe(true);
  expect(openWisdom("MKL 2024.0", cache)(PRODUCT, fast(false))).toBe(false);
  expect(openWisdom(LIBRARY, cache)(PRODUCT, never)).toBe(true);
});

test("of two processes that measure at once, the first to write decides for both", () => {
  const cache = folder();
  const [one, other] = [openWisdom(LIBRARY, cache), openWisdom(LIBRARY, cache)];
  expect(one(PRODUCT, fast(true))).toBe(true);
  expect(other("f32 5×6 6×7", fast(false))).toBe(false); // which makes it read on
  expect(other(PRODUCT, fast(false))).toBe(true);
  expect(one("f32 5×6 6×7", fast(true))).toBe(false);
});

test("a line that was cut off spoils no other, and one that came later does not count", () => {
  const cache = folder();
  openWisdom(LIBRARY, cache)(PRODUCT, fast(true));
  appendFileSync(fileIn(cache), `kernels ${PRODUCT}\nlibr`);
  const second = openWisdom(LIBRARY, cache);
  expect(second(PRODUCT, never)).toBe(true);
  expect(second("f32 5×6 6×7", fast(false))).toBe(false);
  expect(openWisdom(LIBRARY, cache)("f32 5×6 6×7", never)).toBe(false);
});

test("where nothing can be kept, nothing is measured, and the library multiplies each time", () => {
  const file = join(home, "file");
  writeFileSync(file, "");
  const below = openWisdom(LIBRARY, join(file, "below a file"));
  expect([below(PRODUCT, never), below("f32 1×1 1×1", never)]).toEqual([true, true]);
  const cache = folder();
  openWisdom(LIBRARY, cache)(PRODUCT, fast(false));
  const known = fileIn(cache);
  rmSync(known);
  mkdirSync(known); // what is a folder takes no lines
  expect(openWisdom(LIBRARY, cache)(PRODUCT, never)).toBe(true);
});

test("without a folder it is kept in memory", () => {
  const wisdom = openWisdom(LIBRARY, null);
  expect(wisdom(PRODUCT, fast(false))).toBe(false);
  expect(wisdom(PRODUCT, never)).toBe(false);
});
