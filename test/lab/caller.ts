/**
 * Calls a service again and again, each time anew, and writes who greeted when.
 *
 * usage, on a host: node caller.js ADDRESS PORT EVERY_MS
 */
import { connect } from "node:net";
import { monotonicUs } from "@viptools/kernel";

const [host, port, everyMs] = process.argv.slice(2);
const LIMIT_MS = 500;

setInterval(() => {
  const socket = connect({ host: host!, port: Number(port) });
  let greeting = "";
  socket.setTimeout(LIMIT_MS, () => socket.destroy());
  socket.on("data", (some) => {
    greeting += some.toString();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (greeting.endsWith("\n")) process.stdout.write(`${monotonicUs()} ${greeting}`);
  });
}, Number(everyMs));
