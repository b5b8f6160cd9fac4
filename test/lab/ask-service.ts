/**
 * Asks a service once, and writes who greeted, or how it was refused: `ECONNREFUSED`, or `silence`.
 *
 * usage, on a host: node ask-service.js tcp|udp ADDRESS PORT
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";

const [protocol, address, port] = process.argv.slice(2) as [string, string, string];
const PATIENCE_MS = 1500;

function tell(text: string): never {
  process.stdout.write(`${text}\n`);
  process.exit();
}
const tellError = (error: NodeJS.ErrnoException): never => tell(error.code ?? error.message);

setTimeout(() => tell("silence"), PATIENCE_MS);
if (protocol === "tcp")
  connect({ host: address, port: Number(port) })
    .on("data", (greeting) => tell(String(greeting).trim()))
    .on("error", tellError);
else {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4", (greeting) =>
    tell(String(greeting).trim()),
  );
  socket.on("error", tellError);
  // A connected socket hears nothing of other senders than the address that was asked.
  socket.connect(Number(port), address, () => socket.send("who"));
}
