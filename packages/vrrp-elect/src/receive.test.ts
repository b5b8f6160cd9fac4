/** Each receive check of RFC 9568 §7.1 and RFC 3768 §7.1: what it refuses, and in which counter it ends up (S4). */
import assert from "node:assert/strict";
import test from "node:test";
import {
  decodeEthernet,
  decodeIpv4,
  encodeEthernet,
  encodeIpv4,
  type Ipv4Packet,
  internetChecksum,
} from "@viptools/wire";
import { type AdvertOptions, encodeAdvertFrame } from "./advert-frame.ts";
import { checkFrame, type ReceiveConfig, type Verdict } from "./receive.ts";

const V3: ReceiveConfig = { version: 3, vrid: 51, advertUs: 1_000_000, addresses: ["192.0.2.2"] };
const V2: ReceiveConfig = { ...V3, version: 2 };
const PEER: AdvertOptions = {
  version: 3,
  vrid: 51,
  priority: 150,
  advertUs: 1_000_000,
  vips: ["192.0.2.100"],
  mac: "00:00:5e:00:01:33",
  source: "192.0.2.1",
  checksumForm: "pseudo-header",
};

/** Rebuilds a frame with another IP header or message; the header's own checksum is made right again. */
function rebuilt(frame: Uint8Array, change: (packet: Ipv4Packet) => Partial<Ipv4Packet>): Uint8Array {
  const ethernet = decodeEthernet(frame);
  const packet = decodeIpv4(ethernet.payload);
  return encodeEthernet({ ...ethernet, payload: encodeIpv4({ ...packet, ...change(packet) }) });
}

/** Sets an octet of the message; with `mend` its checksum (RFC 9568's form) holds again. */
function withOctet(
  at: number,
  value: number,
  mend: boolean,
  options: Partial<AdvertOptions> = {},
): Uint8Array {
  return rebuilt(encodeAdvertFrame({ ...PEER, ...options }), ({ payload }) => {
    const message = Uint8Array.from(payload);
    message[at] = value;
    if (mend) {
      message.set([0, 0], 6);
      new DataView(message.buffer).setUint16(6, internetChecksum(message));
    }
    return { payload: message };
  });
}

const good = (options: Partial<AdvertOptions> = {}): Uint8Array => encodeAdvertFrame({ ...PEER, ...options });
const v2 = { version: 2 } as const;

const REJECTED: [string, ReceiveConfig, Uint8Array, string][] = [
  ["V3-5.1.1.3-b V3-7.1-a TTL 254", V3, rebuilt(good(), () => ({ ttl: 254 })), "ttl"],
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

test("V3-7.2 encodeAdvertFrame() fills every field of the envelope", () => {
  const frame = decodeEthernet(good());
  const packet = decodeIpv4(frame.payload);
  assert.equal(frame.source, "00:00:5e:00:01:33");
  assert.equal(frame.destination, "01:00:5e:00:00:12");
  assert.deepEqual(
    [packet.ttl, packet.protocol, packet.tos, packet.source, packet.destination],
    [255, 112, 0xc0, "192.0.2.1", "224.0.0.18"],
  );
});
