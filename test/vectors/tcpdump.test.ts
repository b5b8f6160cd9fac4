/** The captures of tcpdump's and PcapPlusPlus's test suites, line by line against what tcpdump prints of them. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { Ipv4Packet, VrrpV2Advert, VrrpV3Advert } from "@viptools/wire";
import { TOP } from "../lab/shell.ts";
import { type DecodedFrame, decodeCapture } from "./decode.ts";

const FOLDER = join(TOP, "../shared/vectors");
const skip = existsSync(FOLDER) ? false : "the captures of other projects are not beside this one";

const AUTH_NAMES = ["none", "simple", "ah"];

/** What `tcpdump -v` prints of an advert, after the addresses of the packet. */
function printVrrp({ source, destination, payload }: Ipv4Packet, vrrp: VrrpV2Advert | VrrpV3Advert): string {
  const interval = vrrp.version === 2 ? `${vrrp.intervalS}s` : `${vrrp.intervalCs}cs`;
  const auth = vrrp.version === 2 ? `, authtype ${AUTH_NAMES[vrrp.authType]}` : "";
  const count = vrrp.addresses.length > 1 ? `(${vrrp.addresses.length})` : "";
  const secret = vrrp.version === 2 && vrrp.authType === 1 ? ` auth "${Buffer.from(vrrp.authData).toString("latin1").replaceAll("\0", "")}"` : "";
  return (
    `${source} > ${destination}: VRRPv${vrrp.version}, Advertisement, vrid ${vrrp.vrid}, prio ${vrrp.priority}${auth}, ` +
    `intvl ${interval}, length ${payload.length}, addrs${count}: ${vrrp.addresses.join(",")}${secret}`
  );
}

/** The expected text, one entry a packet: lines that begin with blanks continue the one before. */
function readEntries(file: string): string[] {
  const entries: string[] = [];
  for (const line of readFileSync(join(FOLDER, "tcpdump", file), "utf8").split("\n")) {
    if (/^ +\d+ /.test(line)) entries.push(line);
    else if (entries.length > 0) entries[entries.length - 1] += `\n${line}`;
  }
  return entries;
}

test("tcpdump's vrrp.pcap: every IPv4 advert as tcpdump -v prints it", { skip }, async (t) => {
  const frames = await decodeCapture(join(FOLDER, "tcpdump/vrrp.pcap"));
  const entries = readEntries("vrrp-v.out");
  assert.equal(frames.length, entries.length);
  let compared = 0;
  let ipv6 = 0;
  frames.forEach((frame, n) => {
    if (entries[n]!.includes("IP6 ")) {
      ipv6 += 1;
      return;
    }
    assert.equal(frame.refused, undefined, `frame ${n + 1}: ${frame.refused?.message}`);
    assert.ok(entries[n]!.trimEnd().endsWith(printVrrp(frame.ipv4!, frame.vrrp!)), `frame ${n + 1}: ${entries[n]}`);
    const { tos, ttl, id } = frame.ipv4!;
    assert.ok(entries[n]!.includes(`(tos 0x${tos.toString(16)}, ttl ${ttl}, id ${id}, `), `frame ${n + 1}`);
    compared += 1;
  });
  t.diagnostic(`${compared} adverts compared; ${ipv6} skipped: IPv6, which this version does not decode`);
  assert.ok(compared > 50);
});

/** Fuzzed captures: what tcpdump calls truncated or cannot print, we refuse; nothing else happens. */
const FUZZED: [string, (frame: DecodedFrame) => boolean][] = [
  ["vrrp-vrrp_print-oobr.pcap", (frame) => frame.vrrp === undefined],
  ["vrrp-vrrp_print-oobr-2.pcap", (frame) => frame.vrrp === undefined],
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
    // Its trailer is missing: RFC 3768 §5.3.10 has it there always.
    part: ({ vrrp, refused }) => [vrrp, refused?.check],
    value: [undefined, "length"],
  },
  {
    file: "VRRP-V3-IPv4.pcap",
    part: ({ vrrp }) => [vrrp?.version, vrrp?.vrid, vrrp?.priority, vrrp?.addresses],
    value: [3, 1, 100, ["192.168.0.1", "192.168.0.2"]],
  },
  { file: "ArpRequestPacket.pcap", part: ({ arp }) => arp?.operation, value: 1 },
  { file: "ArpResponsePacket.pcap", part: ({ arp }) => arp?.operation, value: 2 },
];
for (const { file, part, value } of PCAPPLUSPLUS) {
  test(`PcapPlusPlus's ${file}`, { skip }, async () => {
    const [frame] = await decodeCapture(join(FOLDER, "pcapplusplus", file));
    assert.deepEqual(part(frame!), value);
  });
}
