/** Captures line by line against what tcpdump prints of them; those of other projects frame by frame as far as we go. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { readCaptureFile } from "@viptools/kernel";
import { ETHERNET_HEADER_LENGTH, internetChecksum, virtualMacOf, vrrpGroupMac } from "@viptools/wire";
import { TOP } from "../lab/shell.ts";
import { type DecodedFrame, decodeCapture, decodeFrame } from "./decode.ts";
import { normalize, printAdvert } from "./tcpdump-text.ts";

const LIVE = join(TOP, "test/vectors/live");
const FOLDER = join(TOP, "../shared/vectors");
const skip = existsSync(FOLDER) ? false : "the captures of other projects are not beside this one";

/** tcpdump's text, one entry a packet: lines that begin otherwise than with a number or a date continue the one before. */
function readEntries(path: string): string[] {
  const entries: string[] = [];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (/^( +\d+ +)?\d{4}-\d\d-\d\d /.test(line)) entries.push(line);
    else if (entries.length > 0) entries[entries.length - 1] += `\n${line}`;
  }
  return entries.map(normalize);
}

interface Text {
  readonly capture: string;
  readonly entries: string;
  readonly hasMacs: boolean;
  readonly skip: string | false;
}

const TEXTS: readonly Text[] = [
  ...["vrrp2-noauth-vmac", "vrrp2-pass", "vrrp3-v4", "vrrp3-v6", "carp-ucarp"].map((name) => ({
    capture: join(LIVE, `${name}.pcap`),
    entries: join(LIVE, `${name}.tcpdump.txt`),
    hasMacs: true,
    skip: false as const,
  })),
  {
    capture: join(FOLDER, "tcpdump/vrrp.pcap"),
    entries: join(FOLDER, "tcpdump/vrrp-v.out"),
    hasMacs: false,
    skip,
  },
];

for (const text of TEXTS) {
  const name = text.capture.replace(/.*vectors\//, "");
  test(`${name}: every VRRP and CARP frame as tcpdump -v prints it`, { skip: text.skip }, async (t) => {
    const frames = await decodeCapture(text.capture);
    const entries = readEntries(text.entries);
    assert.equal(frames.length, entries.length);
    let compared = 0;
    frames.forEach((frame, n) => {
      assert.equal(frame.refused, undefined, `frame ${n + 1}: ${frame.refused?.message}`);
      if (frame.vrrp === undefined && frame.carp === undefined) {
        assert.doesNotMatch(entries[n]!, /VRRP|CARP/, `frame ${n + 1}`);
        return;
      }
      const [ip, advert] = printAdvert(frame);
      assert.ok(entries[n]!.includes(ip!), `frame ${n + 1}: ${ip} in ${entries[n]}`);
      assert.ok(entries[n]!.endsWith(advert!), `frame ${n + 1}: ${advert} in ${entries[n]}`);
      const macs = ` ${frame.ethernet.source} > ${frame.ethernet.destination}, ethertype `;
      if (text.hasMacs) assert.ok(entries[n]!.includes(macs), `frame ${n + 1}: ${macs}`);
      compared += 1;
    });
    t.diagnostic(`${compared} frames compared; ${frames.length - compared} skipped: neither VRRP nor CARP`);
    assert.ok(compared > 0);
  });
}

/** What tcpdump says of a fuzzed advert, and the check in which we have to refuse it for that. */
const VERDICTS: readonly [RegExp, string][] = [
  [/VRRPv15/, "version"],
  [/\[\|vrrp\]/, "length"],
  [/VRRPv3, Advertisement, .* addrs: *$/, "checksum"],
];

test("tcpdump's vrrp-vrrp_print-oobr-2.pcap: refused for what tcpdump says of it", { skip }, async (t) => {
  const path = join(FOLDER, "tcpdump/vrrp-vrrp_print-oobr-2");
  const entries = readEntries(`${path}.out`);
  const frames: Uint8Array[] = [];
  await readCaptureFile(`${path}.pcap`, "", ({ bytes }) => frames.push(bytes));
  assert.equal(frames.length, entries.length);
  frames.forEach((bytes, n) => {
    assert.match(entries[n]!, /bad cksum/);
    const total = (bytes[16]! << 8) | bytes[17]!;
    const isCut = bytes.length < ETHERNET_HEADER_LENGTH + total;
    assert.equal(decodeFrame(bytes, 0n).refused?.check, isCut ? "length" : "checksum", `frame ${n + 1}: of IPv4`);
    const { ipv4, refused } = decodeFrame(mendIpv4(bytes, total), 0n);
    const { source, destination, ttl, id } = ipv4!;
    assert.ok(entries[n]!.includes(`${source} > ${destination}: VRRPv`), `frame ${n + 1}: ${entries[n]}`);
    assert.ok(entries[n]!.includes(`, ttl ${ttl}, id ${id}, `), `frame ${n + 1}: ${entries[n]}`);
    const [, wanted] = VERDICTS.find(([said]) => said.test(entries[n]!))!;
    assert.equal(refused?.check, wanted, `frame ${n + 1}: ${entries[n]}`);
  });
  t.diagnostic(`${frames.length} frames compared up to the check that fails; none skipped`);
});

/** The frame with a header that sums right and zeros for what the capture cut off, so that decoders go on to VRRP. */
function mendIpv4(bytes: Uint8Array, total: number): Uint8Array {
  const mended = new Uint8Array(ETHERNET_HEADER_LENGTH + total);
  mended.set(bytes.subarray(0, mended.length));
  mended.set([0, 0], 24);
  const checksum = internetChecksum(mended.subarray(14, 34));
  mended.set([checksum >> 8, checksum & 0xff], 24);
  return mended;
}

/** Fuzzed captures: what tcpdump calls truncated or cannot print, we refuse; nothing else happens. */
const FUZZED: [string, (frame: DecodedFrame) => boolean][] = [
  ["vrrp-vrrp_print-oobr.pcap", (frame) => frame.vrrp === undefined],
  ["arp-too-long-tha.pcap", (frame) => frame.arp === undefined],
  ["arp-oobr.pcap", () => true],
];
for (const [file, holds] of FUZZED) {
  test(`tcpdump's ${file}: our error or a value, frame by frame`, { skip }, async (t) => {
    try {
      const frames = await decodeCapture(join(FOLDER, "tcpdump", file));
      for (const [n, frame] of frames.entries()) assert.ok(holds(frame), `frame ${n + 1}`);
      const refused = frames.filter((frame) => frame.refused !== undefined).length;
      t.diagnostic(`${frames.length} frames, ${refused} refused`);
    } catch (error) {
      // A capture of another link type has no Ethernet frames at all.
      assert.match(String(error), /link type is .*, needs Ethernet/);
      t.diagnostic(`skipped: ${(error as Error).message.replace(/^.*: /, "")}`);
    }
  });
}

interface Known {
  readonly file: string;
  readonly part: (frame: DecodedFrame) => unknown;
  readonly value: unknown;
}

const PCAPPLUSPLUS: readonly Known[] = [
  {
    file: "VRRP-V2.pcap",
    // Its authentication data is missing: RFC 3768 §5.3.10 has it there always.
    part: ({ vrrp, refused }) => [vrrp, refused?.check],
    value: [undefined, "length"],
  },
  {
    file: "VRRP-V3-IPv4.pcap",
    part: ({ vrrp }) => [vrrp?.version, vrrp?.vrid, vrrp?.priority, vrrp?.addresses],
    value: [3, 1, 100, ["192.168.0.1", "192.168.0.2"]],
  },
  {
    file: "VRRP-V3-IPv6.pcap",
    part: ({ vrrp }) => [vrrp?.version, vrrp?.vrid, vrrp?.priority, vrrp?.addresses],
    value: [3, 1, 100, ["fe80::254", "2001:db8::1", "2001:db8::2"]],
  },
  {
    // The MACs of IPv4 on an IPv6 advert: a wrong virtual MAC.
    file: "VRRP-V3-IPv6.pcap",
    part: ({ ethernet, ipv6 }) => [virtualMacOf(ethernet.source), vrrpGroupMac(6) === ethernet.destination, ipv6?.hopLimit],
    value: [{ family: 4, vrid: 1 }, false, 255],
  },
  {
    file: "ArpRequestWithVlan.pcap",
    part: ({ tags, arp }) => [tags, arp?.senderIp, arp?.targetIp],
    value: [
      [
        { tpid: 0x8100, priority: 5, dropEligible: true, vlan: 666 },
        { tpid: 0x8100, priority: 2, dropEligible: false, vlan: 200 },
      ],
      "192.168.2.200",
      "192.168.2.254",
    ],
  },
  { file: "ArpRequestPacket.pcap", part: ({ arp }) => arp?.operation, value: 1 },
  { file: "ArpResponsePacket.pcap", part: ({ arp }) => arp?.operation, value: 2 },
];
for (const { file, part, value } of PCAPPLUSPLUS) {
  test(`PcapPlusPlus's ${file}: ${JSON.stringify(value)}`, { skip }, async () => {
    const [frame] = await decodeCapture(join(FOLDER, "pcapplusplus", file));
    assert.deepEqual(part(frame!), value);
  });
}

test("tcpdump's 802.1ad_QinQ.pcap: both tags and the ARP under them, as tcpdump -e prints them", { skip }, async () => {
  const frames = await decodeCapture(join(FOLDER, "tcpdump/802.1ad_QinQ.pcap"));
  const entries = readEntries(join(FOLDER, "tcpdump/802.1ad_QinQ.out"));
  assert.equal(frames.length, entries.length);
  const names: Record<number, string> = { 0x88a8: "802.1Q-QinQ (0x88a8)", 0x8100: "802.1Q (0x8100)" };
  frames.forEach(({ tags, arp }, n) => {
    const [outer, inner] = tags!.map(({ tpid, priority, vlan }) => [names[tpid], `vlan ${vlan}, p ${priority}`]);
    assert.ok(entries[n]!.includes(`ethertype ${outer![0]}, length 64: ${outer![1]}, ethertype ${inner![0]}, ${inner![1]}, `));
    const said = arp!.operation === 1 ? `who-has ${arp!.targetIp} tell ${arp!.senderIp}` : `${arp!.senderIp} is-at ${arp!.senderMac}`;
    assert.ok(entries[n]!.includes(said), said);
  });
});
