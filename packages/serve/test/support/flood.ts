/** Many requests over a few connections, and the statuses that came back. */
import { Agent, request } from "node:http";
import { malformed } from "./fuzz.ts";

const CONNECTIONS = 8;

/** Sends the malformed requests from `first` to before `end`; how often each status came. Fails where an answer does not. */
export async function flood(url: string, first: number, end: number): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const statuses = new Map<number, number>();
  let next = first;
  const client = async (): Promise<void> => {
    while (next < end) {
      const n = next++;
      const status = await send(url, agent, n);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  agent.destroy();
  return statuses;
}

function send(url: string, agent: Agent, n: number): Promise<number> {
  const { type, body } = malformed(n);
  const headers = { "content-type": type, "content-length": body.length };
  const path = n % 50 === 0 ? "/explain" : "/predict";
  return new Promise((done, fail) => {
    const sent = request(`${url}${path}`, { agent, method: "POST", headers }, (response) => {
      response.resume();
      response.on("end", () => done(response.statusCode as number)).on("error", fail);
    });
    sent.on("error", (cause) => fail(new Error(`request ${n} was not answered`, { cause })));
    sent.end(body);
  });
}
