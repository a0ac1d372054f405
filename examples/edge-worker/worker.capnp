using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "dist/worker.js"),
    (name = "kernels.wasm", wasm = embed "dist/kernels.wasm"),
    (name = "kernels.relaxed.wasm", wasm = embed "dist/kernels.relaxed.wasm"),
    (name = "linalg.wasm", wasm = embed "dist/linalg.wasm"),
    (name = "linalg.relaxed.wasm", wasm = embed "dist/linalg.relaxed.wasm"),
  ],
  compatibilityDate = "2026-01-01",
);
