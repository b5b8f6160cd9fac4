/**
 * A service that says back what it hears, by TCP and by UDP.
 *
 * usage, on a host: node echo-service.js PORT ADDRESS…
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

const [port, ...addresses] = process.argv.slice(2);
for (const address of addresses) {
  const tcp = createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  }).listen(Number(port), address);
  const udp = createSocket(address.includes(":") ? "udp6" : "udp4");
  udp.on("message", (text, { port: from, address: by }) => udp.send(text, from, by));
  udp.bind(Number(port), address);
  await Promise.all([once(tcp, "listening"), once(udp, "listening")]);
}
process.stdout.write("listening\n");
