/** Every capture through `arp-listen -r`: each frame of ARP and neighbour discovery as tshark and tcpdump read it, none lost. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import test, { after } from "node:test";
import { type KnownRecord, parseLine } from "@viptools/records";
import {
  CaptureReader,
  type CapturedPacket,
  decodeEthernet,
  encodeCookedV1,
  encodeCookedV2,
  encodeEthernet,
  encodePcapHeader,
  encodeSnap,
  EtherType,
  headerForWriting,
  insertTag,
  LinkType,
  writePcapPacket,
} from "@viptools/wire";
import { attempt, attemptBeside, TOP } from "../lab/shell.ts";
import { compareTold, expectedKind, isArp, type Row, type Told, tsharkRows } from "./neighbour-fields.ts";
import { missingFrom, tcpdumpEntries } from "./neighbour-text.ts";
import { differences } from "./tshark-fields.ts";

const LIVE = join(TOP, "test/vectors/live");
const FOREIGN = join(TOP, "../shared/vectors");
const folder = mkdtempSync(join(tmpdir(), "vip-vectors-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const lacking = ["tshark", "tcpdump"].filter((tool) => attempt([tool, "--version"]).code !== 0);
const skip = lacking.length === 0 ? false : `${lacking.join(" and ")} not installed`;
const skipForeign = existsSync(FOREIGN) ? skip : "the captures of other projects are not beside this one";

interface Capture {
  readonly path: string;
  /** Why arp-listen refuses it, by its sentence. */
  readonly refused?: RegExp;
  /** Why tcpdump cannot tell the same. */
  readonly untold?: string;
  /** What only we call malformed, and why that is right. */
  readonly ours?: string;
}

const UNREADABLE: Readonly<Record<string, RegExp>> = {
  "vrrp-vrrp_print-oobr.pcap": /link type is 107 \(Frame Relay\), needs 1 \(Ethernet\)/,
};
const UNTOLD: Readonly<Record<string, string>> = { "mixed.pcapng": "libpcap reads one link type from a file" };

const OURS: Readonly<Record<string, string>> = {
  "icmpv6-length-zero.pcapng": "an advertisement behind an IPv6 header that says that nothing follows",
};

function capturesIn(path: string): Capture[] {
  return readdirSync(path)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => ({
      path: join(path, name),
      ...(UNREADABLE[name] === undefined ? {} : { refused: UNREADABLE[name] }),
      ...(UNTOLD[name] === undefined ? {} : { untold: UNTOLD[name] }),
      ...(OURS[name] === undefined ? {} : { ours: OURS[name] }),
    }));
}

/** PcapPlusPlus keeps single frames as hexadecimal digits. */
function framesIn(path: string): Capture[] {
  return readdirSync(path)
    .filter((name) => name.endsWith(".dat"))
    .map((name) => {
      const bytes = Buffer.from(readFileSync(join(path, name), "latin1").trim(), "hex");
      return { path: written(`${name}.pcap`, LinkType.ethernet, [{ bytes, seconds: 1, nanoseconds: 1, length: bytes.length }]) };
    });
}

type Packet = Pick<CapturedPacket, "bytes" | "seconds" | "nanoseconds" | "length">;

function written(name: string, linkType: number, packets: readonly Packet[]): string {
  const file = new Uint8Array(1 << 18);
  const header = encodePcapHeader(headerForWriting(linkType));
  file.set(header);
  const end = packets.reduce((at, packet) => writePcapPacket(file, at, packet), header.length);
  const path = join(folder, name);
  writeFileSync(path, file.subarray(0, end));
  return path;
}

function packetsOf(name: string): Packet[] {
  const reader = new CaptureReader();
  const packets: Packet[] = [];
  reader.push(readFileSync(join(LIVE, name)));
  for (let packet = reader.next(); packet !== undefined; packet = reader.next())
    packets.push({ ...packet, bytes: packet.bytes.slice() });
  return packets;
}

/** The same ARP in other clothes: what our encoders make, tshark and tcpdump have to read. */
const CLOTHES: readonly (readonly [name: string, linkType: number, dress: (bytes: Uint8Array) => Uint8Array])[] = [
  ["snap", LinkType.ethernet, (bytes) => encodeEthernet({ ...decodeEthernet(bytes), ...encodeSnap(decodeEthernet(bytes)) })],
  ["vlan", LinkType.ethernet, (bytes) => insertTag(bytes, { tpid: EtherType.vlan, priority: 5, dropEligible: false, vlan: 7 })],
  [
    "qinq",
    LinkType.ethernet,
    (bytes) =>
      insertTag(insertTag(bytes, { tpid: EtherType.vlan, priority: 0, dropEligible: false, vlan: 7 }), {
        tpid: EtherType.qinq,
        priority: 1,
        dropEligible: false,
        vlan: 8,
      }),
  ],
  [
    "cooked-v1",
    LinkType.cookedV1,
    (bytes) => {
      const { source, etherType, payload } = decodeEthernet(bytes);
      return encodeCookedV1({ packetType: 4, hardwareType: 1, source, protocol: etherType, ifindex: 0, payload });
    },
  ],
  [
    "cooked-v2",
    LinkType.cookedV2,
    (bytes) => {
      const { source, etherType, payload } = decodeEthernet(bytes);
      return encodeCookedV2({ packetType: 1, hardwareType: 1, source, protocol: etherType, ifindex: 3, payload });
    },
  ],
];

function dressed(): Capture[] {
  const packets = packetsOf("arping-tools.pcap").filter(({ bytes }) => decodeEthernet(bytes).etherType === EtherType.arp);
  return CLOTHES.map(([name, linkType, dress]) => {
    const others = packets.map((packet) => {
      const bytes = dress(packet.bytes);
      return { ...packet, bytes, length: bytes.length };
    });
    return { path: written(`${name}.pcap`, linkType, others) };
  });
}

async function listen(path: string): Promise<Told[]> {
  const { stdout, stderr, code } = await attemptBeside(["arp-listen", "-r", path, "--json"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const records = stdout.split("\n").flatMap((line): KnownRecord[] => {
    const parsed = parseLine(line);
    assert.ok(parsed.kind === "record" || parsed.kind === "blank", line);
    return parsed.kind === "record" ? [parsed.record] : [];
  });
  return records.filter((record): record is Told & KnownRecord => /\.(seen|malformed)$/.test(record.type));
}

interface Count {
  seen: number;
  malformed: number;
  fields: number;
  texts: number;
}

async function compareCapture({ path, untold, ours }: Capture): Promise<Count> {
  const [rows, told, entries] = await Promise.all([
    tsharkRows(path),
    listen(path),
    untold === undefined ? tcpdumpEntries(path) : [],
  ]);
  if (ours !== undefined) {
    assert.deepEqual([rows.length, told.map(({ type }) => type)], [0, ["ndp.malformed"]]);
    return { seen: 0, malformed: 1, fields: 0, texts: 0 };
  }
  assert.equal(told.length, rows.length, "as many as tshark has");
  const count: Count = { seen: 0, malformed: 0, fields: 0, texts: 0 };
  rows.forEach((row, n) => {
    const pairs = compareTold(row, told[n]!);
    assert.deepEqual(differences(pairs), [], `packet ${n + 1}`);
    assertNamed(row, told[n]!, n + 1);
    count.fields += pairs.length;
    count[told[n]!.type.endsWith(".seen") ? "seen" : "malformed"] += 1;
  });
  if (untold !== undefined) return count;
  assert.equal(told.length, entries.length, "as many as tcpdump has");
  entries.forEach((entry, n) => assert.deepEqual(missingFrom(entry, told[n]!), [], `packet ${n + 1}: ${entry}`));
  return { ...count, texts: entries.length };
}

/** What is odd is never told without a word. */
function assertNamed(row: Row, told: Told, number: number): void {
  const expected = expectedKind(row);
  const [protocol, kind] = told.type.split(".");
  assert.equal(protocol, isArp(row) ? "arp" : "ndp", `packet ${number}`);
  if (expected !== "odd") assert.equal(kind, expected, `packet ${number}: ${JSON.stringify(told)}`);
  if (expected !== "seen") assert.notDeepEqual(told.flags, [], `packet ${number} has a flag`);
  if ("detail" in told) assert.ok(told.detail.length > 10, `packet ${number} says why`);
}

for (const [whose, captures, isSkipped] of [
  ["the project's own captures", () => capturesIn(LIVE), skip],
  ["ARP in other clothes", dressed, skip],
  ["tcpdump's captures", () => capturesIn(join(FOREIGN, "tcpdump")), skipForeign],
  [
    "PcapPlusPlus's captures",
    () => [...capturesIn(join(FOREIGN, "pcapplusplus")), ...framesIn(join(FOREIGN, "pcapplusplus"))],
    skipForeign,
  ],
] as const) {
  test(`${whose}: arp-listen -r tells what tshark and tcpdump tell, and loses none`, { skip: isSkipped }, async (t) => {
    const sum: Count = { seen: 0, malformed: 0, fields: 0, texts: 0 };
    for (const capture of captures()) {
      await t.test(basename(capture.path), async (subtest) => {
        if (capture.refused !== undefined) return assertRefused(capture.path, capture.refused);
        const count = await compareCapture(capture);
        for (const key of Object.keys(sum) as (keyof Count)[]) sum[key] += count[key];
        subtest.diagnostic([describe(count), capture.untold, capture.ours].filter(Boolean).join("; "));
      });
    }
    t.diagnostic(`in all: ${describe(sum)}`);
  });
}

function describe({ seen, malformed, fields, texts }: Count): string {
  return `${seen} seen and ${malformed} malformed, ${fields} fields by tshark, ${texts} lines by tcpdump`;
}

function assertRefused(path: string, said: RegExp): void {
  const { code, stderr } = attempt(["arp-listen", "-r", path]);
  assert.equal(code, 65);
  assert.match(stderr, said);
}
