import assert from "node:assert/strict";
import test from "node:test";
import { formatLine, formatTimestamp, type Line, parseLine } from "./line.ts";
import { type RecordBody, VOCABULARY } from "./vocabulary.ts";

const STAMP = {
  tool: "vrrp-elect",
  host: "a",
  pid: 7,
  ts: "2026-11-21T03:57:09.913812345Z",
  mono_ns: "123456789",
  seq: 1,
};
const LEASE: RecordBody = {
  type: "vrrp.lease",
  instances: ["eth0/4/51"],
  epoch: [3],
  valid_ms: 250,
  boot_id: "b",
};
const line = formatLine(STAMP, LEASE);
const changed = (part: object): string => JSON.stringify({ ...JSON.parse(line), ...part });

test("formatLine() writes one line, head first", () => {
  assert.ok(line.endsWith("}\n") && line.indexOf("\n") === line.length - 1);
  assert.deepEqual(Object.keys(JSON.parse(line)).slice(0, 8), [
    "v",
    "type",
    "tool",
    "host",
    "pid",
    "ts",
    "mono_ns",
    "seq",
  ]);
});

test("formatLine() leaves mono_ns out where there is none", () => {
  const { mono_ns: _, ...stamp } = STAMP;
  assert.equal("mono_ns" in JSON.parse(formatLine(stamp, LEASE)), false);
});

test("formatLine() writes no control character, whatever a text holds", () => {
  const evil = "\u001b[2J\u007f\u009b2J\u0085\r\n";
  const written = formatLine(STAMP, { type: "tool.error", code: "x", message: evil });
  assert.doesNotMatch(written.slice(0, -1), /\p{Cc}/u);
  assert.equal(JSON.parse(written).message, evil);
});

const PARSED: [string, string, Line["kind"], string?][] = [
  ["a record", line, "record"],
  ["a record with a key that is new", changed({ extra: 1 }), "record"],
  ["a type that is new", changed({ type: "new.thing" }), "unknown"],
  ["another schema major", changed({ v: 2, instances: 5 }), "unknown"],
  ["a blank line", "  ", "blank"],
  ["no JSON", "garbage {", "bad", "is not JSON: garbage {"],
  ["a bare number", "5", "bad", "is no JSON object: 5"],
  ["an array", "[]", "bad", "is no JSON object: []"],
  ["null", "null", "bad", "is no JSON object: null"],
  ["an object that is no record", "{}", "bad", 'has no "v"'],
  ["a missing field", changed({ valid_ms: undefined }), "bad", 'has no "valid_ms"'],
  ["a number as text", changed({ valid_ms: "250" }), "bad"],
  ["a negative time", changed({ valid_ms: -1 }), "bad"],
  ["a lease that never ends", changed({ valid_ms: 1e308 }), "bad"],
  ["a lease of 24 days", changed({ valid_ms: 24 * 86_400_000 }), "record"],
  ["a lease that no timer holds", changed({ valid_ms: 2 ** 31 }), "bad"],
  ["an instance that is none", changed({ instances: ["eth0"] }), "bad"],
  ["an instance with a zero octet in its name", changed({ instances: ["eth0\u0000x/4/51"] }), "bad"],
  ["an instance that would steer a terminal", changed({ instances: ["\u001b[2J/4/51"] }), "bad"],
  ["a line of brackets alone", "[".repeat(500_000) + "]".repeat(500_000), "bad"],
  [
    "what is nested deeply",
    `${line.trim().slice(0, -1)},"x":${"[".repeat(2e5)}${"]".repeat(2e5)}}`,
    "record",
  ],
  ["a clock that is no number", changed({ mono_ns: "12a" }), "bad"],
  ["a clock as a number, which loses digits", changed({ mono_ns: 12 }), "bad"],
  ["a time without its nine digits", changed({ ts: "2026-11-21T03:57:09Z" }), "bad"],
];
for (const [name, text, kind, message] of PARSED) {
  test(`parseLine() takes ${name} as ${kind}`, () => {
    const parsed = parseLine(text);
    assert.equal(parsed.kind, kind, JSON.stringify(parsed));
    if (message !== undefined) assert.equal(parsed.kind === "bad" && parsed.message, message);
  });
}

test("parseLine() takes no field from what JavaScript has of its own", () => {
  const own = changed({ type: "tool.stats" }).replace(
    '"valid_ms"',
    '"__proto__":{"counters":{"a":1}},"valid_ms"',
  );
  const parsed = parseLine(own);
  assert.equal(parsed.kind === "bad" && parsed.message, 'has no "counters"');
  const counted = parseLine(
    changed({ type: "tool.stats", counters: 0 }).replace(
      '"counters":0',
      '"counters":{"__proto__":5,"constructor":6,"a":1}',
    ),
  );
  assert.ok(counted.kind === "record" && counted.record.type === "tool.stats", JSON.stringify(counted));
  assert.equal(({} as Record<string, unknown>)["a"], undefined);
  assert.equal(Object.getPrototypeOf(counted.record.counters), Object.prototype);
});

const prepare = (vips: unknown): string => {
  const more = { instance: "eth0/4/51", epoch: 1, vmac: null, within_ms: 1, boot_id: "x", vips };
  return JSON.stringify({ v: 1, type: "vrrp.prepare", ...STAMP, ...more });
};
const VIP_LISTS: [string, unknown, Line["kind"], string?][] = [
  ["addresses", ["192.0.2.1/24", "2001:db8::1/64"], "record"],
  ["nothing", [], "record"],
  ["an address without a length", ["192.0.2.1/24", "192.0.2.2"], "bad", 'has a bad "vips.1"'],
  ["a number", ["192.0.2.1/24", 5], "bad", 'has a bad "vips.1"'],
  ["letters of an address, and none", ["192.0.f.1/24"], "bad", 'has a bad "vips.0"'],
  ["colons alone", [":::::/64"], "bad", 'has a bad "vips.0"'],
  ["too much of an octet", ["192.0.2.256/24"], "bad", 'has a bad "vips.0"'],
  ["too many groups", ["1:2:3:4:5:6:7:8:9/64"], "bad", 'has a bad "vips.0"'],
  ["too long a prefix", ["192.0.2.1/33"], "bad", 'has a bad "vips.0"'],
  ["too long a prefix of IPv6", ["2001:db8::1/129"], "bad", 'has a bad "vips.0"'],
  [
    "addresses of all forms",
    [
      "0.0.0.0/0",
      "255.255.255.255/32",
      "::/0",
      "1::/16",
      "::1/128",
      "1:2:3:4:5:6:7:8/128",
      "1::3:4:5:6:7:8/64",
      "::ffff:192.0.2.1/128",
    ],
    "record",
  ],
  ["no list", "192.0.2.1/24", "bad", 'has a bad "vips"'],
  ["no list, but what has its words", { length: 0 }, "bad", 'has a bad "vips"'],
];
for (const [name, vips, kind, message] of VIP_LISTS) {
  test(`parseLine() takes VIPs that are ${name} as ${kind}`, () => {
    const parsed = parseLine(prepare(vips));
    assert.equal(parsed.kind, kind, JSON.stringify(parsed));
    if (parsed.kind === "record") assert.deepEqual("vips" in parsed.record && parsed.record.vips, vips);
    if (message !== undefined) assert.ok(parsed.kind === "bad" && parsed.message.startsWith(message));
  });
}

const lease = (fields: object): string => {
  const more = { instances: ["eth0/4/51"], epoch: [1], valid_ms: 250, boot_id: "x" };
  return JSON.stringify({ v: 1, type: "vrrp.lease", ...STAMP, ...more, ...fields });
};
const LEASES: [string, object, Line["kind"]][] = [
  ["of a fraction", { valid_ms: 0.25 }, "record"],
  ["of 24 days", { valid_ms: 2_073_600_000 }, "record"],
  ["that no clock could count", { valid_ms: 1e308 }, "bad"],
  ["of a moment of 64 bits", { mono_ns: "18446744073709551615" }, "record"],
  ["of a moment that is no number to anybody", { mono_ns: "9".repeat(400) }, "bad"],
];
for (const [name, fields, kind] of LEASES)
  test(`parseLine() takes a lease ${name} as ${kind}`, () =>
    assert.equal(parseLine(lease(fields)).kind, kind));

test("parseLine() shows only the beginning of a long bad line", () => {
  const parsed = parseLine("x".repeat(10_000));
  assert.ok(parsed.kind === "bad" && parsed.message.length < 100);
});

test("parseLine() never throws, whatever the text", () => {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed;
  };
  for (let n = 0; n < 5000; n++) {
    const octets = Buffer.from(line);
    for (let k = 0; k < 1 + (random() % 3); k++) octets[random() % octets.length] = random() & 0xff;
    assert.ok(["record", "unknown", "blank", "bad"].includes(parseLine(octets.toString("utf8")).kind));
  }
});

const TIMES: [bigint, string][] = [
  [0n, "1970-01-01T00:00:00.000000000Z"],
  [1_700_000_000_123_456_789n, "2023-11-14T22:13:20.123456789Z"],
  [951_782_400_000_000_001n, "2000-02-29T00:00:00.000000001Z"],
];
for (const [ns, text] of TIMES) {
  test(`formatTimestamp() writes ${text}`, () => assert.equal(formatTimestamp(ns), text));
}

test("every type of the vocabulary is declared once", () => {
  const types = VOCABULARY.map((known) => known.type);
  assert.equal(new Set(types).size, types.length);
});
