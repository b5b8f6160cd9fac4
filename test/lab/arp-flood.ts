/**
 * Sends ARP questions from eth0, from many hosts that are none, at a steady rate. Prints how many the kernel took.
 *
 * usage, on a host: node arp-flood.js PER_SECOND COUNT HOSTS
 */
import { ArpOperation, encodeArpBroadcast, macFromBytes, ZERO_MAC } from "@viptools/wire";
import { sendSteadily } from "./steady-sender.ts";

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
const frame = template();
const { sent, tookMs } = await sendSteadily({
  perSecond: perSecond!,
  count: count!,
  burstMax: BURST_MAX,
  frameOf: (n) => {
    address(frame, n % hosts!);
    return frame;
  },
});
process.stdout.write(`${sent} ${tookMs}\n`);
