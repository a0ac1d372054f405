/**
 * The entries' side of the protocol, in JavaScript: a JSON object a line in, a JSON object a line out. An exception
 * becomes {"error": …}, so that an entry that cannot do something is skipped and not a crash of the benchmark.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** `handlers` by command; each gets the request and returns the answer, or a promise of it. */
export async function serve(handlers) {
  const all = { memory: () => ({ peakMB: peakMB() }), ...handlers };
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.cmd === "quit") break;
    process.stdout.write(`${JSON.stringify(await answer(all, request))}\n`);
  }
  process.exit(0);
}

async function answer(handlers, request) {
  const handler = Object.hasOwn(handlers, request.cmd) ? handlers[request.cmd] : undefined;
  if (handler === undefined) return { error: `no such command: ${request.cmd}` };
  try {
    return await handler(request);
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
}

/** The most memory this process ever had resident, as the kernel counts it. Linux only. */
function peakMB() {
  const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"));
  if (line === null) throw new Error("the system does not say how much memory the process had");
  return Number(line[1]) / 1024;
}

/** Microseconds per step of `steps` calls. */
export async function timed(steps, run) {
  const before = process.hrtime.bigint();
  const loss = await run();
  return { us: Number(process.hrtime.bigint() - before) / 1e3 / steps, loss };
}
