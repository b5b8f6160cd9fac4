/**
 * Floods the network with ARP requests from five hundred hosts, at a steady pace.
 *
 * usage, on a host: node flood-arp.js PER_SECOND SECONDS
 */
import { findInterface, KernelError, monotonicUs, PacketSocket } from "@viptools/kernel";
import { ArpOperation, BROADCAST_MAC, encodeArpBroadcast, ZERO_MAC } from "@viptools/wire";

const HOSTS = 500;
/** A sender that was held up does not make good for it all at once: the lab's links hold a thousand frames. */
const BURST_MAX = 256;

function frameOf(host: number): Uint8Array {
  const hex = host.toString(16).padStart(4, "0");
  return encodeArpBroadcast({
    operation: ArpOperation.request,
    senderMac: `02:00:00:99:${hex.slice(0, 2)}:${hex.slice(2)}`,
    senderIp: `10.99.${host >> 8}.${host & 0xff}`,
    targetMac: host % 2 === 0 ? ZERO_MAC : BROADCAST_MAC,
    targetIp: `10.99.${(host + 1) >> 8}.${(host + 1) & 0xff}`,
  });
}

function flood(perSecond: number, seconds: number): void {
  const frames = Array.from({ length: HOSTS }, (_, host) => frameOf(host));
  const socket = new PacketSocket({ ifindex: findInterface("eth0")! });
  const startUs = monotonicUs();
  const endUs = startUs + seconds * 1e6;
  let [sent, next, nowUs] = [0, 0, startUs];
  while (nowUs < endUs) {
    const due = Math.min(((nowUs - startUs) / 1e6) * perSecond, next + BURST_MAX);
    for (; next < due; next++) if (left(socket, frames[next % HOSTS]!)) sent += 1;
    nowUs = monotonicUs();
  }
  process.stdout.write(`${JSON.stringify({ sent, tookMs: (nowUs - startUs) / 1000 })}\n`);
  socket.close();
}

/** A full queue drops a frame, and says so: then it was not sent. */
function left(socket: PacketSocket, frame: Uint8Array): boolean {
  try {
    socket.send(frame);
    return true;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return false;
  }
}

flood(Number(process.argv[2]), Number(process.argv[3]));
