/** What the observer tells of each capture: the stories were read off tshark's listing of the adverts by hand. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import test from "node:test";
import { type KnownRecord, parseLine, type RecordOf } from "@viptools/records";
import { attempt, TOP } from "../lab/shell.ts";

const LIVE = join(TOP, "test/vectors/live");
const FOREIGN = join(TOP, "../shared/vectors");
const skip = existsSync(FOREIGN) ? false : "the captures of other projects are not beside this one";

interface Told {
  readonly code: number;
  readonly stderr: string;
  readonly records: readonly KnownRecord[];
  readonly counters: Readonly<Record<string, number>>;
}

function observe(path: string, ...argv: string[]): Told {
  const { code, stdout, stderr } = attempt(["vrrp-elect", "--observe", "-r", path, ...argv]);
  const lines = stdout.split("\n").map((line) => parseLine(line));
  const all = lines.flatMap((line) => (line.kind === "record" ? [line.record] : []));
  assert.equal(lines.filter(({ kind }) => kind === "bad" || kind === "unknown").length, 0, "every line is a record");
  const stats = all.find((record): record is RecordOf<"tool.stats"> => record.type === "tool.stats");
  return { code, stderr, records: all.filter((record) => record !== stats), counters: stats?.counters ?? {} };
}

/** One line each: the packet's own second and what is told of it. */
function story(path: string): string[] {
  const { records, code } = observe(path);
  assert.equal(code, 0);
  for (const record of records) assert.equal(record.mono_ns, undefined, "a file has no clock of this host");
  return records.map((record) => `${record.ts.slice(17, 26)} ${lineOf(basename(path), record)}`);
}

function lineOf(file: string, record: KnownRecord): string {
  const within = (instance: string): string => instance.replace(file, "");
  switch (record.type) {
    case "vrrp.peer": {
      const { instance, address, mac, priority, version, vips, interval_ms, notes = [] } = record;
      const rank = priority === undefined ? "" : ` priority ${priority}`;
      const said = [`v${version}`, `${interval_ms} ms`, ...vips, ...notes].join(", ");
      return `${within(instance)} peer ${address}${rank} from ${mac}: ${said}`;
    }
    case "vrrp.changed":
      return `${within(record.instance)} ${record.from} -> ${record.to} ${record.reason} ${record.gap_ms}`;
    case "vrrp.conflict":
    case "vrrp.rejected":
      return `${within(record.instance)} ${record.type.slice(5)} ${record.cause} x${record.count}: ${record.detail}`;
    default:
      return record.type;
  }
}

const PSEUDO = "checksum with a pseudo-header (keepalived, FRR)";
const NIC = "from its NIC's own MAC";

const STORIES: Readonly<Record<string, string[]>> = {
  "vrrp2-noauth-vmac": [
    "36.646487 /4/51 peer 192.0.2.1 priority 150 from 00:00:5e:00:01:33: v2, 1000 ms, 192.0.2.100/32, 192.0.2.101/32",
    "40.746421 /4/51 peer 192.0.2.2 priority 100 from 00:00:5e:00:01:33: v2, 1000 ms, 192.0.2.100/32, 192.0.2.101/32",
    "40.746421 /4/51 192.0.2.1 -> 192.0.2.2 resign 610.348",
    "46.596279 /4/51 192.0.2.2 -> 192.0.2.1 higher_priority 849.02",
  ],
  "vrrp2-pass": [
    `15.616130 /4/51 peer 192.0.2.1 priority 150 from 02:00:00:00:00:0a: v2, 1000 ms, 192.0.2.100/32, simple password, ${NIC}`,
    `19.671094 /4/51 peer 192.0.2.2 priority 100 from 02:00:00:00:00:0b: v2, 1000 ms, 192.0.2.100/32, simple password, ${NIC}`,
    "19.671094 /4/51 192.0.2.1 -> 192.0.2.2 resign 609.843",
    "25.524689 /4/51 192.0.2.2 -> 192.0.2.1 higher_priority 852.992",
  ],
  "vrrp3-v4": [
    `55.971198 /4/51 peer 192.0.2.1 priority 150 from 02:00:00:00:00:0a: v3, 500 ms, 192.0.2.100/32, ${PSEUDO}, ${NIC}`,
    `01.525044 /4/51 peer 192.0.2.2 priority 100 from 02:00:00:00:00:0b: v3, 500 ms, 192.0.2.100/32, ${PSEUDO}, ${NIC}`,
    "01.525044 /4/51 192.0.2.1 -> 192.0.2.2 resign 305.713",
    "05.969197 /4/51 192.0.2.2 -> 192.0.2.1 higher_priority 442.671",
  ],
  "vrrp3-v6": [
    `17.184531 /6/51 peer fe80::ff:fe00:a priority 150 from 02:00:00:00:00:0a: v3, 500 ms, fe80::100/128, 2001:db8::100/128, ${NIC}`,
    `22.695669 /6/51 peer fe80::ff:fe00:b priority 100 from 02:00:00:00:00:0b: v3, 500 ms, fe80::100/128, 2001:db8::100/128, ${NIC}`,
    "22.695669 /6/51 fe80::ff:fe00:a -> fe80::ff:fe00:b resign 305.816",
    "27.152066 /6/51 fe80::ff:fe00:b -> fe80::ff:fe00:a higher_priority 451.297",
  ],
  "carp-ucarp": [
    "07.713243 /4/7 peer 192.0.2.1 from 00:00:5e:00:00:07: v2, 1000 ms, vhid 7, advskew 0, advbase 1 s",
    "16.376108 /4/7 peer 192.0.2.2 from 00:00:5e:00:00:07: v2, 1390.625 ms, vhid 7, advskew 100, advbase 1 s",
    "16.376108 /4/7 192.0.2.1 -> 192.0.2.2 silent 4664.578",
  ],
  "arping-tools": [],
};
for (const [name, expected] of Object.entries(STORIES)) {
  test(`the observer tells the story of ${name}`, () => {
    assert.deepEqual(story(join(LIVE, `${name}.pcap`)), expected);
  });
}

test("a password on the wire is told in no way", () => {
  const path = join(LIVE, "vrrp2-pass.pcap");
  for (const mode of [[], ["--once"], ["--list-vrids"]]) {
    const { stdout, stderr } = attempt(["vrrp-elect", "--observe", "-r", path, ...mode]);
    const text = stdout + stderr;
    for (const secret of ["s3cret", Buffer.from("s3cret").toString("hex"), Buffer.from("s3cret").join()])
      assert.ok(!text.toLowerCase().includes(secret), secret);
  }
});

/** By VRID: who had it when the capture begins, then who took it over, after how many milliseconds. */
const SEVEN_ROUTERS: readonly (readonly [vrid: string, first: string, taken: readonly (readonly [string, number])[]])[] = [
  [
    "/4/42",
    "10.0.0.91",
    [
      ["10.0.0.92", 8021.708],
      ["10.0.0.93", 9863.178],
      ["10.0.0.94", 6697.551],
      ["10.0.0.95", 8807.814],
      ["10.0.0.96", 4237.099],
      ["10.0.0.97", 5448.047],
    ],
  ],
  [
    "/4/43",
    "10.0.0.91",
    [
      ["10.0.0.92", 8031.775],
      ["10.0.0.93", 9869.475],
      ["10.0.0.94", 6699.622],
      ["10.0.0.95", 8811.701],
      ["10.0.0.96", 4241.098],
      ["10.0.0.97", 5450.496],
    ],
  ],
  [
    "/4/44",
    "10.0.0.91",
    [
      ["10.0.0.92", 7965.903],
      ["10.0.0.93", 9819.428],
      ["10.0.0.94", 6711.326],
      ["10.0.0.95", 8810.122],
      ["10.0.0.96", 4231.95],
      ["10.0.0.97", 5429.465],
    ],
  ],
  [
    "/6/45",
    "fe80::d6ca:6dff:fe66:cf60",
    [
      ["fe80::d6ca:6dff:fe72:b1da", 7976.108],
      ["fe80::d6ca:6dff:fe66:cf65", 9813.144],
      ["fe80::d6ca:6dff:fe65:d45c", 6708.105],
      ["fe80::d6ca:6dff:fe65:d46b", 8799.944],
      ["fe80::d6ca:6dff:fe72:b1e4", 4216.17],
      ["fe80::20c:42ff:fe5e:c2dc", 5426.23],
    ],
  ],
  [
    "/6/46",
    "fe80::d6ca:6dff:fe66:cf60",
    [
      ["fe80::d6ca:6dff:fe72:b1da", 7976.002],
      ["fe80::d6ca:6dff:fe66:cf65", 9813.162],
      ["fe80::d6ca:6dff:fe65:d45c", 6728.612],
      ["fe80::d6ca:6dff:fe65:d46b", 8789.692],
      ["fe80::d6ca:6dff:fe72:b1e4", 4236.505],
      ["fe80::20c:42ff:fe5e:c2dc", 5436.375],
    ],
  ],
];

test("seven routers take over five virtual ones from each other, each by its higher priority", { skip }, () => {
  const { records, counters } = observe(join(FOREIGN, "tcpdump/vrrp.pcap"));
  assert.equal(counters["adverts"], 165);
  const kinds = records.map(({ type }) => type);
  assert.deepEqual(
    [...new Set(kinds)].map((type) => [type, kinds.filter((kind) => kind === type).length]),
    [
      ["vrrp.peer", 35],
      ["vrrp.changed", 30],
    ],
  );
  for (const [vrid, first, taken] of SEVEN_ROUTERS) {
    const own = records.filter((record) => "instance" in record && record.instance === `vrrp.pcap${vrid}`);
    const peers = own.filter((record): record is RecordOf<"vrrp.peer"> => record.type === "vrrp.peer");
    assert.deepEqual(
      peers.map(({ address, priority }) => [address, priority]),
      [first, ...taken.map(([to]) => to)].map((address, n) => [address, 191 + n]),
    );
    const changes = own.filter((record): record is RecordOf<"vrrp.changed"> => record.type === "vrrp.changed");
    const owners = [first, ...taken.map(([to]) => to)];
    assert.deepEqual(
      changes.map(({ from, to, reason, gap_ms }) => [from, to, reason, gap_ms]),
      taken.map(([to, gapMs], n) => [owners[n], to, "higher_priority", gapMs]),
    );
  }
});

test("--once and --list-vrids of a file are those of its end", { skip }, () => {
  const path = join(FOREIGN, "tcpdump/vrrp.pcap");
  assert.equal(observe(path, "--once").code, 0);
  assert.equal(observe(path, "--once", "--vrid", "99").code, 1);
  const { code, records } = observe(path, "--list-vrids");
  assert.equal(code, 0);
  const vrids = records.filter((record): record is RecordOf<"vrrp.vrid"> => record.type === "vrrp.vrid");
  assert.equal(vrids.length, records.length, "a list is all that is told");
  assert.deepEqual(
    vrids.map(({ instance, active, free_vrids }) => [instance, active, free_vrids]),
    [
      ["vrrp.pcap/4/42", "10.0.0.97", 250],
      ["vrrp.pcap/4/43", "10.0.0.97", 250],
      ["vrrp.pcap/4/44", "10.0.0.97", 250],
      ["vrrp.pcap/6/45", "fe80::20c:42ff:fe5e:c2dc", 250],
      ["vrrp.pcap/6/46", "fe80::20c:42ff:fe5e:c2dc", 250],
    ],
  );
});

const FOREIGN_STORIES: Readonly<Record<string, string[]>> = {
  "pcapplusplus/VRRP-V2.pcap": [
    "01.000001 /4/1 rejected length x1: Cannot decode VRRPv2 message: length is 20, needs 28",
  ],
  "pcapplusplus/VRRP-V3-IPv4.pcap": [
    `30.000001 /4/1 peer 192.168.0.30 priority 100 from 00:00:5e:00:01:01: v3, 10 ms, 192.168.0.1/32, 192.168.0.2/32, ${PSEUDO}`,
  ],
  "pcapplusplus/VRRP-V3-IPv6.pcap": [
    "12.000001 /6/1 peer fe80::1 priority 100 from 00:00:5e:00:01:01: v3, 10 ms, fe80::254/128, 2001:db8::1/128, 2001:db8::2/128, to MAC 01:00:5e:00:00:12, needs 33:33:00:00:00:12",
    "12.000001 /6/1 conflict wrong_mac x1: fe80::1: from 00:00:5e:00:01:01, the virtual MAC of VRID 1 over IPv4, needs 00:00:5e:00:02:01",
  ],
  // The file says that it keeps 41 octets of each packet: only the eighth, of 27 octets of IPv4, fits.
  "tcpdump/vrrp-vrrp_print-oobr-2.pcap": [
    "53.912788 /4/255 rejected value x1: Cannot decode IPv4 packet: header checksum does not hold",
  ],
  "tcpdump/HSRP_failover.pcap": [],
  "tcpdump/arp-oobr.pcap": [],
  "tcpdump/802.1ad_QinQ.pcap": [],
};
for (const [name, expected] of Object.entries(FOREIGN_STORIES)) {
  test(`the observer tells the story of ${name}`, { skip }, () => {
    assert.deepEqual(story(join(FOREIGN, name)), expected);
  });
}

test("packets that a capture has cut are counted, and told to people", { skip }, () => {
  const { counters, stderr } = observe(join(FOREIGN, "tcpdump/vrrp-vrrp_print-oobr-2.pcap"));
  assert.deepEqual([counters["cut"], counters["rejected_value"], counters["adverts"]], [9, 1, 0]);
  assert.match(stderr, /9 adverts are cut short/);
});

const USAGE: readonly (readonly [argv: string, said: RegExp])[] = [
  ["--observe", /needs one of -I IF and -r FILE/],
  ["--observe -I lo -r x.pcap", /needs one of -I IF and -r FILE/],
  ["--observe -I lo 192.0.2.100", /VIP and --config are not for it/],
  ["--observe -I lo --once --list-vrids", /needs one of them/],
  ["--observe -I lo --for soon", /--for: Cannot read duration/],
  ["--observe -I lo --vrid 256", /needs a whole number from 1 to 255/],
  ["--observe -I lo --family 5", /needs 4, 6/],
  ["-I lo --vrid 51 --once 192.0.2.100", /--once is for --observe/],
  ["-r x.pcap", /--read is for --observe/],
];
for (const [argv, said] of USAGE) {
  test(`usage: vrrp-elect ${argv}`, () => {
    const { code, stderr } = attempt(["vrrp-elect", ...argv.split(" ")]);
    assert.equal(code, 64);
    assert.match(stderr, said);
  });
}

test("a file of other frames than Ethernet is bad input, one that is not there no file", { skip }, () => {
  assert.equal(observe(join(FOREIGN, "tcpdump/vrrp-vrrp_print-oobr.pcap")).code, 65);
  assert.equal(observe(join(FOREIGN, "README.md")).code, 65);
  assert.equal(observe(join(FOREIGN, "nowhere.pcap")).code, 66);
});
