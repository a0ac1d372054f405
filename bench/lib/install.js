/**
 * Fetches the peers on first use, into bench/peers and nowhere else: a Python environment and a node_modules of its own.
 * What cannot be had is said and left out; the benchmark goes on without it.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const PEERS = fileURLToPath(new URL("../peers", import.meta.url));

/** A tool's last line, without addresses and folders that say something about this machine only. */
function lastWords(text) {
  const line = text.trim().split("\n").pop();
  return line.replace(/\w+:\/\/\S+|host='[^']*'/g, "…").replaceAll(PEERS, "bench/peers");
}

/** Runs a command to its end; throws Error with its last words when it fails. */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    let words = "";
    child.stderr.on("data", (text) => {
      words = (words + text).slice(-2000);
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${basename(command)} failed: ${lastWords(words) || `exit ${code}`}`));
    });
  });
}

/** Whether `stamp` holds `text`: that this very list was dealt with before. */
const stamped = (stamp, text) => existsSync(stamp) && readFileSync(stamp, "utf8") === text;

/** The Python to run peers with, or the reason why there is none. CHAINGRAD_BENCH_VENV names a ready environment. */
export async function pythonPeers(log) {
  const given = process.env.CHAINGRAD_BENCH_VENV;
  if (given !== undefined && given !== "") return { python: join(given, "bin", "python"), missing: [] };
  const venv = join(PEERS, ".venv");
  const python = join(venv, "bin", "python");
  const [stamp, failures] = [join(venv, "requirements.stamp"), join(venv, "missing.json")];
  const requirements = readFileSync(join(PEERS, "requirements.txt"), "utf8");
  try {
    if (!stamped(stamp, requirements)) {
      log("installing the Python peers into bench/peers/.venv: once; some minutes, a gigabyte or more …");
      rmSync(venv, { recursive: true, force: true });
      await run("python3", ["-m", "venv", venv]);
      writeFileSync(failures, JSON.stringify(await pip(python, requirements, log)));
      writeFileSync(stamp, requirements);
    }
    return { python, missing: JSON.parse(readFileSync(failures, "utf8")) };
  } catch (error) {
    log(`no Python peers: ${error.message}`);
    return { python: undefined, missing: [`all Python peers: ${error.message}`] };
  }
}

/** All at once, or, when that fails, one by one; gives what could not be had. */
async function pip(python, requirements, log) {
  const install = (packages) => run(python, ["-m", "pip", "install", "--quiet", ...packages]);
  const packages = requirements.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  try {
    await install(packages);
    return [];
  } catch (error) {
    log(`  not all at once (${error.message}): one by one …`);
  }
  const missing = [];
  for (const name of packages) {
    try {
      await install([name]);
    } catch (error) {
      log(`  without ${name}`);
      missing.push(`${name}: ${error.message} (delete bench/peers/.venv to try again)`);
    }
  }
  return missing;
}

/** Whether the JavaScript peers are there, or the reason why not. Install scripts only fetch what is not used here. */
export async function nodePeers(log) {
  const stamp = join(PEERS, "node_modules", "lock.stamp");
  const lock = readFileSync(join(PEERS, "package-lock.json"), "utf8");
  try {
    if (!stamped(stamp, lock)) {
      log("installing the JavaScript peers into bench/peers/node_modules: once; 600 MB …");
      await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", PEERS]);
      writeFileSync(stamp, lock);
    }
    return { ready: true, missing: [] };
  } catch (error) {
    log(`no JavaScript peers: ${error.message}`);
    return { ready: false, missing: [`all JavaScript peers: ${error.message}`] };
  }
}
