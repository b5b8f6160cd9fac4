/**
 * A service: greets whoever connects, and hangs up; and greets each datagram's sender. On both families.
 *
 * usage, on a host: node greeter.js PORT GREETING
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const [port, greeting] = process.argv.slice(2);
const datagrams = createSocket("udp6", (_, { port: to, address }) =>
  datagrams.send(`${greeting}\n`, to, address),
);
datagrams.bind(Number(port), () => {
  createServer((socket) => {
    socket.on("error", () => {});
    socket.end(`${greeting}\n`);
  }).listen(Number(port), "::", () => process.stdout.write("listening\n"));
});
