/**
 * The codecs of `packages/wire`: a WireError, or a value that survives encode and decode.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as wire from "@viptools/wire";
import { mendChecksum } from "../inputs/checksums.ts";
import { headersOf } from "../inputs/seeds.ts";
import type { Target } from "../target.ts";

const [SOURCE, GROUP] = ["192.0.2.10", "224.0.0.18"];
const [SOURCE6, GROUP6] = ["fe80::a", "ff02::12"];
const NONE = new Uint8Array();
const LONGEST = 300;
const ADDRESSED = { destination: wire.BROADCAST_MAC, source: wire.ZERO_MAC };
const REPORT = wire.encodeListenerReport({ records: [] }, SOURCE6);
const NEIGHBOUR = wire.encodeNeighbour(
  { type: wire.NeighbourType.solicitation, target: SOURCE6, linkLayer: undefined },
  SOURCE6,
  GROUP6,
);

/** What is decoded, encoded and decoded again is the same. */
function codec<T>(
  name: string,
  decode: (bytes: Uint8Array) => T,
  encode: (value: T) => Uint8Array,
  mend?: (bytes: Uint8Array) => void,
): Target {
  return {
    name: `wire-${name}`,
    kind: "octets",
    seeds: () => headersOf(name),
    refusals: [wire.WireError],
    longest: LONGEST,
    ...(mend === undefined ? {} : { mend }),
    play: (bytes) => {
      const value = decode(bytes);
      assert.deepEqual(decode(encode(value)), value);
    },
  };
}

const pseudo = (bytes: Uint8Array, protocol: number, family: 4 | 6 = 6): number =>
  family === 6
    ? wire.pseudoHeaderSum(SOURCE6, GROUP6, protocol, bytes.length)
    : wire.pseudoHeaderSum(SOURCE, GROUP, protocol, bytes.length);

export const TARGETS: readonly Target[] = [
  codec("ethernet", wire.decodeEthernet, wire.encodeEthernet),
  codec("arp", wire.decodeArp, wire.encodeArp),
  codec("ipv4", wire.decodeIpv4, wire.encodeIpv4, (bytes) =>
    mendChecksum(bytes, 10, 0, Math.min(bytes.length, ((bytes[0] ?? 0) & 0xf) * 4)),
  ),
  codec("ipv6", wire.decodeIpv6, wire.encodeIpv6),
  codec("icmp-echo", wire.decodeIcmpEcho, wire.encodeIcmpEcho, (bytes) => mendChecksum(bytes, 2)),
  codec(
    "neighbour",
    (payload) => wire.decodeNeighbour({ ...NEIGHBOUR, payload }),
    (message) => wire.encodeNeighbour(message, SOURCE6, GROUP6).payload,
    (bytes) => mendChecksum(bytes, 2, pseudo(bytes, 58)),
  ),
  codec(
    "listener",
    (bytes) => {
      const payload = Uint8Array.of(...REPORT.payload.subarray(0, 8), ...bytes);
      return wire.decodeListenerReport({ ...REPORT, payload });
    },
    (report) => wire.encodeListenerReport(report, SOURCE6).payload.subarray(8),
    (bytes) => mendChecksum(bytes, 2, wire.pseudoHeaderSum(SOURCE6, REPORT.destination, 58, bytes.length)),
  ),
  codec(
    "vrrp-v2",
    (bytes) => ({ ...wire.decodeVrrpV2(bytes), trailer: NONE }),
    wire.encodeVrrpV2,
    (bytes) => mendChecksum(bytes, 6, 0, 16 + 4 * (bytes[3] ?? 0)),
  ),
  codec(
    "vrrp-v3",
    (bytes) => ({ ...wire.decodeVrrpV3(bytes, SOURCE, GROUP), trailer: NONE }),
    (advert) => wire.encodeVrrpV3(advert, SOURCE, GROUP),
    (bytes) => {
      const length = 8 + 4 * (bytes[3] ?? 0);
      mendChecksum(
        bytes,
        6,
        (bytes[1] ?? 0) % 2 === 0 ? pseudo(bytes.subarray(0, length), 112, 4) : 0,
        length,
      );
    },
  ),
  codec(
    "vrrp-v3-ip6",
    (bytes) => ({ ...wire.decodeVrrpV3(bytes, SOURCE6, GROUP6), trailer: NONE }),
    (advert) => wire.encodeVrrpV3(advert, SOURCE6, GROUP6),
    (bytes) => {
      const length = 8 + 16 * (bytes[3] ?? 0);
      mendChecksum(bytes, 6, pseudo(bytes.subarray(0, length), 112), length);
    },
  ),
  codec("carp", wire.decodeCarp, wire.encodeCarp, (bytes) => mendChecksum(bytes, 6, 0, 36)),
  codec(
    "vlan",
    (bytes) => wire.decodeTags(wire.decodeEthernet(bytes)),
    (tagged) => wire.encodeEthernet({ ...ADDRESSED, ...wire.encodeTagged(tagged) }),
  ),
  codec(
    "snap",
    (bytes) => wire.decodeSnap(wire.decodeEthernet(bytes)),
    (typed) => wire.encodeEthernet({ ...ADDRESSED, ...wire.encodeSnap(typed) }),
  ),
  codec("cooked-v1", wire.decodeCookedV1, wire.encodeCookedV1),
  codec("cooked-v2", wire.decodeCookedV2, wire.encodeCookedV2),
];
