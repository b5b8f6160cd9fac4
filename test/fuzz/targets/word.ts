/**
 * Words of command lines and of small texts: a SyntaxError with a sentence, or a value that is in its range.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseDurationUs } from "@viptools/cli";
import { parseIpAddress, parseMac } from "@viptools/wire";
import { parseAll, parseExpected, parseHidden, parseService } from "arp-hide/dist/words.js";
import { parseFields } from "arp-listen/dist/fields.js";
import { parseWatched } from "arp-listen/dist/watch.js";
import { parseMacChoice, parseTarget, parseTargetMac } from "garp-send/dist/choices.js";
import { parseEndpoint, parseZoned } from "vip-track/dist/endpoint.js";
import { parseNetwork } from "vip-track/dist/network.js";
import { parseComparison, parseRanges } from "vip-track/dist/number-range.js";
import { octetsOf, type Target, textOf } from "../target.ts";

function word(name: string, seeds: readonly string[], read: (text: string) => void): Target {
  return {
    name: `word-${name}`,
    kind: "text",
    seeds: () => octetsOf(...seeds),
    refusals: [SyntaxError],
    longest: 200,
    play: (bytes) => read(textOf(bytes)),
  };
}

/** What is written in canonical form is read as the same. */
function isStable(read: (text: string) => string): (text: string) => void {
  return (text) => {
    const value = read(text);
    assert.equal(read(value), value);
  };
}

export const TARGETS: readonly Target[] = [
  word("duration", ["10ms", "1.5s", "2m", "100us", "1h", "0.25"], (text) => {
    const us = parseDurationUs(text);
    assert.ok(Number.isSafeInteger(us) && us >= 0, `${us}`);
  }),
  word("mac", ["00:00:5e:00:01:33", "00-00-5E-00-01-33"], isStable(parseMac)),
  word("address", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "fe80::", "::"], isStable(parseIpAddress)),
  word("mac-choice", ["vrid:51", "vrid6:51", "auto", "00:00:5e:00:01:33"], isStable(parseMacChoice)),
  word("target-mac", ["zero", "ones", "own", "00:00:5e:00:01:33"], (text) => void parseTargetMac(text)),
  word("target", ["192.0.2.1/24", "2001:db8::1/64"], isStable(parseTarget)),
  word(
    "hidden",
    ["192.0.2.1/32", "2001:db8::1", "192.0.2.1 192.0.2.1"],
    (text) => void parseAll(text.split(" "), parseHidden),
  ),
  word("expected", ["vrid:51", "00:00:5e:00:01:33"], isStable(parseExpected)),
  word("service", ["tcp/80", "udp/53"], isStable(parseService)),
  word("endpoint", ["192.0.2.1:80", "[2001:db8::1]:80", "[fe80::1%eth0]:80"], (text) => {
    const { port } = parseEndpoint(text, 80);
    assert.ok(Number.isInteger(port) && port >= 1 && port <= 65_535);
  }),
  word("zoned", ["fe80::1%eth0", "192.0.2.1"], isStable(parseZoned)),
  word("network", ["198.51.100.0/24", "2001:db8::/32", "default"], (text) => {
    const { network, length } = parseNetwork(text, 6);
    assert.deepEqual(parseNetwork(`${network}/${length}`, 6), { network, length });
  }),
  word("ranges", ["200,301-302", "2-", "2-5"], (text) => {
    for (const { least, most } of parseRanges(text)) assert.ok(least >= 0 && most >= least);
  }),
  word("comparison", ["< 5", ">= -3.25", "!= 0"], (text) => {
    assert.equal(typeof parseComparison(text)(3), "boolean");
  }),
  word("watched", ["192.0.2.100=00:00:5e:00:01:33", "192.0.2.100"], (text) => void parseWatched(text)),
  word("fields", ["ip,owners", "ts"], (text) => void parseFields(text, ["arp.seen", "arp.changed"])),
];
