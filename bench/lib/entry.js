/**
 * An entry as the benchmark sees it: a process that answers one request at a time. Between requests it is stopped
 * (SIGSTOP), so that no spinning thread pool or collector of an idle entry disturbs the one that is measured.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

/** Longest wait for an answer: compilation, or twenty steps of the slowest. */
const TIMEOUT = 600_000;

export class Entry {
  #child;
  #lines;
  #stderr = "";

  constructor({ name, kind, command, environment }) {
    this.name = name;
    this.kind = kind;
    this.#child = spawn(command[0], command.slice(1), { env: environment ?? process.env });
    running.add(this.#child);
    this.#child.on("exit", () => running.delete(this.#child));
    this.#child.on("error", (error) => this.#note(error.message));
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.on("data", (text) => this.#note(text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  #note(text) {
    this.#stderr = (this.#stderr + text).slice(-2000);
  }

  /** Sends a request and waits for its answer. Throws Error with the entry's own words when it cannot do it. */
  async ask(request) {
    this.#child.kill("SIGCONT");
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#answer(request);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  async #answer(request) {
    for (;;) {
      const { value, done } = await this.#line(request);
      if (done) throw new Error(`ended: ${lastLine(this.#stderr)}`);
      // Libraries print greetings to the standard output; an answer is a line that is an object.
      if (!value.startsWith("{")) continue;
      this.#child.kill("SIGSTOP");
      return JSON.parse(value);
    }
  }

  async #line(request) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer to '${request.cmd}' in ${TIMEOUT / 1000} s`)), TIMEOUT);
    });
    try {
      return await Promise.race([this.#lines.next(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  close() {
    this.#child.kill("SIGKILL");
  }
}

const lastLine = (text) => text.trim().split("\n").pop() || "no message";
