/** Serves the repository to a page on this machine, cross-origin isolated, so that it may share memory among threads. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
/** What the page is made of; nothing else is served. */
const FOLDERS = ["bench", join("packages", "core", "dist")];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const HEADERS = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

function fileOf(url) {
  const path = resolve(ROOT, `.${decodeURIComponent(new URL(url, "http://localhost").pathname)}`);
  if (!FOLDERS.some((folder) => path.startsWith(join(ROOT, folder) + sep))) return undefined;
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : undefined;
}

/** The page's address; the server goes with the process. */
export function servePage(port = 0) {
  const server = createServer((request, response) => {
    const file = fileOf(request.url);
    if (file === undefined) return response.writeHead(404, HEADERS).end();
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "text/plain", ...HEADERS });
    return createReadStream(file).pipe(response);
  });
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => done(`http://localhost:${server.address().port}/bench/browser/index.html`));
  });
}
