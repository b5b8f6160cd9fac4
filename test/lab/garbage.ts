/**
 * Sends adverts that must not count, each kind in its turn, from a host that is no router.
 *
 * usage, on a host: node garbage.js PER_SECOND COUNT_OF_EACH [KIND [MAC]]
 *
 * They claim priority 255, so that one that counted would be seen at once. KIND is `bad`, or `losing`: six times as many
 * adverts that are right, and of priority 1. Their Ethernet source is the virtual MAC, or MAC where the switch has to
 * know whose port is whose. Says when it begins.
 */
import type { Mac } from "@viptools/wire";
import { type ForgedAdvert, forgedAdvert } from "./forged-advert.ts";
import { VMAC, VRID } from "./router.ts";
import { sendSteadily } from "./steady-sender.ts";

const BURST_MAX = 64;

const withOctet = (at: number, value: number) => (message: Uint8Array) => {
  message[at] = value;
  return message;
};

/** By the counter in which each must end up. */
const MISTAKES: Readonly<Record<string, ForgedAdvert>> = {
  rejected_ttl: { ip: { ttl: 254 } },
  rejected_version: { change: withOctet(0, 0x41) },
  rejected_type: { change: withOctet(0, 0x32) },
  rejected_length: { change: (message) => message.subarray(0, 10) },
  rejected_checksum: { change: withOctet(2, 254) },
  rejected_vrid: { vrid: VRID + 1 },
};
export const KINDS_OF_GARBAGE: readonly string[] = Object.keys(MISTAKES);

/** One frame of each kind. */
export function garbageFrames(sourceMac: Mac = VMAC): Uint8Array[] {
  return Object.values(MISTAKES).map((mistake) => forgedAdvert({ ...mistake, sourceMac }));
}

/** Its source is lower than any router's: it loses whatever it is compared with. */
const LOSING = forgedAdvert({ ip: { source: "192.0.2.0" }, priority: 1 });

async function send(perSecond: number, countOfEach: number, kind: string, sourceMac?: Mac): Promise<void> {
  const bad = garbageFrames(sourceMac);
  const frames = kind === "losing" ? bad.map(() => LOSING) : bad;
  process.stdout.write("sending\n");
  const count = countOfEach * frames.length;
  await sendSteadily({ perSecond, count, burstMax: BURST_MAX, frameOf: (n) => frames[n % frames.length]! });
}

const [perSecond, countOfEach, kind = "bad", sourceMac] = process.argv.slice(2);
if (process.argv[1]?.endsWith("garbage.js"))
  await send(Number(perSecond), Number(countOfEach), kind, sourceMac as Mac | undefined);
