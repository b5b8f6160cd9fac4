/**
 * A service: greets whoever connects, and hangs up.
 *
 * usage, on a host: node greeter.js PORT GREETING
 */
import { createServer } from "node:net";

const [port, greeting] = process.argv.slice(2);
createServer((socket) => {
  socket.on("error", () => {});
  socket.end(`${greeting}\n`);
}).listen(Number(port), "0.0.0.0", () => process.stdout.write("listening\n"));
