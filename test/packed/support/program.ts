/** What every host runs, and how a folder for it is made. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inject } from "vitest";

/** The eight lines of the README: a model, what it says of a row, and its file. */
export const LEARN = `
import { TableModel, trainTable } from "@chaingrad/tables";
const sizes = Array.from({ length: 90 }, (_, i) => 40 + ((37 * i) % 90));
const rows = sizes.map((size, i) => ({ size, district: i % 2 ? "north" : "south", price: 2000 * size }));
export async function learn(): Promise<string> {
  const model = await trainTable(rows, { target: "price", epochs: 30 });
  const price: number = model.predict({ size: 120, district: "north" }).price;
  const again = await TableModel.load(model.save());
  return JSON.stringify([price, Array.from(again.save())]);
}
`;

/** A recipe of several networks, with so many workers: the file of their mean. */
export const BESIDE = `
import { trainTable } from "@chaingrad/tables";
const rows = Array.from({ length: 150 }, (_, i) => {
  // Without Math.sin, whose last bit is not the same in every host: edges of bins keep all bits.
  const [a, b] = [((37 * i) % 101) / 50 - 1, (i % 13) - 6];
  return { a, b, price: 3 * a + b ** 2 };
});
export async function beside(workers: number | false): Promise<string> {
  const model = await trainTable(rows, { target: "price", seed: 5, workers });
  return JSON.stringify(Array.from(model.save()));
}
`;

/** The same for JavaScript. */
export const LEARN_JS: string = LEARN.replace("(): Promise<string>", "()").replace("price: number", "price");

/** What a table holds, in short; or why it is refused. */
export const READ = `
import { UserError } from "@chaingrad/tables";
import { type FileTable, readTable } from "@chaingrad/tables/read";
export async function read(bytes: number[], name: string): Promise<string> {
  try {
    const table: FileTable = await readTable(new File([Uint8Array.from(bytes)], name));
    const columns = table.columns.map(({ name, type, values }) => [name, type, values[0], values[table.rows - 1]]);
    return JSON.stringify([table.rows, columns, table.notes]);
  } catch (error) {
    return error instanceof UserError ? JSON.stringify([error.message, error.hint, error.remedy]) : String(error);
  }
}
`;

/** Node 20 has relaxed SIMD behind a flag; browsers and workerd just have it. */
export const FLAGS: readonly string[] = process.versions.node.startsWith("20.")
  ? ["--experimental-wasm-relaxed-simd"]
  : [];

/** A new folder in which the packages are found, with these files. */
export function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(inject("installed"), "project-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A copy of a folder, in which the packages are found. */
export function copied(from: string): string {
  const folder = project({});
  cpSync(from, folder, { recursive: true });
  return folder;
}
