/**
 * Sends adverts that must not count, each kind in its turn, from a host that is no router.
 *
 * usage, on a host: node garbage.js PER_SECOND COUNT_OF_EACH [losing]
 *
 * They claim priority 255, so that one that counted would be seen at once. With `losing`: six times as many adverts that
 * are right, and of priority 1.
 */
import { forgedAdvert } from "./forged-advert.ts";
import { VRID } from "./router.ts";
import { sendSteadily } from "./steady-sender.ts";

const BURST_MAX = 64;

const withOctet = (at: number, value: number) => (message: Uint8Array) => {
  message[at] = value;
  return message;
};

/** By the counter in which each must end up. */
export const GARBAGE: Readonly<Record<string, Uint8Array>> = {
  rejected_ttl: forgedAdvert({ ip: { ttl: 254 } }),
  rejected_version: forgedAdvert({ change: withOctet(0, 0x41) }),
  rejected_type: forgedAdvert({ change: withOctet(0, 0x32) }),
  rejected_length: forgedAdvert({ change: (message) => message.subarray(0, 10) }),
  rejected_checksum: forgedAdvert({ change: withOctet(2, 254) }),
  rejected_vrid: forgedAdvert({ vrid: VRID + 1 }),
};

/** Its source is lower than any router's: it loses whatever it is compared with. */
const LOSING = forgedAdvert({ ip: { source: "192.0.2.0" }, priority: 1 });

async function send(perSecond: number, countOfEach: number, kind: string | undefined): Promise<void> {
  const frames = kind === "losing" ? Object.values(GARBAGE).map(() => LOSING) : Object.values(GARBAGE);
  const count = countOfEach * frames.length;
  await sendSteadily({ perSecond, count, burstMax: BURST_MAX, frameOf: (n) => frames[n % frames.length]! });
}

if (process.argv[1]?.endsWith("garbage.js"))
  await send(Number(process.argv[2]), Number(process.argv[3]), process.argv[4]);
