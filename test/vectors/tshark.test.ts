/** Every VRRP, CARP, neighbour and MLD report frame of the captures, field by field against tshark's reading of the same octets. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { encodeCarp, encodeListenerReport, encodeNeighbour, encodeVrrpV2, encodeVrrpV3, IpProtocol, type WireCheck } from "@viptools/wire";
import { attempt, TOP } from "../lab/shell.ts";
import { type DecodedFrame, decodeCapture } from "./decode.ts";
import { compareFrame, differences, type Layers, pairFrames, parseReadings, type Reading } from "./tshark-fields.ts";

const LIVE = join(TOP, "test/vectors/live");
const FOREIGN = join(TOP, "../shared/vectors");

/** Protocol 112 is that of VRRP and of CARP. */
const WANTED = "ip.proto == 112 || ipv6.nxt == 112 || icmpv6.type == 135 || icmpv6.type == 136 || icmpv6.type == 143";
const tshark = (path: string): string[] => ["tshark", "-r", path, "-Y", WANTED, "-T", "ek"];

interface Capture {
  readonly path: string;
  readonly readings: () => Reading[];
  /** The checks in which our decoders refuse all of its frames, and why that is right. */
  readonly refused?: Partial<Record<WireCheck, string>>;
  /** Why its frames cannot be read at all. */
  readonly unread?: string;
}

const own = (name: string): Capture => ({
  path: join(LIVE, `${name}.pcap`),
  readings: () => parseReadings(readFileSync(join(LIVE, `${name}.ek.ndjson`), "utf8")),
});

const foreign = (name: string, more: Partial<Capture> = {}): Capture => {
  const path = join(FOREIGN, name);
  return { path, readings: () => parseReadings(attempt(tshark(path)).stdout), ...more };
};

const OWN = ["arping-tools", "vrrp2-noauth-vmac", "vrrp2-pass", "vrrp3-v4", "vrrp3-v6", "carp-ucarp", "mldv2"].map(own);
const OTHERS: readonly Capture[] = [
  foreign("tcpdump/vrrp.pcap"),
  foreign("tcpdump/vrrp-vrrp_print-oobr.pcap", { unread: "Frame Relay, where our reader takes Ethernet only" }),
  foreign("tcpdump/vrrp-vrrp_print-oobr-2.pcap", {
    refused: {
      length: "past Ethernet: the capture ends before the IPv4 packet does",
      checksum: "past Ethernet: the IPv4 header's checksum does not hold",
    },
  }),
  foreign("pcapplusplus/VRRP-V2.pcap", {
    refused: { length: "past IPv4: no authentication data, which RFC 3768 §5.3.10 has there always" },
  }),
  foreign("pcapplusplus/VRRP-V3-IPv4.pcap"),
  foreign("pcapplusplus/VRRP-V3-IPv6.pcap"),
  foreign("pcapplusplus/IcmpV6_NeighAdvSoli.pcap"),
];

/** Frames of VRRP or CARP. */
interface Count {
  readonly compared: number;
  readonly skipped: number;
}

for (const [whose, captures, skip] of [
  ["the project's own captures", OWN, false],
  ["the captures of other projects", OTHERS, skipOthers()],
] as const) {
  test(`${whose}: our decoders and tshark agree in every field`, { skip }, async (t) => {
    const counts: Count[] = [];
    for (const capture of captures) {
      await t.test(capture.path.replace(/.*vectors\//, ""), async (subtest) => {
        counts.push(await compareCapture(capture, (line) => subtest.diagnostic(line)));
      });
    }
    const sum = (key: keyof Count): number => counts.reduce((total, count) => total + count[key], 0);
    t.diagnostic(`VRRP and CARP in all: ${sum("compared")} frames compared, ${sum("skipped")} skipped`);
  });
}

function skipOthers(): string | false {
  if (!existsSync(FOREIGN)) return "the captures of other projects are not beside this one";
  return attempt(["tshark", "--version"]).code === 0 ? false : "tshark is not installed";
}

async function compareCapture(capture: Capture, say: (line: string) => void): Promise<Count> {
  const readings = capture.readings();
  assert.ok(readings.length > 0, "tshark reads something");
  if (capture.unread !== undefined) {
    await assert.rejects(decodeCapture(capture.path), /needs Ethernet/);
    say(`none compared; ${readings.length} frames skipped: ${capture.unread}`);
    return { compared: 0, skipped: readings.length };
  }
  const pairs = pairFrames(await decodeCapture(capture.path), readings);
  const reasons = new Map<string, number>();
  let fields = 0;
  pairs.forEach(([frame, layers], n) => {
    const compared = compareFrame(frame, layers);
    assert.deepEqual(differences(compared), [], `reading ${n + 1}`);
    fields += compared.length;
    const reason = skipReason(capture, frame, `reading ${n + 1}`);
    if (reason === undefined) assertAllLayers(frame, layers);
    else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  });
  const adverts = pairs.filter(([, layers]) => isAdvert(layers)).length;
  const skipped = [...reasons.values()].reduce((total, count) => total + count, 0);
  const skips = [...reasons].map(([reason, count]) => `${count} ${reason}`).join("; ") || "none";
  say(
    `${adverts - skipped} VRRP or CARP frames compared, and ${pairs.length - adverts} of ARP, NDP and MLD; ` +
      `${fields} fields; skipped: ${skips}`,
  );
  return { compared: adverts - skipped, skipped };
}

/** @returns why a frame is compared only as far as we decode it; undefined if that is all of it. */
function skipReason({ refused }: Capture, frame: DecodedFrame, where: string): string | undefined {
  const check = frame.refused?.check;
  const reason = check && refused?.[check];
  assert.equal(check === undefined, refused === undefined, `${where}: ${frame.refused?.message}`);
  assert.equal(check === undefined, reason === undefined, `${where}: ${frame.refused?.message}`);
  return reason;
}

function isAdvert(layers: Layers): boolean {
  return Number(layers["ip"]?.["ip_ip_proto"] ?? layers["ipv6"]?.["ipv6_ipv6_nxt"]) === IpProtocol.vrrp;
}

/** Nothing that tshark saw is left out by us, and our encoders write the octets that our decoders read. */
function assertAllLayers(frame: DecodedFrame, layers: Layers): void {
  const { arp, ipv4, ipv6, neighbour, listener } = frame;
  const ours = [arp, ipv4, ipv6, neighbour ?? listener, frame.vrrp, frame.carp].map((layer) => layer !== undefined);
  const theirs = ["arp", "ip", "ipv6", "icmpv6", "vrrp", "carp"].map((layer) => layers[layer] !== undefined);
  assert.deepEqual(ours, theirs);
  const ip = ipv4 ?? ipv6;
  if (ip === undefined) return;
  const { vrrp, carp } = frame;
  if (neighbour !== undefined && ipv6 !== undefined) {
    const { payload } = encodeNeighbour(neighbour, ipv6.source, ipv6.destination);
    assert.deepEqual(payload, Uint8Array.from(ipv6.payload));
  }
  if (listener !== undefined && ipv6 !== undefined)
    assert.deepEqual(encodeListenerReport(listener, ipv6.source).payload, Uint8Array.from(ipv6.payload));
  if (carp !== undefined) assert.deepEqual(encodeCarp(carp), Uint8Array.from(ip.payload));
  if (vrrp?.version === 2) assert.deepEqual(encodeVrrpV2(vrrp), Uint8Array.from(ip.payload));
  if (vrrp?.version === 3)
    assert.deepEqual(encodeVrrpV3(vrrp, ip.source, ip.destination), Uint8Array.from(ip.payload));
}

/** Flips the lowest bit of the last number in an address of any kind. */
function flip(address: string): string {
  return address.replace(/[0-9a-f]$/, (digit) => (Number.parseInt(digit, 16) ^ 1).toString(16));
}

/** One octet changed in one decoded field, and the fields in which the comparison must see it. */
const PLANTED: readonly [string, string[], (frame: DecodedFrame) => Partial<DecodedFrame>][] = [
  ["vrrp3-v6", ["eth.src"], ({ ethernet }) => ({ ethernet: { ...ethernet, source: flip(ethernet.source) } })],
  ["arping-tools", ["arp.spa"], ({ arp }) => ({ arp: { ...arp!, senderIp: flip(arp!.senderIp) } })],
  ["vrrp3-v4", ["ip.ttl"], ({ ipv4 }) => ({ ipv4: { ...ipv4!, ttl: 254 } })],
  ["vrrp3-v6", ["ipv6.hlim"], ({ ipv6 }) => ({ ipv6: { ...ipv6!, hopLimit: 254 } })],
  [
    "vrrp3-v6",
    ["ipv6.src", "vrrp.checksum"],
    ({ ipv6 }) => ({ ipv6: { ...ipv6!, source: flip(ipv6!.source) } }),
  ],
  [
    "vrrp3-v6",
    ["vrrp.prio", "vrrp.checksum"],
    ({ vrrp }) => ({ vrrp: { ...vrrp!, priority: vrrp!.priority ^ 1 } }),
  ],
  [
    "vrrp3-v6",
    ["vrrp.addresses", "vrrp.checksum"],
    ({ vrrp }) => ({ vrrp: { ...vrrp!, addresses: [vrrp!.addresses[0]!, flip(vrrp!.addresses[1]!)] } }),
  ],
  [
    "vrrp3-v6",
    ["nd.checksum", "nd.router"],
    ({ neighbour }) => ({ neighbour: { ...neighbour!, isRouter: true } as never }),
  ],
  [
    "vrrp3-v6",
    ["nd.checksum", "nd.linkaddr"],
    ({ neighbour }) => ({ neighbour: { ...neighbour!, linkLayer: flip(neighbour!.linkLayer!) } }),
  ],
  [
    "mldv2",
    ["mld.checksum", "mld.types"],
    ({ listener }) => ({ listener: { records: [{ ...listener!.records[0]!, type: 2 }] } }),
  ],
  [
    "mldv2",
    ["mld.checksum", "mld.groups"],
    ({ listener }) => ({ listener: { records: [{ ...listener!.records[0]!, group: "ff02::1:ff00:2" }] } }),
  ],
  [
    "mldv2",
    ["mld.checksum", "mld.counts", "mld.sources"],
    ({ listener }) => ({ listener: { records: [{ ...listener!.records[0]!, sources: ["2001:db8::7"] }] } }),
  ],
  [
    "vrrp2-pass",
    ["vrrp.checksum", "vrrp.password"],
    ({ vrrp }) => ({ vrrp: { ...vrrp!, authData: Uint8Array.from("S3cret12", (c) => c.charCodeAt(0)) } as never }),
  ],
  [
    "carp-ucarp",
    ["carp.checksum", "carp.counter"],
    ({ carp }) => ({ carp: { ...carp!, counter: carp!.counter ^ 0x100n } }),
  ],
  [
    "carp-ucarp",
    ["carp.checksum", "carp.hmac"],
    ({ carp }) => ({ carp: { ...carp!, digest: carp!.digest.map((octet, n) => (n === 19 ? octet ^ 1 : octet)) } }),
  ],
];
for (const [name, fields, plant] of PLANTED) {
  test(`a difference planted in ${name} is seen in ${fields.join(" and ")}, and nowhere else`, async () => {
    const { path, readings } = own(name);
    const isWanted = ({ arp, neighbour, listener, vrrp, carp }: DecodedFrame): boolean => {
      if (fields[0]!.startsWith("nd.")) return neighbour !== undefined;
      if (fields[0]!.startsWith("mld.")) return listener !== undefined;
      return (vrrp ?? carp ?? (name === "arping-tools" ? arp : undefined)) !== undefined;
    };
    const seen = pairFrames(await decodeCapture(path), readings()).find(([frame]) => isWanted(frame));
    const [frame, layers] = seen!;
    assert.deepEqual(differences(compareFrame(frame, layers)), []);
    const planted = differences(compareFrame({ ...frame, ...plant(frame) }, layers));
    assert.deepEqual(planted.map(([field]) => field), fields);
  });
}
