import assert from "node:assert/strict";
import test from "node:test";
import { parseAll, parseExpected, parseHidden, parseHost, parseService } from "./words.ts";

const READ: readonly (readonly [text: string, address: string])[] = [
  ["192.0.2.100", "192.0.2.100"],
  ["192.0.2.100/32", "192.0.2.100"],
  ["2001:DB8:0::100", "2001:db8::100"],
  ["2001:db8::100/128", "2001:db8::100"],
];
for (const [text, address] of READ)
  test(`${text} is ${address}`, () => assert.equal(parseHidden(text), address));

const REFUSED: readonly (readonly [text: string, says: RegExp])[] = [
  ["192.0.2.100/24", /"192\.0\.2\.100\/24" is a network.*needs 192\.0\.2\.100\/32/],
  ["2001:db8::100/64", /is a network.*needs 2001:db8::100\/128/],
  ["fe80::100", /link-local/],
  ["224.0.0.18", /unicast/],
  ["0.0.0.0", /unicast/],
  ["vip", /"vip"/],
];
for (const [text, says] of REFUSED)
  test(`${text} is refused`, () => assert.throws(() => parseHidden(text), says));

test("a link-local address can be asked for, and hidden it cannot be", () => {
  assert.equal(parseHost("fe80::100"), "fe80::100");
});

test("two words for one address are one too many", () => {
  assert.throws(() => parseAll(["2001:db8::1", "2001:db8:0::1"], parseHost), /2001:db8::1 is given twice/);
});

test("--expect takes a MAC and a virtual router's number", () => {
  assert.equal(parseExpected("vrid:51"), "00:00:5e:00:01:33");
  assert.equal(parseExpected("vrid6:51"), "00:00:5e:00:02:33");
  assert.equal(parseExpected("02:00:00:00:00:0A"), "02:00:00:00:00:0a");
  assert.throws(() => parseExpected("vrid:256"), /VRID is 256/);
});

test("--to takes a protocol and a port", () => {
  assert.deepEqual(["tcp/80", "udp/053"].map(parseService), ["tcp/80", "udp/53"]);
  for (const text of ["tcp", "80", "tcp/0", "tcp/65536", "icmp/8", "tcp/80-90", "TCP/80"])
    assert.throws(() => parseService(text), new RegExp(`"${text}" is no service: needs tcp/PORT`));
});
