/**
 * Whole frames and capture files, by all who read them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { formatLine, formatTimestamp, parseLine } from "@viptools/records";
import { CaptureReader, decodeLink, LinkType, readAddressClaim, WireError } from "@viptools/wire";
import { readClaim } from "arp-listen/dist/kernel-claim.js";
import { LineRenderer } from "arp-listen/dist/line-renderer.js";
import { readFrame } from "arp-listen/dist/read-frame.js";
import { bodyOf } from "arp-listen/dist/record-body.js";
import { Protocol, Sighting } from "arp-listen/dist/sighting.js";
import { BadAdvertError, readMessage } from "vrrp-elect/dist/observe/message.js";
import { checkFrame, peekInstance, type ReceiveConfig } from "vrrp-elect/dist/receive.js";
import { decodeFrame } from "../../vectors/decode.ts";
import { mendChecksum } from "../inputs/checksums.ts";
import { captureFiles, framesOf } from "../inputs/seeds.ts";
import type { Target } from "../target.ts";

const WRITER = { tool: "arp-listen", host: "a", pid: 1 };
const TIME = { seconds: 1_764_000_000, nanoseconds: 5, monoSeconds: 3, monoNanoseconds: 7 };
const STAMP = {
  ...WRITER,
  ts: formatTimestamp(BigInt(TIME.seconds) * 1_000_000_000n + BigInt(TIME.nanoseconds)),
  mono_ns: "3000000007",
  seq: 1,
};
const SOURCE = ["eth0"];
const VLAN_TAKEN = 5;
const sighting = new Sighting();
const renderer = new LineRenderer(WRITER, SOURCE);
const room = new Uint8Array(1 << 14);

/** What is read in place is what the decoders read, and both writers write the same line. */
function sight(linkType: number): Target {
  return {
    name: `frame-${linkType}`,
    kind: "octets",
    seeds: () => framesOf(linkType),
    refusals: [],
    longest: 400,
    play: (bytes) => {
      const vlan = (bytes.length & 1) * VLAN_TAKEN;
      readFrame(sighting, bytes, linkType, bytes.length, vlan, 0);
      if (sighting.protocol === Protocol.none) return;
      const body = bodyOf(sighting, SOURCE[0]!);
      const line = formatLine(STAMP, body);
      const parsed = parseLine(line.trimEnd());
      assert.equal(parsed.kind, "record", line);
      if (sighting.isMalformed) return;
      assert.equal(isLinkRead(bytes, linkType), true, "the decoders read the link layer too");
      const end = renderer.render(room, 0, sighting, 0, TIME, 1);
      assert.equal(Buffer.from(room.subarray(0, end)).toString("utf8"), line);
    },
  };
}

function isLinkRead(bytes: Uint8Array, linkType: number): boolean {
  try {
    decodeLink(bytes, linkType);
    return true;
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
}

const ROUTER: Omit<ReceiveConfig, "family" | "version"> = {
  vrid: 51,
  advertUs: 1_000_000,
  addresses: ["192.0.2.1"],
  peers: [],
  minTtl: 255,
  password: undefined,
  vips: ["192.0.2.100"],
  dropsVipMismatch: true,
  isLenientV6: true,
};
const ROUTERS: readonly ReceiveConfig[] = [
  { ...ROUTER, family: 4, version: 2 },
  { ...ROUTER, family: 4, version: 3 },
  { ...ROUTER, family: 4, version: 2, peers: ["192.0.2.2"], password: Buffer.from("secret\0\0") },
  { ...ROUTER, family: 6, version: 3, addresses: ["fe80::1"], vips: ["fe80::100"] },
];

/** Checksums of the IPv4 header and of what it carries. */
function mendIpv4(bytes: Uint8Array): void {
  const packet = bytes.subarray(14);
  if (packet.length < 20 || packet[0]! >> 4 !== 4) return;
  const header = (packet[0]! & 0xf) * 4;
  mendChecksum(packet, 10, 0, header);
  mendChecksum(packet.subarray(header), 6);
}

/** In pieces: what is read must not depend on where they end. */
function readCapture(file: Uint8Array, pieceBytes: number): { packets: string[]; end: string } {
  const reader = new CaptureReader();
  const packets: string[] = [];
  try {
    for (let at = 0; at < file.length; at += pieceBytes) {
      reader.push(file.subarray(at, at + pieceBytes));
      for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
        assert.ok(packet.nanoseconds >= 0 && packet.nanoseconds < 1e9 && Number.isInteger(packet.seconds));
        const { bytes, linkType, seconds, nanoseconds, length, interfaceName } = packet;
        packets.push(
          [Buffer.from(bytes).toString("hex"), linkType, seconds, nanoseconds, length, interfaceName].join(),
        );
        assert.match(formatTimestamp(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)), /^\d{4}-/);
      }
    }
    reader.end();
    return { packets, end: "" };
  } catch (error) {
    if (error instanceof WireError) return { packets, end: error.message };
    throw error;
  }
}

export const TARGETS: readonly Target[] = [
  ...Object.values(LinkType).map(sight),
  {
    name: "frame-decoded",
    kind: "octets",
    seeds: () => framesOf(LinkType.ethernet),
    refusals: [WireError],
    mend: mendIpv4,
    longest: 400,
    play: (bytes) => {
      readClaim(bytes, 0);
      readAddressClaim(bytes);
      const { refused } = decodeFrame(bytes, 0n);
      if (refused !== undefined) throw refused;
    },
  },
  {
    name: "frame-advert",
    kind: "octets",
    seeds: () => framesOf(LinkType.ethernet),
    refusals: [],
    mend: mendIpv4,
    longest: 400,
    play: (bytes) => {
      peekInstance(bytes);
      for (const router of ROUTERS) {
        const verdict = checkFrame(router, bytes);
        if (verdict.kind === "accepted") assert.ok(Number.isSafeInteger(verdict.advert.priority));
      }
    },
  },
  {
    name: "frame-observed",
    kind: "octets",
    seeds: () => framesOf(LinkType.ethernet).map((frame) => frame.subarray(34)),
    refusals: [BadAdvertError],
    mend: (bytes) => mendChecksum(bytes, 6),
    longest: 300,
    play: (bytes) => {
      const family = bytes.length % 2 === 0 ? 4 : 6;
      const [source, group] = family === 4 ? ["192.0.2.1", "224.0.0.18"] : ["fe80::1", "ff02::12"];
      const { intervalUs } = readMessage(family, bytes, source!, group!);
      assert.ok(Number.isSafeInteger(intervalUs));
    },
  },
  {
    name: "frame-capture-file",
    kind: "octets",
    seeds: () => captureFiles().map((file) => file.subarray(0, 700)),
    refusals: [],
    longest: 1500,
    play: (bytes) => {
      const [whole, inPieces] = [readCapture(bytes, bytes.length || 1), readCapture(bytes, 7)];
      assert.deepEqual(inPieces, whole);
    },
  },
];
