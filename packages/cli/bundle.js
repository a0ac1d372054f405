/**
 * Makes the command that is published: few files, since Node spends more on finding a module than on running most of them.
 * What several commands share is one file, and each command adds a few of its own; kernels and workers lie beside them.
 * Native code (DuckDB, koffi) stays a dependency, and so does what is wanted by few runs and slow to begin (string-width).
 */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { rolldown } from "rolldown";

const HERE = import.meta.dirname;
const { dependencies } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));

/** Modules of so many of the commands and of what they load later stand in one file, which all of them load. */
const SHARED_BY = 5;

/** Scripts that threads start from: each is a program of its own. */
const scripts = new Set();

/** `new URL("a file", import.meta.url)` with a script or kernels: they come along, as from Vite and webpack. */
const filesBeside = {
  name: "files-beside",
  transform: {
    filter: { code: "import.meta.url" },
    handler(code, id) {
      return code.replace(/new URL\("([^"]+\.(?:js|wasm))", import\.meta\.url\)/g, (_, path) => {
        const file = join(dirname(id), path);
        const fileName = basename(file);
        if (path.endsWith(".wasm")) this.emitFile({ type: "asset", fileName, source: readFileSync(file) });
        else scripts.add(file);
        return `new URL("./${fileName}", import.meta.url)`;
      });
    },
  },
};

/** The licences of what was taken in, which ask to be handed on. */
function licences(modules) {
  const folders = new Set(modules.map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0]));
  const parts = [...folders].sort().flatMap((folder) => {
    if (folder === undefined) return [];
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^(licen[sc]e|copying)/i.test(entry));
    if (file === undefined) throw new Error(`${folder} has no licence that could be handed on`);
    return [`${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`];
  });
  return `This command contains the following libraries.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

const dir = join(HERE, "dist");
/** @returns the files that were made of `file` and all it imports */
async function bundled(file, options) {
  const external = [/^node:/, ...Object.keys(dependencies)];
  const bundle = await rolldown({ input: file, platform: "node", external, plugins: [filesBeside] });
  const { output } = await bundle.write({
    ...{ dir, format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name].js", ...options },
    minify: { compress: true, mangle: false, codegen: true }, // names stay, for whoever reports a stack
  });
  return output;
}

/** Not what reads tables, which half of the commands do without, nor what brings that along. */
const isCommon = (id) => !/\/duckdb\/dist\/(?!files)|\/given\/(?:table-argument|training-table)\./.test(id);
const groups = [{ name: "common", test: isCommon, minShareCount: SHARED_BY }];
const output = await bundled(join(HERE, "src/main.ts"), { codeSplitting: { groups } });
for (const script of scripts) output.push(...(await bundled(script, { codeSplitting: false })));
const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
writeFileSync(join(dir, "LICENSES.txt"), licences(modules));
/** The native kernels of each platform on which they were compiled. */
const native = join(HERE, "../native/dist");
const libraries = readdirSync(native).filter((file) => file.endsWith(".so"));
for (const file of libraries) copyFileSync(join(native, file), join(dir, file));
const made = new Set([...output.map(({ fileName }) => fileName), ...libraries, "LICENSES.txt"]);
const isLeft = (file) => !made.has(file) && !file.startsWith(".");
for (const file of readdirSync(dir).filter(isLeft)) rmSync(join(dir, file), { recursive: true });
