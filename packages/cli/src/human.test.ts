import assert from "node:assert/strict";
import test from "node:test";
import { type KnownRecord, parseLine } from "@viptools/records";
import { formatHuman, harmless } from "./human.ts";

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

test("harmless() shows what it took away", () => assert.equal(harmless("a\u001bb\nc"), "a\\x1bb\\x0ac"));
