/** Each receive check of RFC 9568 §7.1 and RFC 3768 §7.1: what it refuses, and in which counter it ends up (S4). */
import assert from "node:assert/strict";
import test from "node:test";
import {
  decodeEthernet,
  decodeIpv4,
  EtherType,
  encodeCarp,
  encodeEthernet,
  encodeIpv4,
  encodePassword,
  type Ipv4Packet,
  internetChecksum,
} from "@viptools/wire";
import { type AdvertOptions, encodeAdvertFrame, encodeAdvertPacket } from "./advert-frame.ts";
import { checkFrame, type ReceiveConfig, type Verdict } from "./receive.ts";

type Advert = Omit<AdvertOptions, "destination"> & { readonly mac: string };

const V3: ReceiveConfig = {
  family: 4,
  version: 3,
  vrid: 51,
  advertUs: 1_000_000,
  addresses: ["192.0.2.2"],
  peers: [],
  minTtl: 255,
  password: undefined,
  vips: ["192.0.2.100"],
  dropsVipMismatch: false,
  isLenientV6: false,
};
const V2: ReceiveConfig = { ...V3, version: 2 };
const SECRET = encodePassword("secret");
const V2_SECRET: ReceiveConfig = { ...V2, password: SECRET };
const V2_STRICT: ReceiveConfig = { ...V2, dropsVipMismatch: true };
const V6: ReceiveConfig = { ...V3, family: 6, addresses: ["fe80::2", "2001:db8::2"] };
const UNICAST: ReceiveConfig = { ...V3, peers: ["192.0.2.1"] };
const PEER: Advert = {
  version: 3,
  vrid: 51,
  priority: 150,
  advertUs: 1_000_000,
  vips: ["192.0.2.100"],
  mac: "00:00:5e:00:01:33",
  source: "192.0.2.1",
  checksumForm: "pseudo-header",
  password: undefined,
};
const PEER6: Partial<Advert> = {
  vips: ["fe80::100", "2001:db8::100"],
  mac: "00:00:5e:00:02:33",
  source: "fe80::1",
};

/** Rebuilds a frame with another IP header or message; the header's own checksum is made right again. */
function rebuilt(frame: Uint8Array, change: (packet: Ipv4Packet) => Partial<Ipv4Packet>): Uint8Array {
  const ethernet = decodeEthernet(frame);
  const packet = decodeIpv4(ethernet.payload);
  return encodeEthernet({ ...ethernet, payload: encodeIpv4({ ...packet, ...change(packet) }) });
}

/** Sets an octet of the message; with `mend` its checksum (RFC 9568's form) holds again. */
function withOctet(at: number, value: number, mend: boolean, options: Partial<Advert> = {}): Uint8Array {
  return rebuilt(good(options), ({ payload }) => {
    const message = Uint8Array.from(payload);
    message[at] = value;
    if (mend) {
      message.set([0, 0], 6);
      new DataView(message.buffer).setUint16(6, internetChecksum(message));
    }
    return { payload: message };
  });
}

function good(options: Partial<Advert> = {}): Uint8Array {
  const { mac, ...advert } = { ...PEER, ...options };
  return encodeAdvertFrame(advert, mac);
}

/** From a peer's stack to ours. */
function unicast(change: Partial<Ipv4Packet> = {}): Uint8Array {
  const { mac: _, ...advert } = PEER;
  const packet = decodeIpv4(encodeAdvertPacket({ ...advert, destination: "192.0.2.2" }));
  return encodeEthernet({
    destination: "02:00:00:00:00:02",
    source: "02:00:00:00:00:01",
    etherType: EtherType.ipv4,
    payload: encodeIpv4({ ...packet, ...change }),
  });
}

/** With another octet in the IPv6 header or the message after it. */
const good6 = (at?: number, value = 0, options: Partial<Advert> = {}): Uint8Array =>
  good({ ...PEER6, ...options }).map((octet, n) => (n === at ? value : octet));
const CARP_PAYLOAD = encodeCarp({
  version: 2,
  vhid: 51,
  advskew: 0,
  authLength: 7,
  demotion: 0,
  advbaseS: 1,
  counter: 1n,
  digest: new Uint8Array(20),
});
const CARP = (): Uint8Array => rebuilt(good(), () => ({ payload: CARP_PAYLOAD }));
const v2 = { version: 2 } as const;

const REJECTED: [string, ReceiveConfig, Uint8Array, string][] = [
  ["V3-5.1.1.3-b V3-7.1-a V3-9-b TTL 254", V3, rebuilt(good(), () => ({ ttl: 254 })), "ttl"],
  ["V3-5.1.1.3-b V3-7.1-a TTL 1", V3, rebuilt(good(), () => ({ ttl: 1 })), "ttl"],
  ["V3-5.1.1.3-b V3-7.1-a TTL 0", V3, rebuilt(good(), () => ({ ttl: 0 })), "ttl"],
  ["V3-7.1-a before -c: bad TTL and version", V3, rebuilt(good(v2), () => ({ ttl: 254 })), "ttl"],
  ["V3-5.2.1-a V3-7.1-c version 2", V3, good(v2), "version"],
  ["V3-5.2.1-a V3-7.1-c version 4", V3, withOctet(0, 0x41, true), "version"],
  ["V3-5.2.1-a V3-7.1-c version 0", V3, withOctet(0, 0x01, true), "version"],
  ["V2-5.3.1-a version 3 at a version 2 router", V2, good(), "version"],
  ["V3-5.2.2-a V3-7.1-d type 0", V3, withOctet(0, 0x30, true), "type"],
  ["V3-5.2.2-a V3-7.1-d type 2", V3, withOctet(0, 0x32, true), "type"],
  ["V3-5.2.2-a V3-7.1-d type 15", V3, withOctet(0, 0x3f, true), "type"],
  ["V3-7.1-d before -e: type 2 and cut short", V3, withOctet(0, 0x32, false, { vips: [] }), "type"],
  ["V3-7.1-e more addresses counted than there are", V3, withOctet(3, 3, true), "length"],
  [
    "V3-7.1-e seven octets",
    V3,
    rebuilt(good(), ({ payload }) => ({ payload: payload.subarray(0, 7) })),
    "length",
  ],
  ["V3-7.1-e nothing", V3, rebuilt(good(), () => ({ payload: new Uint8Array() })), "length"],
  [
    "V2-5.3.10-a no trailer",
    V2,
    rebuilt(good(v2), ({ payload }) => ({ payload: payload.subarray(0, 12) })),
    "length",
  ],
  ["V2-7.1-a TTL 254 in version 2", V2, rebuilt(good(v2), () => ({ ttl: 254 })), "ttl"],
  ["V2-7.1-a another VRID in version 2", V2, good({ ...v2, vrid: 52 }), "vrid"],
  ["V2-7.1-a a flipped priority in version 2", V2, withOctet(2, 151, false, v2), "checksum"],
  ["V3-7.1-f a flipped priority", V3, withOctet(2, 151, false), "checksum"],
  ["V3-7.1-f before -g: a flipped VRID", V3, withOctet(1, 52, false), "checksum"],
  ["V2-5.3.8-a a flipped trailer", V2, withOctet(19, 1, false, v2), "checksum"],
  ["V3-7.1-g another VRID", V3, good({ vrid: 52 }), "vrid"],
  ["V3-5.2.5-a V3-7.1-h no address", V3, good({ vips: [] }), "address_count"],
  ["V3-7.1-j interval 0", V3, good({ advertUs: 0 }), "interval_zero"],
  ["V3-7.1-j interval 0 with reserve bits", V3, withOctet(4, 0xf0, true, { advertUs: 0 }), "interval_zero"],
  ["V2-5.3.6-a authentication type 1", V2, withOctet(4, 1, true, v2), "auth"],
  ["V2-5.3.6-a authentication type 3", V2, withOctet(4, 3, true, v2), "auth"],
  ["V2-7.1-b another interval", V2, good({ ...v2, advertUs: 2_000_000 }), "interval_mismatch"],
  ["V3-SM-g our own advert, reflected", V3, good({ source: "192.0.2.2" }), "own_address"],
  ["a unicast advert", V3, rebuilt(good(), () => ({ destination: "192.0.2.2" })), "destination"],
  ["a fragment", V3, rebuilt(good(), () => ({ fragment: 0x2000 })), "ip_header"],
  [
    "an IP header with a bad checksum",
    V3,
    good().map((octet, n) => (n === 24 ? octet ^ 1 : octet)),
    "ip_header",
  ],
  ["a frame that ends in the IP header", V3, good().subarray(0, 30), "ip_header"],
  ["V3-5.1.2.3-b V3-7.1-b V3-9-b hop limit 254", V6, good6(21, 254), "ttl"],
  ["V3-5.1.2.3-b V3-7.1-b hop limit 0", V6, good6(21, 0), "ttl"],
  ["V3-5.2.8-c an IPv6 sum that does not hold", V6, good6(56, 100), "checksum"],
  [
    "V3-5.2.9-a V3-7.1-i a global address first",
    V6,
    good6(undefined, 0, { vips: ["2001:db8::1"] }),
    "first_address",
  ],
  ["V3-SM-g our own IPv6 advert", V6, good6(undefined, 0, { source: "fe80::2" }), "own_address"],
  ["an IPv6 header of version 4", V6, good6(14, 0x40), "ip_header"],
  ["IPv4 at an IPv6 router", V6, good(), "ip_header"],
  ["CARP, which shares version 2's first octet", V2, CARP(), "carp"],
  ["CARP at a version 3 router", V3, CARP(), "carp"],
  ["V2-5.3.6-a no password where one is wanted", V2_SECRET, good(v2), "auth"],
  ["V2-5.3.6-a another password", V2_SECRET, good({ ...v2, password: encodePassword("secreT") }), "auth"],
  ["V2-5.3.6-a a password where none is wanted", V2, good({ ...v2, password: SECRET }), "auth"],
  [
    "V2-7.1-c other addresses, where they must not differ",
    V2_STRICT,
    good({ ...v2, vips: ["192.0.2.7"] }),
    "vip_mismatch",
  ],
  ["unicast from somebody who is no peer", { ...UNICAST, peers: ["192.0.2.9"] }, unicast(), "stranger"],
  ["unicast with too small a TTL", { ...UNICAST, minTtl: 254 }, unicast({ ttl: 253 }), "ttl"],
  ["multicast at a unicast router", UNICAST, good(), "destination"],
];

for (const [name, config, frame, why] of REJECTED) {
  test(`checkFrame() counts ${name} as ${why}`, () => {
    const verdict = checkFrame(config, frame);
    assert.equal(verdict.kind === "rejected" ? verdict.why : "accepted", why);
  });
}

type Accepted = Extract<Verdict, { kind: "accepted" }>["advert"];

const ACCEPTED: [string, ReceiveConfig, Uint8Array, Partial<Accepted>][] = [
  [
    "V3-5.2.8-d the pseudo-header form",
    V3,
    good(),
    { checksumForm: "pseudo-header", priority: 150, advertUs: 1_000_000 },
  ],
  ["V3-5.2.8-b RFC 9568's form", V3, good({ checksumForm: "rfc9568" }), { checksumForm: "rfc9568" }],
  ["V3-7.1-l another interval", V3, good({ advertUs: 200_000 }), { advertUs: 200_000 }],
  ["V3-7.1-m other addresses", V3, good({ vips: ["192.0.2.7"] }), { vips: ["192.0.2.7"] }],
  ["V3-5.2.4-c priority 0", V3, good({ priority: 0 }), { priority: 0 }],
  ["V3-7.1-k an advert at the owner", { ...V3, addresses: ["192.0.2.100"] }, good(), { priority: 150 }],
  ["V3-SM-a a lower address", V3, good(), { isFromHigherAddress: false }],
  ["V3-SM-a a higher address", V3, good({ source: "192.0.2.3" }), { isFromHigherAddress: true }],
  ["a padded frame", V3, Uint8Array.from([...good(), ...new Uint8Array(14)]), { priority: 150 }],
  [
    "octets after the message",
    V3,
    rebuilt(good(), ({ payload }) => ({ payload: Uint8Array.from([...payload, 1, 2, 3, 4]) })),
    {},
  ],
  ["V2-7.1-a version 2", V2, good(v2), { checksumForm: undefined, advertUs: 1_000_000 }],
  ["a physical MAC", V3, good({ mac: "02:00:00:00:00:01" }), { mac: "02:00:00:00:00:01" }],
  [
    "V3-5.2.8-c IPv6",
    V6,
    good6(),
    { address: "fe80::1", checksumForm: undefined, isFromHigherAddress: false },
  ],
  [
    "V3-SM-a a higher IPv6 address, by all 16 octets",
    V6,
    good6(undefined, 0, { source: "fe80::3" }),
    { isFromHigherAddress: true },
  ],
  [
    "IPv6 without a link-local address, leniently",
    { ...V6, isLenientV6: true },
    good6(undefined, 0, { vips: ["2001:db8::1"] }),
    {},
  ],
  [
    "V2-7.1-c other addresses from an owner",
    V2_STRICT,
    good({ ...v2, priority: 255, vips: ["192.0.2.7"] }),
    {},
  ],
  ["V2-5.3.10-a octets in unused authentication data", V2, withOctet(19, 0xaa, true, v2), {}],
  ["V2-5.3.6-a V2-5.3.6-b the right password", V2_SECRET, good({ ...v2, password: SECRET }), {}],
  ["unicast from a peer", UNICAST, unicast(), { mac: "02:00:00:00:00:01" }],
  ["unicast from a peer some hops away", { ...UNICAST, minTtl: 250 }, unicast({ ttl: 251 }), {}],
  [
    "keepalived's HMAC trailer, and names it",
    V3,
    rebuilt(good(), ({ payload }) => ({ payload: Uint8Array.from([...payload, 1, ...new Uint8Array(27)]) })),
    { trailer: "keepalived-hmac" },
  ],
];

for (const [name, config, frame, part] of ACCEPTED) {
  test(`checkFrame() accepts ${name}`, () => {
    const verdict = checkFrame(config, frame);
    assert.equal(verdict.kind, "accepted", verdict.kind === "rejected" ? verdict.detail : "");
    const { advert } = verdict as Extract<Verdict, { kind: "accepted" }>;
    for (const [key, value] of Object.entries(part))
      assert.deepEqual(advert[key as keyof Accepted], value, key);
  });
}
