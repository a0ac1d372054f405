/** What was asked of the engines, and whether this run reached it. */
import { NETS, netName } from "../lib/nets.js";
import { digits } from "../lib/numbers.js";
import { peak } from "../sections/gemm.js";

const NAMES = NETS.map(netName);

export const TARGET_HEAD = ["target", "asked", "reached", ""];

export function targetRows({ rows, gemm }, threads) {
  const at = (row, name) => row?.entries.find((entry) => entry.name === name && entry.valid);
  const peers = (row, test = () => true) =>
    row?.entries.filter((entry) => entry.kind === "peer" && entry.valid && test(entry.name)) ?? [];
  const fastest = (entries) => (entries.length > 0 ? Math.min(...entries.map(({ us }) => us)) : undefined);
  const wasm = (row) => fastest(["wasm ×1", `wasm ×${threads}`].flatMap((name) => at(row, name) ?? []));
  const [first, second, , fourth, fifth] = NAMES.map((name) => rows.find((row) => row.net === name));
  const gain = (row, engine) => quotient(at(row, `${engine} ×1`)?.us, at(row, `${engine} ×${threads}`)?.us);
  const bestOfOurs = Math.max(
    ...(fifth?.entries ?? []).filter(({ kind, valid }) => kind === "ours" && valid).map(({ gflops }) => gflops),
  );
  const targets = [
    ...["tfjs wasm", "tfjs wasm, own gradient"].flatMap((name) =>
      rows.map((row) => [`wasm against ${name}, ${row.net}`, 20, quotient(at(row, name)?.us, wasm(row)), "×"]),
    ),
    [`wasm against every peer, ${NAMES[0]}`, 1.2, quotient(fastest(peers(first)), wasm(first)), "×"],
    [
      `wasm against PyTorch with fused Adam, ${NAMES[1]}`,
      2,
      quotient(fastest(peers(second, (name) => name.startsWith("torch Adam fused"))), wasm(second)),
      "×",
    ],
    [`wasm ×${threads}, the whole step, ${NAMES[3]}`, 50, at(fourth, `wasm ×${threads}`)?.gflops, " GFLOP/s"],
    ...["wasm", "blas"].flatMap((engine) => [
      [`${engine}: ${threads} threads against one, ${NAMES[3]}`, 1.7, gain(fourth, engine), "×"],
      [`${engine}: ${threads} threads against one, ${NAMES[4]}`, 1.7, gain(fifth, engine), "×"],
    ]),
    [`the whole step as a share of the large sgemm, ${NAMES[4]}`, 75, 100 * quotient(bestOfOurs, peak(gemm)), " %"],
  ];
  return targets.map(([name, asked, reached, unit]) => {
    const known = Number.isFinite(reached);
    return [
      name,
      `≥ ${asked}${unit}`,
      known ? `${digits(reached)}${unit}` : "not measured",
      verdict(known, reached, asked),
    ];
  });
}

const quotient = (a, b) => (a === undefined || b === undefined ? Number.NaN : a / b);
const verdict = (known, reached, asked) => (known && reached >= asked ? "met" : "not met");
