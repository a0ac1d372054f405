/**
 * A light client of HTTP/1.1 for measuring: requests that were put together beforehand, written to connections that are kept. It
 * reads what it needs of an answer (status and length) and costs the machine less than the server that it asks.
 */
import { connect } from "node:net";

const END_OF_HEAD = "\r\n\r\n";

/** In milliseconds, of the clock whose whole ones Node's timers end at. */
export const clock = () => Number(process.hrtime.bigint()) / 1e6;

export class Connections {
  #port;
  #free = [];
  #all = new Set();

  constructor(url) {
    this.#port = Number(new URL(url).port);
  }

  /** Opens so many connections. */
  async open(count) {
    for (let i = 0; i < count; i++) {
      const socket = this.#connect();
      await new Promise((done, fail) => socket.once("connect", done).once("error", fail));
      this.#free.push(socket);
    }
  }

  /** Milliseconds since `due` (of `clock()`) when the whole answer is there. Throws Error on any status but 200. */
  ask(bytes, due) {
    return new Promise((done, fail) => {
      const socket = this.#free.pop() ?? this.#connect();
      let text = "";
      const onData = (piece) => {
        text += piece;
        if (!isWhole(text)) return;
        const time = clock() - due;
        socket.off("data", onData).off("error", fail);
        this.#free.push(socket);
        if (text.startsWith("HTTP/1.1 200 ")) done(time);
        else fail(new Error(text.slice(0, 500)));
      };
      socket.on("data", onData).once("error", fail);
      socket.write(bytes);
    });
  }

  close() {
    for (const socket of this.#all) socket.destroy();
  }

  #connect() {
    const socket = connect(this.#port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
    this.#all.add(socket);
    return socket;
  }
}

function isWhole(text) {
  const head = text.indexOf(END_OF_HEAD);
  if (head < 0) return false;
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1]);
  return text.length >= head + END_OF_HEAD.length + length;
}

/** The bytes of a request with a body. */
export function post(path, type, body) {
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "connection: keep-alive",
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(head.join("\r\n") + END_OF_HEAD + body);
}
