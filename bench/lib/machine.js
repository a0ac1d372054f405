/** What the numbers were measured on. */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";

/** Whoever took part in a section told its version. */
export function machine({ rows, gemm, predict, secondOrder }, python) {
  const { hessians = [], descents = [] } = secondOrder ?? {};
  // The later ones say more of themselves.
  const told = [
    ...hessians,
    ...descents,
    ...rows.flatMap((row) => row.entries),
    ...(gemm?.speeds ?? []),
    ...(predict ?? []),
  ];
  const versions = {};
  for (const { library, name, version } of told) if (version) versions[product(library ?? name)] = version;
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    ...(python === undefined ? {} : { python: pythonVersion(python) }),
    versions,
  };
}

/** "chaingrad wasm ×1" and "chaingrad blas ×2" are one product. */
const product = (library) => library.replace(/ ?×\d+$/, "").replace(/^(chaingrad|PyTorch|TensorFlow\.js) .*/, "$1");

function pythonVersion(python) {
  try {
    return execFileSync(python, ["--version"], { encoding: "utf8" }).replace("Python", "").trim();
  } catch {
    return "not found";
  }
}
