/**
 * Sends adverts that must not count, each kind in its turn, from a host that is no router.
 *
 * usage, on a host: node garbage.js PER_SECOND COUNT_OF_EACH [losing]
 *
 * They claim priority 255, so that one that counted would be seen at once. With `losing`: six times as many adverts that
 * are right, and of priority 1.
 */
import { Alarm, findInterface, monotonicUs, PacketSocket } from "@viptools/kernel";
import {
  EtherType,
  encodeEthernet,
  encodeIpv4,
  encodeVrrpV3,
  type Ipv4Packet,
  VRRP_GROUP,
  VRRP_GROUP_MAC,
  VRRP_TTL,
} from "@viptools/wire";
import { VIP } from "./network.ts";
import { VMAC, VRID } from "./router.ts";

const FORGER = "192.0.2.66";
/** A sender that was held up does not make good for it all at once: the lab's links hold a thousand frames. */
const BURST_MAX = 64;

export function advert(
  change: (message: Uint8Array) => Uint8Array,
  ip: Partial<Ipv4Packet> = {},
  vrid = VRID,
  priority = 255,
  intervalCs = 10,
): Uint8Array {
  const message = encodeVrrpV3(
    { version: 3, vrid, priority, intervalCs, checksumForm: "pseudo-header", addresses: [VIP] },
    ip.source ?? FORGER,
    VRRP_GROUP,
  );
  const packet = {
    tos: 0xc0,
    id: 0,
    fragment: 0,
    ttl: VRRP_TTL,
    protocol: 112,
    source: FORGER,
    destination: VRRP_GROUP,
    options: new Uint8Array(),
    payload: change(message),
    ...ip,
  };
  const payload = encodeIpv4(packet);
  return encodeEthernet({ destination: VRRP_GROUP_MAC, source: VMAC, etherType: EtherType.ipv4, payload });
}

const withOctet = (at: number, value: number) => (message: Uint8Array) => {
  message[at] = value;
  return message;
};

/** By the counter in which each must end up. */
export const GARBAGE: Readonly<Record<string, Uint8Array>> = {
  rejected_ttl: advert((message) => message, { ttl: 254 }),
  rejected_version: advert(withOctet(0, 0x41)),
  rejected_type: advert(withOctet(0, 0x32)),
  rejected_length: advert((message) => message.subarray(0, 10)),
  rejected_checksum: advert(withOctet(2, 254)),
  rejected_vrid: advert((message) => message, {}, VRID + 1),
};

/** Its source is lower than any router's: it loses whatever it is compared with. */
const LOSING = advert((message) => message, { source: "192.0.2.0" }, VRID, 1);

function send(perSecond: number, countOfEach: number, kind: string | undefined): void {
  const frames = kind === "losing" ? Object.values(GARBAGE).map(() => LOSING) : Object.values(GARBAGE);
  const total = countOfEach * frames.length;
  const socket = new PacketSocket({ ifindex: findInterface("eth0")! });
  const startUs = monotonicUs();
  let sent = 0;
  const alarm = new Alarm(() => {
    const due = Math.floor(((monotonicUs() - startUs) / 1e6) * perSecond) + 1;
    const end = Math.min(total, due, sent + BURST_MAX);
    for (; sent < end; sent++) socket.send(frames[sent % frames.length]!);
    if (sent < total) alarm.set(startUs + (sent / perSecond) * 1e6);
    else alarm.close();
  });
  alarm.set(startUs);
}

if (process.argv[1]?.endsWith("garbage.js"))
  send(Number(process.argv[2]), Number(process.argv[3]), process.argv[4]);
