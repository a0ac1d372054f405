/** Node's own HTTP server with an answer that is ready: the floor of what a server on this machine can reach. */
import { createServer } from "node:http";

const ANSWER = JSON.stringify({ prediction: { value: 30.123456789 }, notes: [] });
const HEADERS = { "content-type": "application/json", "content-length": Buffer.byteLength(ANSWER) };

const server = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(200, HEADERS).end(ANSWER));
});
server.keepAliveTimeout = 0; // connections are kept, however long they rest
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
