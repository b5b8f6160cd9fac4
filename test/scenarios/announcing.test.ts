/**
 * What garp-send puts on the wire, octet by octet.
 *
 * The vectors are laid out by hand from RFC 826, RFC 5227, RFC 4861, RFC 3810 and IEEE 802.1Q; checksums are of another
 * program. What keepalived and both arpings send is in their captures.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { readCaptureFile } from "@viptools/kernel";
import { captureFrom } from "../lab/announced.ts";
import type { Network } from "../lab/network.ts";
import { TOP } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const A = "020000000001";
const B = "020000000002";
const VMAC = "00005e000133";
const VMAC6 = "00005e000233";
const ALL = "ffffffffffff";
const OWN_IP = "c0000201";
const VIP = "c0000264";
const HEAD = "0806 0001 0800 06 04";
const ZERO = "000000000000";

const arp = (operation: 1 | 2, ip: string, mac: string, targetMac: string, to = ALL): string =>
  `${to} ${mac} ${HEAD} 000${operation} ${mac} ${ip} ${targetMac} ${ip}`;
const IPV6_HEAD = "86dd 60000000 0020 3a ff";
const OWN_IP6 = "20010db8000000000000000000000001";
const NODES = "ff020000000000000000000000000001";
const advertisement = (flags: string, checksum: string, to = "333300000001"): string =>
  `${to} ${A} ${IPV6_HEAD} ${OWN_IP6} ${NODES} 8800 ${checksum} ${flags}000000 ${OWN_IP6} 0201 ${A}`;
const REPORT6 = `333300000016 ${VMAC6} 86dd 60000000 0024 00 01 fe800000000000000000000000000100
  ff020000000000000000000000000016 3a00 0502 0000 0100 8f00 6f09 0000 0001 04000000 ff0200000000000000000001ff000100`;
const VIP6_LL = `333300000001 ${VMAC6} ${IPV6_HEAD} fe800000000000000000000000000100 ${NODES}
  8800 f76a 20000000 fe800000000000000000000000000100 0201 ${VMAC6}`;
const DETECTION = `3333ff000050 ${A} 86dd 60000000 0018 3a ff 00000000000000000000000000000000
  ff0200000000000000000001ff000050 8700 4c4f 00000000 20010db8000000000000000000000050`;
const SOLICITATION = `3333ff000050 ${A} ${IPV6_HEAD} ${OWN_IP6} ff0200000000000000000001ff000050
  8700 1b8b 00000000 20010db8000000000000000000000050 0101 ${A}`;
const question = (source: string): string => `${ALL} ${A} ${HEAD} 0001 ${A} ${source} ${ZERO} c0000232`;

interface Row {
  readonly name: string;
  readonly args: string;
  readonly frames: readonly string[];
  /** tcpdump -e -n of each, where it is more than the same again. */
  readonly lines: readonly string[];
}

const MAC_A = "02:00:00:00:00:01";
const arpLine = (words: string, length = 42): string =>
  `${MAC_A} > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length ${length}: ${words}, length 28`;
const ndLine = (to: string, length: number, words: string): string =>
  `${MAC_A} > ${to}, ethertype IPv6 (0x86dd), length ${length}: ${words}`;
const IS_AT = arpLine(`Reply 192.0.2.1 is-at ${MAC_A}`);
const asks = (tha: string): string => arpLine(`Request who-has 192.0.2.1${tha} tell 192.0.2.1`);
const ADVERTISED = ndLine(
  "33:33:00:00:00:01",
  86,
  "2001:db8::1 > ff02::1: ICMP6, neighbor advertisement, tgt is 2001:db8::1, length 32",
);
const DAD = ndLine(
  "33:33:ff:00:00:50",
  78,
  ":: > ff02::1:ff00:50: ICMP6, neighbor solicitation, who has 2001:db8::50, length 24",
);
const REQUEST = arp(1, OWN_IP, A, A);
const REPLY = arp(2, OWN_IP, A, A);

const ROWS: readonly Row[] = [
  { name: "both forms", args: "192.0.2.1", frames: [REQUEST, REPLY], lines: [asks(` (${MAC_A})`), IS_AT] },
  { name: "-U", args: "-U 192.0.2.1", frames: [REQUEST], lines: [asks(` (${MAC_A})`)] },
  { name: "-A", args: "-A 192.0.2.1", frames: [REPLY], lines: [IS_AT] },
  { name: "-U -A", args: "-U -A 192.0.2.1", frames: [REQUEST, REPLY], lines: [] },
  { name: "--form request", args: "--form request 192.0.2.1", frames: [REQUEST], lines: [] },
  { name: "--form reply", args: "--form reply 192.0.2.1", frames: [REPLY], lines: [] },
  { name: "--form both", args: "--form both 192.0.2.1", frames: [REQUEST, REPLY], lines: [] },
  {
    name: "-U -s, as scripts say it",
    args: "-U -b -f -q -c 2 -i 0.02 -w 3 -s 192.0.2.1 192.0.2.1",
    frames: [REQUEST, REQUEST],
    lines: [],
  },
  {
    name: "--tha zero",
    args: "--tha zero 192.0.2.1",
    frames: [arp(1, OWN_IP, A, ZERO), arp(2, OWN_IP, A, ZERO)],
    lines: [asks(""), IS_AT],
  },
  {
    name: "--tha ones",
    args: "--tha ones 192.0.2.1",
    frames: [arp(1, OWN_IP, A, ALL), arp(2, OWN_IP, A, ALL)],
    lines: [asks(" (ff:ff:ff:ff:ff:ff)"), IS_AT],
  },
  {
    name: "--tha MAC",
    args: "-U --tha 02:00:00:00:00:02 192.0.2.1",
    frames: [arp(1, OWN_IP, A, B)],
    lines: [asks(" (02:00:00:00:00:02)")],
  },
  {
    name: "--to MAC",
    args: "--to 02:00:00:00:00:02 192.0.2.1 2001:db8::1",
    frames: [arp(1, OWN_IP, A, A, B), advertisement("20", "f92a", B), arp(2, OWN_IP, A, A, B)],
    lines: [
      asks(` (${MAC_A})`).replace("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:02"),
      ADVERTISED.replace("33:33:00:00:00:01", "02:00:00:00:00:02"),
      IS_AT.replace("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:02"),
    ],
  },
  {
    name: "--vlan",
    args: "-U --vlan 666 192.0.2.1",
    frames: [REQUEST.replace("0806", "8100 029a 0806")],
    lines: [
      `${MAC_A} > ff:ff:ff:ff:ff:ff, ethertype 802.1Q (0x8100), length 46: vlan 666, p 0, ethertype ARP (0x0806), Request who-has 192.0.2.1 (${MAC_A}) tell 192.0.2.1, length 28`,
    ],
  },
  {
    name: "--mac vrid:51",
    args: "--mac vrid:51 192.0.2.100",
    frames: [arp(1, VIP, VMAC, VMAC), arp(2, VIP, VMAC, VMAC)],
    lines: [],
  },
  {
    name: "--mac vrid6:51, and its MLD report",
    args: "--mac vrid6:51 fe80::100",
    frames: [REPORT6, VIP6_LL],
    lines: [],
  },
  {
    name: "--mac MAC",
    args: "-U --mac 02:00:00:00:00:02 192.0.2.100",
    frames: [arp(1, VIP, B, B)],
    lines: [],
  },
  { name: "IPv6 of a host", args: "2001:db8::1", frames: [advertisement("20", "f92a")], lines: [ADVERTISED] },
  {
    name: "IPv6 --router",
    args: "--router 2001:db8::1",
    frames: [advertisement("a0", "792a")],
    lines: [ADVERTISED],
  },
  {
    name: "each address once, before any of them twice",
    args: "-c 2 -i 0 192.0.2.1 2001:db8::1",
    frames: [REQUEST, advertisement("20", "f92a"), REPLY, REQUEST, advertisement("20", "f92a"), REPLY],
    lines: [asks(` (${MAC_A})`), ADVERTISED, IS_AT, asks(` (${MAC_A})`), ADVERTISED, IS_AT],
  },
  {
    name: "--preset rfc9568",
    args: "--preset rfc9568 192.0.2.1 2001:db8::1",
    frames: [REQUEST, advertisement("a0", "792a")],
    lines: [],
  },
  {
    name: "-D",
    args: "-D -c 1 192.0.2.50 2001:db8::50",
    frames: [question("00000000"), DETECTION],
    lines: [arpLine("Request who-has 192.0.2.50 tell 0.0.0.0"), DAD],
  },
  {
    name: "-D -s",
    args: "-D -c 1 -s 192.0.2.1 192.0.2.50 2001:db8::50",
    frames: [question(OWN_IP), DETECTION],
    lines: [],
  },
  { name: "-D -s of IPv6", args: "-D -c 1 -s 2001:db8::1 2001:db8::50", frames: [SOLICITATION], lines: [] },
  {
    name: "-D --vlan",
    args: "-D -c 1 --vlan 7 192.0.2.50",
    frames: [question("00000000").replace("0806", "8100 0007 0806")],
    lines: [],
  },
];

const octets = (text: string): string => text.replaceAll(/\s/g, "");

function announce(network: Network, args: string): string {
  const { code, stdout, stderr } = network.run("a", ["garp-send", "-I", "eth0", ...args.split(" ")]);
  assert.equal(code, 0, stderr);
  return stdout;
}

test("garp-send writes each form octet by octet, and tcpdump reads it", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    const wanted = ROWS.flatMap(({ frames }) => frames.map(octets));
    const marks: number[] = [];
    const { frames, lines } = await captureFrom(network, "a", "b", wanted.length, () => {
      for (const { args, frames: own } of ROWS) {
        announce(network, args);
        marks.push((marks.at(-1) ?? 0) + own.length);
      }
    });
    for (const [n, row] of ROWS.entries()) {
      await t.test(`${row.name}: garp-send -I eth0 ${row.args}`, () => {
        const [start, end] = [marks[n]! - row.frames.length, marks[n]!];
        assert.deepEqual(frames.slice(start, end), wanted.slice(start, end));
        if (row.lines.length > 0) assert.deepEqual(lines.slice(start, end), row.lines);
      });
    }
    await t.test("and nothing else", () => assert.deepEqual(frames, wanted));
    t.diagnostic(`${frames.length} frames compared`);
  });
});

test("garp-send --dry-run writes the same octets, without privilege, and sends none", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const withoutRights = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];
    const { frames } = await captureFrom(network, "a", "b", 0, () => {
      for (const { name, args, frames: wanted } of ROWS) {
        const argv = [...withoutRights, "garp-send", "--dry-run", "-I", "eth0", ...args.split(" ")];
        const { code, stdout, stderr } = network.run("a", argv);
        assert.equal(code, 0, stderr);
        const planned = stdout.split("\n").filter(Boolean);
        if (!args.includes("-q")) {
          const hex = planned.map((line) => (JSON.parse(line) as { frame_hex: string }).frame_hex);
          assert.deepEqual(hex, wanted.map(octets), name);
        }
      }
    });
    assert.deepEqual(frames, []);
  });
});

const LIVE = join(TOP, "test/vectors/live");

/** @returns frames of a capture that hold these octets. */
async function captured(file: string, holding: string): Promise<string[]> {
  const found: string[] = [];
  await readCaptureFile(join(LIVE, file), "", ({ bytes }) => {
    const hex = Buffer.from(bytes).toString("hex");
    if (hex.includes(octets(holding))) found.push(hex);
  });
  return found;
}

interface Like {
  readonly who: string;
  readonly file: string;
  /** What tells its announcements from the rest of the capture. */
  readonly holding: string;
  readonly args: string;
}

/** Whole frames of other programs; one of them pads with zeros what the driver would pad. */
const LIKES: readonly Like[] = [
  {
    who: "keepalived 2.2.7",
    file: "vrrp3-v4.pcap",
    holding: `${ALL} 02000000000a 0806`,
    args: "--preset keepalived --mac 02:00:00:00:00:0a 192.0.2.100",
  },
  {
    who: "keepalived 2.2.7 with use_vmac",
    file: "vrrp2-noauth-vmac.pcap",
    holding: `${VMAC} c0000264 ${ALL} c0000264`,
    args: "-U --tha ones --mac vrid:51 192.0.2.100",
  },
  {
    who: "keepalived 2.2.7, IPv6",
    file: "vrrp3-v6.pcap",
    holding: "333300000001 02000000000a 86dd 60000000 0020 3aff fe800000000000000000000000000100",
    args: "--preset keepalived --mac 02:00:00:00:00:0a fe80::100",
  },
  {
    who: "iputils arping -U",
    file: "arping-tools.pcap",
    holding: `${ALL} 426cdf528118 ${HEAD} 0001 426cdf528118 ${OWN_IP} ${ALL} ${OWN_IP}`,
    args: "-U --tha ones --mac 42:6c:df:52:81:18 192.0.2.1",
  },
  {
    who: "iputils arping -A",
    file: "arping-tools.pcap",
    holding: `${HEAD} 0002 426cdf528118 ${OWN_IP} 426cdf528118 ${OWN_IP}`,
    args: "-A --mac 42:6c:df:52:81:18 192.0.2.1",
  },
  {
    who: "Habets arping -P -U",
    file: "arping-tools.pcap",
    holding: `${HEAD} 0002 426cdf528118 ${OWN_IP} ${ALL} ${OWN_IP}`,
    args: "-A --tha ones --mac 42:6c:df:52:81:18 192.0.2.1",
  },
  {
    who: "ucarp",
    file: "carp-ucarp.pcap",
    holding: `${ALL} 02000000000a ${HEAD} 0001 02000000000a`,
    args: "-U --mac 02:00:00:00:00:0a 192.0.2.100",
  },
];

test("garp-send writes what others have sent, octet by octet", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    for (const { who, file, holding, args } of LIKES) {
      await t.test(`${who}: ${args}`, async () => {
        const theirs = await captured(file, holding);
        assert.ok(theirs.length > 0, "the capture has it");
        const { frames } = await captureFrom(network, "a", "b", 1, () => {
          announce(network, args);
        });
        assert.match(theirs[0]!, new RegExp(`^${frames[0]}(00)*$`));
      });
    }
  });
});

const PRESETS: readonly (readonly [
  name: string,
  requests: number,
  replies: number,
  advertisements: number,
])[] = [
  ["keepalived", 10, 0, 10],
  ["pacemaker", 5, 5, 5],
  ["metallb", 5, 5, 5],
];
const PRESET_TIMES: Readonly<Record<string, readonly number[]>> = {
  keepalived: [0, 0, 0, 0, 0, 5000, 5000, 5000, 5000, 5000],
  pacemaker: [0, 100, 200, 300, 400, 500, 600, 700, 800, 900],
  metallb: [0, 0, 1100, 1100, 2200, 2200, 3300, 3300, 4400, 4400],
};
const THA: Readonly<Record<string, readonly [request: string, reply: string]>> = {
  keepalived: [ALL, ALL],
  pacemaker: [ZERO, A],
  metallb: [ALL, ALL],
};

test("garp-send --preset keeps the rhythm of those whom it plays", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    for (const [name, requests, replies, advertisements] of PRESETS) {
      await t.test(name, async () => {
        const count = requests + replies + advertisements;
        const { frames, afterMs } = await captureFrom(network, "a", "b", count, () => {
          announce(network, `--preset ${name} 192.0.2.1 2001:db8::1`);
        });
        const [request, reply] = [arp(1, OWN_IP, A, THA[name]![0]), arp(2, OWN_IP, A, THA[name]![1])].map(
          octets,
        );
        const told = octets(advertisement("20", "f92a"));
        const counts = [request, reply, told].map((one) => frames.filter((frame) => frame === one).length);
        assert.deepEqual([counts, frames.length], [[requests, replies, advertisements], count]);
        const times = afterMs.filter((_, n) => frames[n] !== told);
        for (const [n, wanted] of PRESET_TIMES[name]!.entries())
          assert.ok(Math.abs(times[n]! - wanted) < 90, `frame ${n} at ${times[n]} ms, not ${wanted}`);
      });
    }
  });
});
