/**
 * Sends ARP questions from eth0, from many hosts that are none, at a steady rate. Prints how many the kernel took.
 *
 * usage, on a host: node arp-flood.js PER_SECOND COUNT HOSTS
 */
import { Alarm, findInterface, KernelError, monotonicUs, PacketSocket } from "@viptools/kernel";
import { ArpOperation, encodeArpBroadcast, macFromBytes, ZERO_MAC } from "@viptools/wire";

/** A sender that was held up does not make good for it all at once: the lab's links hold a thousand frames. */
const BURST_MAX = 256;
const SOURCE_MAC_AT = 6;
const SENDER_MAC_AT = 22;
const SENDER_IP_AT = 28;

function template(): Uint8Array {
  return encodeArpBroadcast({
    operation: ArpOperation.request,
    senderMac: macFromBytes(Uint8Array.of(2, 0xff, 0, 0, 0, 0)),
    senderIp: "10.0.0.0",
    targetMac: ZERO_MAC,
    targetIp: "10.255.255.255",
  });
}

/** Host `n` has its number in its MAC and in its address. */
function address(frame: Uint8Array, n: number): void {
  const octets = [n >> 16, n >> 8, n];
  frame.set(octets, SOURCE_MAC_AT + 3);
  frame.set(octets, SENDER_MAC_AT + 3);
  frame.set(octets, SENDER_IP_AT + 1);
}

const [perSecond, count, hosts] = process.argv.slice(2).map(Number);
const socket = new PacketSocket({ ifindex: findInterface("eth0")! });
const frame = template();
const startUs = monotonicUs();
let tried = 0;
let sent = 0;
const alarm = new Alarm(() => {
  const due = Math.floor(((monotonicUs() - startUs) / 1e6) * perSecond!) + 1;
  const end = Math.min(count!, due, tried + BURST_MAX);
  for (; tried < end; tried++) {
    address(frame, tried % hosts!);
    try {
      socket.send(frame);
      sent += 1;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  }
  if (tried < count!) {
    alarm.set(Math.max(monotonicUs(), startUs + (tried / perSecond!) * 1e6));
    return;
  }
  alarm.close();
  process.stdout.write(`${sent} ${Math.round((monotonicUs() - startUs) / 1000)}\n`);
});
alarm.set(startUs);
