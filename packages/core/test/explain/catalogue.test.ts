/** Both languages say the same things of the same values. (A missing key does not compile.) */
import { expect, test } from "vitest";
import { catalogue, type Key } from "../../src/explain/document/catalogue.ts";

const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test.each(Object.keys(catalogue.en) as Key[])("%s", (key) => {
  const [en, zh] = [catalogue.en[key], catalogue.zh[key]];
  expect(places(zh)).toEqual(places(en));
  for (const text of [en, zh]) expect(text.split("$").length % 2).toBe(1);
  expect(zh).not.toBe("");
  // Mathematics and marks alone may be the same in both.
  if (zh === en) expect(en).toMatch(/^\$[^$]*\$$|^\{count\} × \{rule\}$/);
});
