/**
 * Writes a line for each echo at these ports, in both directions, and for each frame of the virtual router, until it is
 * ended.
 *
 * usage, in the switch's namespace: node trace-echoes.js PORT…
 */
import { writeSync } from "node:fs";
import { findInterface, type Instruction, PacketSocket } from "@viptools/kernel";
import { decodeEthernet, EtherType } from "@viptools/wire";
import type { Hop } from "./fate.ts";
import { describe } from "./taps.ts";

/** RET of more octets than a frame has. */
const EVERYTHING: readonly Instruction[] = [[0x06, 0, 0, 0xffff]];
const ICMP_TYPES: Readonly<Record<number, "request" | "reply">> = { 8: "request", 0: "reply" };
const ICMPV6_TYPES: Readonly<Record<number, "request" | "reply">> = { 128: "request", 129: "reply" };
const ICMP = 1;
const ICMPV6 = 58;
const WRITE_EVERY_MS = 100;

/** Neither options nor extension headers stand before the echoes of the lab. */
function readEcho(bytes: Uint8Array): Pick<Hop, "what" | "name"> | undefined {
  const { etherType, payload } = decodeEthernet(bytes);
  const isEcho4 = etherType === EtherType.ipv4 && payload[9] === ICMP;
  const isEcho6 = etherType === EtherType.ipv6 && payload[6] === ICMPV6;
  if (!isEcho4 && !isEcho6) return undefined;
  const message = payload.subarray(isEcho4 ? 20 : 40);
  const what = (isEcho4 ? ICMP_TYPES : ICMPV6_TYPES)[message[0]!];
  const word = (at: number): number => message[at]! * 256 + message[at + 1]!;
  return what === undefined ? undefined : { what, name: `${word(4)}/${word(6)}` };
}

function readVoice(bytes: Uint8Array): Pick<Hop, "what" | "name"> | undefined {
  const { kind, isVoice, priority, source } = describe("", 0, bytes);
  if (!isVoice && kind !== "advert") return undefined;
  return { what: "voice", name: `${kind}${priority === undefined ? "" : ` ${priority}`} from ${source}` };
}

const hops: Hop[] = [];
for (const port of process.argv.slice(2)) {
  new PacketSocket({
    ifindex: findInterface(port)!,
    filter: EVERYTHING,
    onFrame: ({ bytes, direction, realtimeNs }) => {
      const seen = readEcho(bytes) ?? readVoice(bytes);
      if (seen !== undefined) hops.push({ atUs: Number(realtimeNs / 1000n), port, direction, ...seen });
    },
  });
}

function write(): void {
  for (const hop of hops.splice(0)) writeSync(1, `${JSON.stringify(hop)}\n`);
}

setInterval(write, WRITE_EVERY_MS);
process.once("SIGTERM", () => {
  write();
  process.exit(0);
});
process.stderr.write("tracing\n");
