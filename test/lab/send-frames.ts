/**
 * Sends frames from eth0, whatever they hold, again and again until it is ended. Says so when all have been
 * sent once.
 *
 * usage, on a host: node send-frames.js EVERY_MS HEX…
 */
import { findInterface, PacketSocket } from "@viptools/kernel";

const [everyMs, ...frames] = process.argv.slice(2);
const socket = new PacketSocket({ ifindex: findInterface("eth0")! });
function sendAll(): void {
  for (const frame of frames) socket.send(Buffer.from(frame, "hex"));
}
sendAll();
process.stdout.write("sending\n");
setInterval(sendAll, Number(everyMs));
