/** A script with its kernels in workerd, on this machine alone. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";

/** The binary of this platform, which npm installs beside the package. */
function binary(): string {
  const { platform, arch } = process;
  const system = { darwin: "darwin", linux: "linux", win32: "windows" }[platform as string];
  const name = `@cloudflare/workerd-${system}-${arch === "arm64" ? "arm64" : "64"}`;
  return createRequire(import.meta.url).resolve(`${name}/bin/workerd${platform === "win32" ? ".exe" : ""}`);
}

/** As its bundlers do: kernels are modules beside the script. */
export async function bundleForWorkerd(entry: string, outdir: string): Promise<void> {
  await build({
    ...{ entryPoints: { worker: entry }, outdir, bundle: true, format: "esm", logLevel: "error" },
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
  });
}

/** Every module of a folder: scripts as modules, .wasm as WebAssembly. */
function configuration(folder: string): string {
  const modules = readdirSync(folder).filter((name) => /\.(?:js|wasm)$/.test(name));
  modules.sort((a, b) => Number(b === "worker.js") - Number(a === "worker.js")); // the first is the entry
  const lines = modules.map(
    (name) => `(name = "${name}", ${name.endsWith(".js") ? "esModule" : "wasm"} = embed "${name}")`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${lines.join(", ")}],
  compatibilityDate = "2026-01-01",
);
`;
}

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the folder's worker.js. Throws with what workerd says where it cannot. */
export async function startWorkerd(folder: string): Promise<Running> {
  writeFileSync(join(folder, "config.capnp"), configuration(folder));
  const child = spawn(binary(), ["serve", "config.capnp", "--control-fd=1"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const ended = once(child, "close");
  const port = await new Promise<number>((resolve, reject) => {
    let told = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      const match = /"port":\s*(\d+)/.exec(told);
      if (match) resolve(Number(match[1]));
    });
    ended.then(() => reject(new Error(`workerd ended: ${complaints}`)));
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
