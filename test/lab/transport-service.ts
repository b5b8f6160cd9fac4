/**
 * A service for clients of TCP and UDP: takes connections, and sends each datagram back from the address that it came
 * to, which a socket of all addresses would not.
 *
 * usage, on a host: node transport-service.js PORT ADDRESS…
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

const [port, ...addresses] = process.argv.slice(2);
for (const address of addresses) {
  const datagrams = createSocket(address.includes(":") ? "udp6" : "udp4", (message, client) =>
    datagrams.send(message, client.port, client.address),
  );
  datagrams.bind(Number(port), address);
  const connections = createServer((socket) => {
    socket.on("error", () => {});
    socket.resume();
  }).listen(Number(port), address);
  await Promise.all([once(datagrams, "listening"), once(connections, "listening")]);
}
process.stdout.write("listening\n");
