import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord } from "@viptools/records";
import { Bookkeeper } from "./bookkeeper.ts";
import type { FamilyName } from "./families.ts";

const BOOT = "7d2577df-87cc-4342-8e54-a2a1c45709e1";
const INSTANCE = "eth0/4/51";
const MONO_NS = 5_000_000_000n;

/** A record with its head; what a test is not about is left out. */
function record(type: string, body: object, tool = "vrrp-elect"): KnownRecord {
  const head = {
    v: 1,
    tool,
    host: "a",
    pid: 1,
    ts: "2026-11-26T00:00:10.500000000Z",
    mono_ns: String(MONO_NS),
    seq: 1,
  };
  return { ...head, type, ...body } as unknown as KnownRecord;
}
const state = (now: string, previous: string): KnownRecord =>
  record("vrrp.state", { instance: INSTANCE, state: now, previous, priority: 120 });
const lease = (more = {}): KnownRecord =>
  record("vrrp.lease", { instances: [INSTANCE], epoch: [1], valid_ms: 500, boot_id: BOOT, ...more });
const owned = (type: string): KnownRecord => record(type, { instance: INSTANCE, took_us: 2500 }, "vmac-ctl");
const check = (ok: boolean): KnownRecord => record("track.state", { name: "web", ok }, "vip-track");

type Expected = readonly (readonly [
  family: FamilyName,
  labels: Readonly<Record<string, string>>,
  value: number | undefined,
])[];
const of = { instance: INSTANCE };

/** Records in their order, and the figures after them. */
const ROWS: readonly (readonly [name: string, records: readonly KnownRecord[], expected: Expected])[] = [
  [
    "a state is one of three",
    [state("backup", "initialize"), state("active", "backup")],
    [
      ["viptools_state", { ...of, state: "active" }, 1],
      ["viptools_state", { ...of, state: "backup" }, 0],
      ["viptools_state", { ...of, state: "initialize" }, 0],
      ["viptools_state_changes_total", of, 2],
      ["viptools_last_change_timestamp_seconds", of, 1_795_651_210.5],
      ["viptools_priority", of, 120],
    ],
  ],
  [
    "a lease is an advert, unless it is the first or the last one",
    [lease({ settling: true }), lease(), lease(), lease({ leaving: true })],
    [["viptools_adverts_total", of, 2]],
  ],
  ["what is left of a lease", [lease()], [["viptools_lease_remaining_seconds", of, 0.4]]],
  ["a Backup has none", [lease(), state("backup", "active")], [["viptools_lease_remaining_seconds", of, 0]]],
  [
    "another boot's lease says nothing",
    [lease({ boot_id: "x" })],
    [["viptools_lease_remaining_seconds", of, undefined]],
  ],
  [
    "owned until it is given back",
    [owned("vmac.prepared"), owned("vmac.up"), owned("vmac.repaired"), owned("vmac.fenced")],
    [
      ["viptools_owned", of, 0],
      ["viptools_ownership_events_total", { ...of, event: "up" }, 1],
      ["viptools_ownership_events_total", { ...of, event: "repaired" }, 1],
      ["viptools_ownership_events_total", { ...of, event: "fenced" }, 1],
      ["viptools_take_over_seconds", of, 0.0025],
    ],
  ],
  ["prepared is not owned", [owned("vmac.prepared")], [["viptools_owned", of, undefined]]],
  [
    "a check's changes, not its repetitions",
    [check(true), check(true), check(false), check(true)],
    [
      ["viptools_check_ok", { check: "web" }, 1],
      ["viptools_check_changes_total", { check: "web" }, 2],
    ],
  ],
  [
    "troubles are counted as often as they are said to have been",
    [
      record("vrrp.rejected", { ...of, cause: "ttl", count: 7 }),
      record("vrrp.rejected", { ...of, cause: "ttl", count: 2 }),
      record("vrrp.conflict", { ...of, cause: "two_active", count: 1 }),
      record("vrrp.stalled", { ...of, late_us: 9 }),
    ],
    [
      ["viptools_adverts_rejected_total", { ...of, cause: "ttl" }, 9],
      ["viptools_conflicts_total", { ...of, cause: "two_active" }, 1],
      ["viptools_stalls_total", of, 1],
    ],
  ],
  [
    "announcements by what became of them",
    [record("garp.round", { interface: "eth0", sent: 3, fenced: 1, failed: 0 }, "garp-send")],
    [
      ["viptools_announcements_total", { interface: "eth0", result: "sent" }, 3],
      ["viptools_announcements_total", { interface: "eth0", result: "fenced" }, 1],
    ],
  ],
  [
    "what tools say of themselves",
    [
      record("tool.error", { code: "x", message: "y" }, "vmac-ctl"),
      record("tool.stats", { counters: { adverts_sent: 4 } }),
      record("tool.stats", { counters: { adverts_sent: 9 } }),
      record("arp.conflict", { ip: "192.0.2.1", owners: [] }, "arp-listen"),
    ],
    [
      ["viptools_tool_errors_total", { tool: "vmac-ctl" }, 1],
      ["viptools_tool_counter", { tool: "vrrp-elect", counter: "adverts_sent" }, 9],
      ["viptools_records_total", { tool: "vrrp-elect" }, 2],
      ["viptools_address_events_total", { event: "conflict" }, 1],
    ],
  ],
];

for (const [name, records, expected] of ROWS) {
  test(name, () => {
    const book = new Bookkeeper(BOOT);
    for (const one of records) book.note(one);
    book.tick({ monotonicNs: MONO_NS + 100_000_000n, realtimeNs: 0n });
    const found = expected.map(([family, labels]) => [family, labels, book.ledger.get(family, labels)]);
    assert.deepEqual(found, expected);
  });
}

test("what is worth a file at once is a change, and no heartbeat", () => {
  const book = new Bookkeeper(BOOT);
  const rows: readonly (readonly [KnownRecord, boolean])[] = [
    [state("backup", "initialize"), true],
    [lease(), false],
    [owned("vmac.prepared"), false],
    [owned("vmac.up"), true],
    [check(true), false],
    [check(true), false],
    [check(false), true],
    [record("tool.stats", { counters: {} }), false],
  ];
  assert.deepEqual(
    rows.map(([one]) => book.note(one)),
    rows.map(([, isNews]) => isNews),
  );
});

test("after the end nobody here is Active, whatever was said last", () => {
  const book = new Bookkeeper(BOOT);
  for (const one of [state("active", "backup"), lease(), owned("vmac.up")]) book.note(one);
  book.end();
  book.tick({ monotonicNs: MONO_NS, realtimeNs: 0n });
  assert.equal(book.ledger.get("viptools_up", {}), 0);
  assert.equal(book.ledger.get("viptools_state", { ...of, state: "active" }), 0);
  assert.equal(book.ledger.get("viptools_owned", of), 0);
  assert.equal(book.ledger.get("viptools_lease_remaining_seconds", of), 0);
  assert.equal(book.ledger.get("viptools_state_changes_total", of), 1);
});

test("a thousand names make no thousand series, and are counted", () => {
  const book = new Bookkeeper(BOOT);
  for (let n = 0; n < 1000; n++) {
    book.note(record("track.state", { name: `check ${n}`, ok: true }, `tool ${n}`));
    book.note(record("vrrp.lease", { instances: [`eth0/4/${n}`], epoch: [1], valid_ms: 500, boot_id: BOOT }));
  }
  book.tick({ monotonicNs: MONO_NS, realtimeNs: 0n });
  assert.equal(book.ledger.seriesOf("viptools_check_ok").length, 256);
  assert.equal(book.ledger.seriesOf("viptools_records_total").length, 32);
  assert.equal(book.ledger.seriesOf("viptools_lease_remaining_seconds").length, 256);
  const refused = book.ledger.refused;
  assert.equal(book.ledger.get("viptools_values_refused_total", {}), refused);
  book.note(record("track.state", { name: "one more", ok: true }, "tool 0"));
  assert.equal(book.ledger.refused, refused + 2, "its state and its change");
});
