/** Whatever the bytes: our error, or a value that survives encode and decode. Nothing else, and no other error. */
import assert from "node:assert/strict";
import test from "node:test";
import { BROADCAST_MAC, ZERO_MAC } from "./address.ts";
import { decodeArp, encodeArp } from "./arp.ts";
import { decodeCarp, encodeCarp } from "./carp.ts";
import { internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import { WireError } from "./error.ts";
import { decodeEthernet, encodeEthernet } from "./ethernet.ts";
import { decodeIcmpEcho, encodeIcmpEcho } from "./icmp-echo.ts";
import { decodeNeighbour, encodeNeighbour, NeighbourType } from "./icmpv6-nd.ts";
import { decodeIpv4, encodeIpv4 } from "./ipv4.ts";
import { decodeIpv6, encodeIpv6 } from "./ipv6.ts";
import { decodeCookedV1, decodeCookedV2, encodeCookedV1, encodeCookedV2 } from "./linux-cooked.ts";
import { decodeSnap, encodeSnap } from "./llc-snap.ts";
import { decodeListenerReport, encodeListenerReport } from "./mld.ts";
import { decodeTags, encodeTagged } from "./vlan.ts";
import { decodeVrrpV2, encodeVrrpV2 } from "./vrrp-v2.ts";
import { decodeVrrpV3, encodeVrrpV3 } from "./vrrp-v3.ts";

const ROUNDS = 20_000;
const SOURCE = "192.0.2.10";
const GROUP = "224.0.0.18";
const SOURCE6 = "fe80::a";
const GROUP6 = "ff02::12";
const NONE = new Uint8Array(0);
const REPORT = encodeListenerReport({ records: [] }, SOURCE6);
const A_QUESTION = { type: NeighbourType.solicitation, target: SOURCE6, linkLayer: undefined };

/** Lehmer's generator: the same sequence in every run, so that a failure can be repeated. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state;
  };
}

/** Makes the checksum hold, so that the fuzz gets past it. */
function mend(bytes: Uint8Array, from: number, to: number, at: number, start = 0): void {
  if (bytes.length < to || at + 2 > to) return;
  bytes[at] = 0;
  bytes[at + 1] = 0;
  const sum = internetChecksum(bytes.subarray(from, to), start);
  bytes[at] = sum >> 8;
  bytes[at + 1] = sum & 0xff;
}

interface Codec {
  readonly name: string;
  readonly longest: number;
  /** Bends random bytes so that about half of them get past the first checks. */
  readonly bend: (bytes: Uint8Array, n: number) => void;
  readonly roundTrip: (bytes: Uint8Array) => readonly [unknown, unknown];
}

const twice =
  <T>(decode: (b: Uint8Array) => T, encode: (v: T) => Uint8Array) =>
  (bytes: Uint8Array) => {
    const value = decode(bytes);
    return [value, decode(encode(value))] as const;
  };

const CODECS: readonly Codec[] = [
  { name: "Ethernet", longest: 40, bend: () => {}, roundTrip: twice(decodeEthernet, encodeEthernet) },
  {
    name: "ARP",
    longest: 40,
    bend: (b) => b.set([0, 1, 8, 0, 6, 4].slice(0, b.length)),
    roundTrip: twice(decodeArp, encodeArp),
  },
  {
    name: "IPv4",
    longest: 80,
    bend: (b) => {
      if (b.length < 20) return;
      b[0] = 0x45 + (b[0]! % 3);
      b[2] = 0;
      b[3] = 20 + (b[3]! % 60);
      mend(b, 0, (b[0]! & 0xf) * 4, 10);
    },
    roundTrip: twice(decodeIpv4, encodeIpv4),
  },
  {
    name: "ICMP echo",
    longest: 40,
    bend: (b, n) => {
      if (b.length < 8) return;
      b.set([n % 4 === 0 ? 0 : 8, 0]);
      mend(b, 0, b.length, 2);
    },
    roundTrip: twice(decodeIcmpEcho, encodeIcmpEcho),
  },
  {
    name: "VRRPv3",
    longest: 40,
    bend: (b, n) => {
      if (b.length < 8) return;
      b[0] = 0x31;
      b[3] = b[3]! % 6;
      const length = 8 + 4 * b[3]!;
      mend(b, 0, length, 6, n % 4 === 0 ? pseudoHeaderSum(SOURCE, GROUP, 112, length) : 0);
    },
    roundTrip: twice(
      (b) => ({ ...decodeVrrpV3(b, SOURCE, GROUP), trailer: NONE }),
      (a) => encodeVrrpV3(a, SOURCE, GROUP),
    ),
  },
  {
    name: "VRRPv3 over IPv6",
    longest: 80,
    bend: (b) => {
      if (b.length < 8) return;
      b[0] = 0x31;
      b[3] = b[3]! % 5;
      const length = 8 + 16 * b[3]!;
      mend(b, 0, length, 6, pseudoHeaderSum(SOURCE6, GROUP6, 112, length));
    },
    roundTrip: twice(
      (b) => ({ ...decodeVrrpV3(b, SOURCE6, GROUP6), trailer: NONE }),
      (a) => encodeVrrpV3(a, SOURCE6, GROUP6),
    ),
  },
  {
    name: "VRRPv2",
    longest: 48,
    bend: (b) => {
      if (b.length < 16) return;
      b[0] = 0x21;
      b[3] = b[3]! % 6;
      mend(b, 0, 16 + 4 * b[3]!, 6);
    },
    roundTrip: twice((b) => ({ ...decodeVrrpV2(b), trailer: NONE }), encodeVrrpV2),
  },
  {
    name: "CARP",
    longest: 60,
    bend: (b) => {
      if (b.length < 36) return;
      b[0] = 0x21;
      b[3] = 7;
      mend(b, 0, 36, 6);
    },
    roundTrip: twice(decodeCarp, encodeCarp),
  },
  {
    name: "IPv6",
    longest: 90,
    bend: (b) => {
      if (b.length < 40) return;
      b[0] = 0x60 | (b[0]! & 0xf);
      b[4] = 0;
      b[5] = b[5]! % 50;
    },
    roundTrip: twice(decodeIpv6, encodeIpv6),
  },
  {
    name: "neighbour messages",
    longest: 60,
    bend: (b, n) => {
      if (b.length < 24) return;
      b.set([135 + (n % 4 === 0 ? 1 : 0), 0]);
      b[8] = 0x20;
      for (let at = 24; at + 1 < b.length; at += 8) b.set([b[at]! % 4, 1], at);
      mend(b, 0, b.length, 2, pseudoHeaderSum(SOURCE6, GROUP6, 58, b.length));
    },
    roundTrip: (bytes) => {
      const packet = { ...encodeNeighbour(A_QUESTION, SOURCE6, GROUP6), payload: bytes };
      const message = decodeNeighbour(packet);
      return [message, decodeNeighbour(encodeNeighbour(message, SOURCE6, GROUP6))];
    },
  },
  {
    name: "multicast listener reports",
    longest: 90,
    bend: (b) => {
      if (b.length < 8) return;
      b.set([143, 0]);
      b.set([0, b[7]! % 3], 6);
      for (let at = 8; at + 3 < b.length; at += 20) b.set([b[at + 1]! % 2, 0, b[at + 3]! % 2], at + 1);
      mend(b, 0, b.length, 2, pseudoHeaderSum(SOURCE6, REPORT.destination, 58, b.length));
    },
    roundTrip: (bytes) => {
      const payload = Uint8Array.of(...REPORT.payload.subarray(0, 8), ...bytes);
      const report = decodeListenerReport({ ...REPORT, payload });
      return [report, decodeListenerReport(encodeListenerReport(report, SOURCE6))];
    },
  },
  {
    name: "VLAN tags",
    longest: 40,
    bend: (b, n) => {
      for (let at = 12; at + 1 < b.length && at < 12 + 4 * (n % 6); at += 4)
        b.set(
          [
            [0x81, 0x00],
            [0x88, 0xa8],
            [0x91, 0x00],
          ][b[at]! % 3]!,
          at,
        );
    },
    roundTrip: twice(
      (b) => decodeTags(decodeEthernet(b)),
      (tagged) => encodeEthernet({ destination: BROADCAST_MAC, source: ZERO_MAC, ...encodeTagged(tagged) }),
    ),
  },
  {
    name: "SNAP",
    longest: 40,
    bend: (b) => {
      if (b.length >= 22) b.set([0, b.length - 14, 0xaa, 0xaa, 3, 0, 0, 0], 12);
    },
    roundTrip: twice(
      (b) => decodeSnap(decodeEthernet(b)),
      (typed) => encodeEthernet({ destination: BROADCAST_MAC, source: ZERO_MAC, ...encodeSnap(typed) }),
    ),
  },
  { name: "Linux cooked v1", longest: 40, bend: () => {}, roundTrip: twice(decodeCookedV1, encodeCookedV1) },
  { name: "Linux cooked v2", longest: 40, bend: () => {}, roundTrip: twice(decodeCookedV2, encodeCookedV2) },
];

for (const { name, longest, bend, roundTrip } of CODECS) {
  test(`${name}: WireError or a round trip, whatever the bytes, and both happen`, () => {
    const random = generator(name.length * 7919);
    let refused = 0;
    for (let n = 0; n < ROUNDS; n++) {
      const bytes = Uint8Array.from({ length: random() % longest }, () => random() & 0xff);
      if (n % 2 === 0) bend(bytes, n);
      try {
        const [once, again] = roundTrip(bytes);
        assert.deepEqual(again, once);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        refused += 1;
      }
    }
    assert.ok(refused > ROUNDS / 50 && ROUNDS - refused > ROUNDS / 50, `${refused} of ${ROUNDS} refused`);
  });
}
