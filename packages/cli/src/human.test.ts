import assert from "node:assert/strict";
import test from "node:test";
import { type KnownRecord, parseLine } from "@viptools/records";
import { formatHuman, harmless, harmlessLines } from "./human.ts";

const HEAD = {
  v: 1,
  tool: "vrrp-elect",
  host: "a",
  pid: 7,
  ts: "2026-11-21T03:57:09.913812345Z",
  mono_ns: "1",
  seq: 1,
};

function record(fields: object): KnownRecord {
  const parsed = parseLine(JSON.stringify({ ...HEAD, ...fields }));
  assert.equal(parsed.kind, "record", JSON.stringify(parsed));
  return (parsed as Extract<typeof parsed, { kind: "record" }>).record;
}

const STATE = {
  type: "vrrp.state",
  instance: "eth0/4/51",
  interface: "eth0",
  family: 4,
  vrid: 51,
  version: 3,
  state: "active",
  previous: "backup",
  reason: "active_down",
  priority: 150,
  vips: ["192.0.2.100/32"],
  vmac: "00:00:5e:00:01:33",
  epoch: 2,
  boot_id: "b",
};

test("formatHuman() tells a change of state in one line", () => {
  assert.equal(
    formatHuman(record(STATE)),
    "03:57:09.913 a vrrp-elect eth0/4/51 backup -> ACTIVE (active_down), priority 150",
  );
});

const OBSERVED: readonly (readonly [fields: object, line: string])[] = [
  [
    {
      type: "vrrp.peer",
      address: "192.0.2.1",
      mac: "00:00:5e:00:01:33",
      priority: 150,
      version: 3,
      vips: ["192.0.2.100/32"],
      interval_ms: 1000,
    },
    "router 192.0.2.1 priority 150, VRRPv3 every 1000 ms, 192.0.2.100/32 from 00:00:5e:00:01:33",
  ],
  [
    {
      type: "vrrp.peer",
      address: "192.0.2.1",
      mac: "00:00:5e:00:01:33",
      version: 2,
      vips: [],
      interval_ms: 1390.625,
      protocol: "carp",
      notes: ["vhid 51", "advskew 100"],
    },
    "router 192.0.2.1, CARP every 1390.625 ms, from 00:00:5e:00:01:33 [vhid 51; advskew 100]",
  ],
  [
    { type: "vrrp.changed", gap_ms: 3609.4321, from: "192.0.2.1", to: "192.0.2.2", reason: "silent" },
    "ACTIVE 192.0.2.1 -> 192.0.2.2 (silent), gap 3609.4 ms",
  ],
  [
    { type: "vrrp.changed", gap_ms: 0, from: null, to: "192.0.2.2", reason: "silent" },
    "ACTIVE 192.0.2.2 (silent), gap 0.0 ms",
  ],
  [{ type: "vrrp.healed", to: "192.0.2.1" }, "healed: only 192.0.2.1 is Active"],
  [{ type: "vrrp.silent", gap_ms: 4260 }, "SILENT for 4260.0 ms: nobody is Active"],
  [
    {
      type: "vrrp.vrid",
      active: "192.0.2.1",
      routers: ["192.0.2.1", "192.0.2.2"],
      mac: "00:00:5e:00:01:33",
      version: 2,
      vips: ["192.0.2.100/32"],
      free_vrids: 254,
    },
    "active 192.0.2.1 and 192.0.2.2, VRRPv2, 192.0.2.100/32 from 00:00:5e:00:01:33, 254 VRIDs free",
  ],
];
for (const [fields, line] of OBSERVED) {
  test(`formatHuman() says "${line}"`, () => {
    const text = formatHuman(record({ instance: "eth0/4/51", ...fields }));
    assert.equal(text, `03:57:09.913 a vrrp-elect eth0/4/51 ${line}`);
  });
}

const EXAMINED: readonly (readonly [fields: object, line: string])[] = [
  [
    {
      type: "vmac.finding",
      code: "link_down",
      severity: "error",
      found: "eth0 is down",
      consequence: "nothing is sent",
      command: "ip link set dev eth0 up",
    },
    "ERROR link_down: eth0 is down; nothing is sent; run: ip link set dev eth0 up",
  ],
  ...(
    [
      [
        true,
        true,
        "passes",
        "answered 02:00:00:00:00:01 and 00:00:5e:00:01:33",
        "frames from 00:00:5e:00:01:33 PASS",
      ],
      [
        true,
        false,
        "foreign_source_blocked",
        "answered 02:00:00:00:00:01",
        "frames from 00:00:5e:00:01:33 ARE BLOCKED",
      ],
      [false, false, "target_silent", "answered nobody", "no verdict"],
    ] as const
  ).map(([from_nic, from_vmac, verdict, answered, end]): readonly [object, string] => [
    {
      type: "vmac.probed",
      interface: "eth0",
      vrid: 51,
      target: "192.0.2.254",
      nic_mac: "02:00:00:00:00:01",
      mac: "00:00:5e:00:01:33",
      from_nic,
      from_vmac,
      verdict,
    },
    `192.0.2.254 ${answered} on eth0: ${end}`,
  ]),
];
for (const [fields, line] of EXAMINED) {
  test(`formatHuman() says "${line}"`, () => {
    assert.equal(formatHuman(record(fields)), `03:57:09.913 a vrrp-elect ${line}`);
  });
}

const KERNEL: readonly (readonly [fields: object, line: string])[] = [
  [
    { kernel_mac: null, state: null, verdict: "ignored", because: "arp_accept=0 and no entry" },
    "kernel IGNORED 192.0.2.9 is-at 02:00:00:00:00:0b, entry none: arp_accept=0 and no entry",
  ],
  [
    { kernel_mac: null, state: "FAILED", verdict: "ignored", because: "entry is FAILED" },
    "kernel IGNORED 192.0.2.9 is-at 02:00:00:00:00:0b, entry without MAC FAILED: entry is FAILED",
  ],
  [
    { kernel_mac: "02:00:00:00:00:0b", state: "STALE", verdict: "learned", because: "arp_accept=1" },
    "kernel LEARNED 192.0.2.9 is-at 02:00:00:00:00:0b, entry 02:00:00:00:00:0b STALE: arp_accept=1",
  ],
];
for (const [fields, line] of KERNEL) {
  test(`formatHuman() says "${line}"`, () => {
    const head = { type: "arp.kernel", interface: "eth0", ip: "192.0.2.9", wire_mac: "02:00:00:00:00:0b" };
    assert.equal(formatHuman(record({ ...head, ...fields })), `03:57:09.913 a vrrp-elect ${line}`);
  });
}

test("formatHuman() shows the fields of a type without a line of its own", () => {
  const text = formatHuman(record({ type: "vrrp.stalled", instance: "eth0/4/51", late_us: 1500 }));
  assert.match(text, /stalled for 1\.5 ms/);
  assert.match(formatHuman(record({ type: "elect.set", priority: 5 })), /elect\.set priority=5/);
});

test("formatHuman() makes control characters from the wire harmless", () => {
  const evil = "\u001b]0;owned\u0007\u001b[2Jx\u009b1A\r\n";
  const text = formatHuman(record({ type: "tool.error", code: evil, message: evil }));
  assert.doesNotMatch(text, /\p{Cc}/u);
  assert.doesNotMatch(formatHuman(evil), /\p{Cc}/u);
});

const SHOWN: readonly (readonly [text: string, shown: string])[] = [
  ["a\u001bb\nc", "a\\x1bb\\x0ac"],
  ["\u009b2J\u007f", "\\x9b2J\\x7f"],
  ["eth0\u202egnp", "eth0\\u{202e}gnp"],
  ["a\u2028b\u200bc\u{e0041}", "a\\u{2028}b\\u{200b}c\\u{e0041}"],
  ["ä 中 …", "ä 中 …"],
];
for (const [text, shown] of SHOWN)
  test(`harmless() shows what it took away: ${shown}`, () => assert.equal(harmless(text), shown));

test("harmlessLines() keeps the ends of lines, and nothing else that steers", () =>
  assert.equal(harmlessLines("a\nb\u001b[2J\r\n"), "a\nb\\x1b[2J\\x0d\n"));

const MACS = { eth_src: "02:00:00:00:00:0a", eth_dst: "ff:ff:ff:ff:ff:ff" };
const OWNERS = ["a", "b"].map((end) => ({
  mac: `02:00:00:00:00:0${end}`,
  first_seen: HEAD.ts,
  last_seen: HEAD.ts,
}));
const ADVERTISED = { source: "fe80::a", destination: "ff02::1", target: "2001:db8::100", flags: [] };
const NEIGHBOURS: readonly (readonly [fields: object, line: string])[] = [
  [
    {
      type: "arp.seen",
      ...MACS,
      vlan: 7,
      kind: "probe",
      operation: 1,
      sha: MACS.eth_src,
      spa: "0.0.0.0",
      tha: MACS.eth_dst,
      tpa: "192.0.2.1",
      flags: ["llc_snap"],
    },
    "ARP, Probe who-has 192.0.2.1 (ff:ff:ff:ff:ff:ff) tell 0.0.0.0, 02:00:00:00:00:0a > ff:ff:ff:ff:ff:ff, vlan 7 [llc_snap]",
  ],
  [
    {
      type: "ndp.seen",
      ...ADVERTISED,
      kind: "advertisement",
      lladdr: MACS.eth_src,
      is_router: true,
      is_solicited: false,
      is_override: true,
    },
    "IP6 fe80::a > ff02::1: ICMP6, neighbor advertisement, unsolicited, tgt is 2001:db8::100 (02:00:00:00:00:0a), router, override",
  ],
  [
    { type: "ndp.seen", ...ADVERTISED, source: "::", kind: "dad", eth_src: MACS.eth_src },
    "IP6 :: > ff02::1: ICMP6, neighbor solicitation, duplicate address detection, who has 2001:db8::100, 02:00:00:00:00:0a",
  ],
  [
    { type: "arp.malformed", flags: ["truncated"], detail: "ARP packet has 7 octets, needs 28" },
    "ARP, MALFORMED: ARP packet has 7 octets, needs 28 [truncated]",
  ],
  [
    { type: "arp.changed", ip: "192.0.2.100", owners: OWNERS },
    "192.0.2.100 MOVED to 02:00:00:00:00:0b, before at 02:00:00:00:00:0a",
  ],
  [
    { type: "arp.conflict", ip: "192.0.2.100", owners: OWNERS, expected: MACS.eth_src, repeats: 3 },
    "192.0.2.100 CONFLICT: claimed by 02:00:00:00:00:0b, before at 02:00:00:00:00:0a, expected at 02:00:00:00:00:0a, 3 more times",
  ],
];
for (const [fields, line] of NEIGHBOURS) {
  test(`formatHuman() tells ${line.slice(0, 60)}`, () => {
    const told = formatHuman(record({ interface: "eth0", ...fields, tool: "arp-listen" }));
    assert.equal(told, `03:57:09.913 a arp-listen ${line}`);
  });
}

const CHECK = { type: "track.state", tool: "vip-track", name: "web", ok: true };
const CHECKS: readonly (readonly [fields: object, line: string])[] = [
  [{ ...CHECK, detail: "connected", took_ms: 1.26 }, "web ok: connected (1.3 ms)"],
  [{ ...CHECK, ok: false, weight: -20, detail: "\u001b[2J" }, "web FAILED, weight -20: \\x1b[2J"],
];
for (const [fields, line] of CHECKS)
  test(`formatHuman() tells a check: ${line}`, () =>
    assert.equal(formatHuman(record(fields)), `03:57:09.913 a vip-track ${line}`));
