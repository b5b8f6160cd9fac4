/** From a frame to what it says: every check that no router's settings decide, tags of VLANs, and what is none of it. */
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
  encodeTagged,
  type Ipv4Packet,
  internetChecksum,
} from "@viptools/wire";
import { type AdvertOptions, encodeAdvertFrame, encodeAdvertPacket } from "../advert-frame.ts";
import { type Advert, type SeenFrame, sight } from "./sighting.ts";

type Options = Omit<AdvertOptions, "destination">;

const PEER: Options = {
  version: 3,
  vrid: 51,
  priority: 150,
  advertUs: 1_000_000,
  vips: ["192.0.2.100"],
  source: "192.0.2.1",
  checksumForm: "pseudo-header",
  password: undefined,
};
const PEER6: Partial<Options> = { vips: ["fe80::100", "2001:db8::100"], source: "fe80::1" };
const v2 = { version: 2 } as const;
const MAC = "00:00:5e:00:01:33";

const good = (more: Partial<Options> = {}): Uint8Array => encodeAdvertFrame({ ...PEER, ...more }, MAC);
const seen = (bytes: Uint8Array, more: Partial<SeenFrame> = {}): SeenFrame => ({
  bytes,
  length: bytes.length,
  ...more,
});

/** Another IP header or message, under a header checksum that is right again. */
function rebuilt(frame: Uint8Array, change: (packet: Ipv4Packet) => Partial<Ipv4Packet>): Uint8Array {
  const ethernet = decodeEthernet(frame);
  const packet = decodeIpv4(ethernet.payload);
  return encodeEthernet({ ...ethernet, payload: encodeIpv4({ ...packet, ...change(packet) }) });
}

/** One octet of the message set, and its checksum (RFC 9568's form) mended. */
function withOctet(at: number, value: number, more: Partial<Options> = {}): Uint8Array {
  return rebuilt(good(more), ({ payload }) => {
    const message = Uint8Array.from(payload);
    message[at] = value;
    message.set([0, 0], 6);
    new DataView(message.buffer).setUint16(6, internetChecksum(message));
    return { payload: message };
  });
}

/** One octet of the whole frame set. */
const raw = (at: number, value: number, more: Partial<Options> = {}): Uint8Array =>
  good(more).map((octet, n) => (n === at ? value : octet));

function carp(change: { advbaseS?: number; advskew?: number; vhid?: number } = {}): Uint8Array {
  const advert = { version: 2, vhid: 7, advskew: 100, authLength: 7, demotion: 3, advbaseS: 1 } as const;
  const payload = encodeCarp({ ...advert, ...change, counter: 1n, digest: new Uint8Array(20) });
  return rebuilt(good(), () => ({ payload }));
}

const BAD: readonly (readonly [name: string, bytes: Uint8Array, cause: string, vrid?: number])[] = [
  ["V3-7.1-a TTL 254", rebuilt(good(), () => ({ ttl: 254 })), "ttl"],
  ["V3-7.1-b hop limit 254", raw(21, 254, PEER6), "ttl"],
  ["V3-7.1-c version 4", withOctet(0, 0x41), "version_mismatch"],
  ["version 2 over IPv6", raw(54, 0x21, PEER6), "version_mismatch"],
  ["V3-7.1-d type 2", withOctet(0, 0x32), "type"],
  ["V3-7.1-e more addresses counted than there are", withOctet(3, 9), "length"],
  [
    "V2-5.3.10-a no authentication data",
    rebuilt(good(v2), ({ payload }) => ({ payload: payload.subarray(0, 12) })),
    "length",
  ],
  ["V3-7.1-e nothing at all", rebuilt(good(), () => ({ payload: new Uint8Array() })), "length", 0],
  ["V3-7.1-f a sum that does not hold", raw(36, 99), "checksum"],
  ["V3-5.2.8-c an IPv6 sum that does not hold", raw(56, 99, PEER6), "checksum"],
  ["VRID 0", withOctet(1, 0), "value", 0],
  ["VHID 0", carp({ vhid: 0 }), "value", 0],
  ["V3-7.1-h no address", good({ vips: [] }), "value"],
  ["V3-7.1-i a global address first", good({ ...PEER6, vips: ["2001:db8::1"] }), "value"],
  ["V3-7.1-j interval 0", withOctet(5, 0, { advertUs: 10_000 }), "value"],
  ["a fragment", rebuilt(good(), () => ({ fragment: 0x2000 })), "value"],
  ["another group", rebuilt(good(), () => ({ destination: "224.0.0.5" })), "value"],
  ["a group as its source", rebuilt(good(), () => ({ source: "224.0.0.18" })), "value"],
  ["an IPv4 header whose sum does not hold", raw(24, 1), "value"],
  ["an IPv4 header that says more than there is", raw(16, 99), "length"],
  ["CARP whose sum does not hold", carp().map((octet, n) => (n === 36 ? octet ^ 1 : octet)), "checksum", 7],
];
for (const [name, bytes, cause, vrid = 51] of BAD) {
  test(`sight() finds ${name} bad: ${cause}`, () => {
    const found = sight(seen(bytes));
    assert.ok(found?.kind === "bad", found?.kind);
    assert.deepEqual([found.bad.cause, found.bad.vrid], [cause, vrid]);
  });
}

const GOOD: readonly (readonly [name: string, frame: SeenFrame, part: Partial<Advert>])[] = [
  [
    "VRRPv3",
    seen(good()),
    {
      protocol: "vrrp",
      version: 3,
      vrid: 51,
      priority: 150,
      intervalUs: 1_000_000,
      vips: ["192.0.2.100"],
      address: "192.0.2.1",
      mac: MAC,
      checksumForm: "pseudo-header",
      vlans: [],
      isUnicast: false,
      isOwn: false,
    },
  ],
  ["RFC 9568's own checksum", seen(good({ checksumForm: "rfc9568" })), { checksumForm: "rfc9568" }],
  ["VRRPv3 over IPv6", seen(good(PEER6)), { family: 6, address: "fe80::1", checksumForm: undefined }],
  ["VRRPv2", seen(good(v2)), { version: 2, authType: 0, secret: undefined }],
  [
    "a password",
    seen(good({ ...v2, password: encodePassword("a") })),
    { authType: 1, secret: "97,0,0,0,0,0,0,0" },
  ],
  ["a farewell", seen(good({ priority: 0 })), { isLeaving: true }],
  [
    "padding",
    seen(Uint8Array.from([...good(), ...new Uint8Array(14)])),
    { priority: 150, trailer: undefined },
  ],
  [
    "octets after the message",
    seen(
      rebuilt(good(), ({ payload }) => ({
        payload: Uint8Array.from([...payload, 1, ...new Uint8Array(27)]),
      })),
    ),
    { trailer: "keepalived-hmac" },
  ],
  [
    "unicast, whatever its TTL",
    seen(
      encodeEthernet({
        destination: "02:00:00:00:00:02",
        source: MAC,
        etherType: EtherType.ipv4,
        payload: encodeAdvertPacket({ ...PEER, destination: "192.0.2.2" }).map((octet) => octet),
      }),
    ),
    { isUnicast: true, destinationMac: "02:00:00:00:00:02" },
  ],
  ["what this host sent itself", seen(good(), { direction: "out" }), { isOwn: true }],
  ["a tag that the kernel has taken off", seen(good(), { vlan: 100 }), { vlans: [100] }],
  [
    "CARP",
    seen(carp()),
    { protocol: "carp", vrid: 7, priority: undefined, intervalUs: 1_390_625, isLeaving: false },
  ],
  ["CARP's demotion", seen(carp()), { carp: { advskew: 100, advbaseS: 1, demotion: 3 } }],
  ["OpenBSD's farewell", seen(carp({ advbaseS: 255, advskew: 255 })), { isLeaving: true }],
];
for (const [name, frame, part] of GOOD) {
  test(`sight() reads ${name}`, () => {
    const found = sight(frame);
    assert.ok(found?.kind === "advert", JSON.stringify(found));
    for (const [key, value] of Object.entries(part))
      assert.deepEqual(found.advert[key as keyof Advert], value, key);
  });
}

function tagged(vlans: readonly number[], frame: Uint8Array = good()): Uint8Array {
  const ethernet = decodeEthernet(frame);
  const tags = vlans.map((vlan, n) => ({
    tpid: n === 0 && vlans.length > 1 ? EtherType.qinq : EtherType.vlan,
    priority: 6,
    dropEligible: false,
    vlan,
  }));
  return encodeEthernet({ ...ethernet, ...encodeTagged({ ...ethernet, tags }) });
}

const TAGS: readonly (readonly [
  inOctets: number[],
  takenOff: number | undefined,
  vlans: number[] | undefined,
])[] = [
  [[100], undefined, [100]],
  [[100, 200], undefined, [100, 200]],
  [[200], 100, [100, 200]],
  [[0], undefined, []],
  [[0, 200], undefined, [200]],
  [[1, 2, 3, 4], undefined, [1, 2, 3, 4]],
  [[1, 2, 3, 4], 5, undefined],
];
for (const [inOctets, takenOff, vlans] of TAGS) {
  test(`sight() reads the tags ${takenOff ?? ""} ${inOctets.join(" ")} as ${vlans?.join(".")}`, () => {
    for (const frame of [good(), good(PEER6)]) {
      const found = sight(seen(tagged(inOctets, frame), { vlan: takenOff }));
      assert.deepEqual(found?.kind === "advert" ? found.advert.vlans : undefined, vlans);
    }
  });
}

test("sight() takes what a capture has cut for no fault, and passes over other traffic", () => {
  const whole = good({ vips: Array.from({ length: 100 }, (_, n) => `192.0.2.${n}`) });
  for (let length = 34; length < whole.length; length++)
    assert.deepEqual(sight({ bytes: whole.subarray(0, length), length: whole.length }), { kind: "cut" });
  assert.equal(sight(seen(raw(23, 1))), undefined, "ICMP");
  assert.equal(sight(seen(raw(13, 6))), undefined, "ARP");
  for (let length = 0; length < 24; length++)
    assert.equal(sight(seen(good().subarray(0, length))), undefined);
});

test("sight() never throws, whatever the octets", () => {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed;
  };
  const frames = [good(), good(v2), good(PEER6), carp(), tagged([100, 200])];
  for (let n = 0; n < 20_000; n++) {
    const bytes = Uint8Array.from(frames[n % frames.length]!.subarray(0, random() % 120));
    for (let k = random() % 4; k > 0 && bytes.length > 0; k--)
      bytes[random() % bytes.length] = random() & 0xff;
    sight({ bytes, length: bytes.length + (random() & 1) });
  }
});
