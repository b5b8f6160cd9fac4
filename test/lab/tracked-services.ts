/**
 * Services to look at, until they are ended: one for each argument.
 *
 * usage, on a host: node tracked-services.js http:PORT:STATUS https:PORT:KEYFILE:CERTFILE dns:PORT:ADDRESS tcp:PORT …
 * A web server says in its answer's `x-host` who was asked for, and never ends its body.
 */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer as createWebServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer } from "node:net";

/** A name whose question nobody answers, and one that does not exist. */
const SILENT_NAME = "silent.example";
const MISSING_NAME = "missing.example";
const NXDOMAIN = 3;

const answerWith =
  (status: number): RequestListener =>
  (request, response) => {
    const isKnown = (request.headers.host ?? "").startsWith("www.example") || request.url === "/";
    response.writeHead(isKnown ? status : 404, { "x-host": request.headers.host });
    response.write("a body without an end\n");
  };

/** The question comes back with one A record. */
function answerQuestion(query: Buffer, address: string): Buffer | undefined {
  const end = query.indexOf(0, 12) + 5;
  const name = query.toString("latin1", 12, end);
  const isAbout = (wanted: string): boolean => wanted.split(".").every((label) => name.includes(label));
  if (isAbout(SILENT_NAME)) return undefined;
  const isMissing = isAbout(MISSING_NAME);
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split(".").map(Number)]);
  const header = Buffer.from(query.subarray(0, 12));
  header[2] = 0x84;
  header[3] = isMissing ? NXDOMAIN : 0;
  header.fill(0, 6);
  header[7] = isMissing ? 0 : 1;
  return Buffer.concat([header, query.subarray(12, end), isMissing ? Buffer.alloc(0) : answer]);
}

function serve(kind: string, port: number, words: readonly string[]): void {
  const [first = "", second = ""] = words;
  if (kind === "tcp") createServer((socket) => socket.on("error", () => {})).listen(port);
  if (kind === "http") createWebServer(answerWith(Number(first))).listen(port);
  if (kind === "https")
    createSecureServer({ key: readFileSync(first), cert: readFileSync(second) }, answerWith(200)).listen(
      port,
    );
  if (kind !== "dns") return;
  const socket = createSocket("udp4");
  socket.on("message", (query, { port: asker, address }) => {
    const answer = answerQuestion(query, first);
    if (answer !== undefined) socket.send(answer, asker, address);
  });
  socket.bind(port);
}

for (const word of process.argv.slice(2)) {
  const [kind = "", port, ...words] = word.split(":");
  serve(kind, Number(port), words);
}
process.stdout.write("listening\n");
