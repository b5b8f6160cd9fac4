/** The report never needs more than a screen; what to ask is one line for each command. */
import assert from "node:assert/strict";
import test from "node:test";
import { judge } from "./judge.ts";
import { readNeighbours } from "./neighbours.ts";
import { planQuestions } from "./plan.ts";
import { COLUMNS_MAX, LINES_MAX, render } from "./report.ts";
import { answered, factsOf, finding, HERE, MAC_A, MAC_C, PLAIN, peer, VIP, VMAC } from "./story.fixture.ts";

const LONG = "a word that goes on ".repeat(40);

test("render fits 24 lines of 100 columns, however much is wrong, and names the first trouble", () => {
  const routers = Array.from({ length: 30 }, (_, n) =>
    peer({
      instance: `eth0/4/${n + 1}`,
      vips: Array.from({ length: 20 }, (_, m) => `198.51.${n}.${m + 1}/32`),
    }),
  );
  const codes = ["arp_ignore_all", "arp_filter_all", "ipv6_disabled", "address_duplicated", "bridge_port"];
  const facts = factsOf([...routers, ...codes.map((code) => finding(code, LONG))], {
    role: "router",
    missed: [LONG, "x".repeat(300), LONG, LONG],
    vips: [],
  });
  const lines = render(facts, judge(facts), "host");
  assert.ok(lines.length <= LINES_MAX, `${lines.length}`);
  for (const line of lines) assert.ok(line.length <= COLUMNS_MAX, line);
  assert.match(lines.join("\n"), /^ERROR +arp_ignore_all/m);
  assert.match(lines.join("\n"), /… and \d more: --json has them/);
});

test("render makes what came from the wire harmless", () => {
  const facts = factsOf([finding("bridge_port", "a\u001b[2Jb")]);
  assert.ok(!render(facts, judge(facts), "host").join("\n").includes("\u001b"));
});

test("render says OK where nothing is wrong, and what was not looked at", () => {
  const facts = factsOf([peer(), answered(VIP, [VMAC])], { missed: ["who answers: forbidden"] });
  const text = render(facts, judge(facts), "host").join("\n");
  assert.match(text, /^OK +nothing wrong was found in what could be looked at$/m);
  assert.match(text, /^MISSED +who answers: forbidden$/m);
});

test("render tells what was missed once, and cuts it at a word", () => {
  const words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron ".repeat(3);
  const facts = factsOf([], { missed: ["who answers: down", "who answers: down", words, "last"] });
  const text = render(facts, judge(facts), "host");
  const missed = text.slice(text.findIndex((line) => line.startsWith("MISSED")));
  assert.deepEqual([missed.length, missed[0], missed[2]], [3, "MISSED   who answers: down", "         last"]);
  assert.match(missed[1]!, / [a-z]+ …$/);
  const last = /([a-z]+) …$/.exec(missed[1]!)?.[1] ?? "";
  assert.ok(words.split(" ").includes(last), last);
});

const NEIGHBOUR = { ip: "192.0.2.9", mac: MAC_A, state: "STALE" };
const ASKS = ["all 192.0.2.3 192.0.2.100 192.0.2.1", "direct 192.0.2.3 00:00:5e:00:01:33 192.0.2.100"];

for (const [name, records, looked, expected] of [
  ["a client asks for the VIP, the Active and the virtual MAC", [peer()], {}, ASKS],
  [
    "a Backup does not take the Active's frames away",
    [peer()],
    { role: "router", targets: ["192.0.2.9"] },
    ASKS,
  ],
  [
    "an Active asks its gateway from the virtual MAC",
    [peer({ notes: HERE })],
    { role: "router", targets: [VIP, "192.0.2.9"] },
    ["all 192.0.2.3 192.0.2.100", "probe 51 192.0.2.9 --force"],
  ],
  [
    "or a neighbour, and never another router",
    [peer({ notes: HERE }), peer({ address: "192.0.2.2" })],
    { role: "router", targets: ["192.0.2.2"], neighbours: [NEIGHBOUR] },
    ["all 192.0.2.3 192.0.2.100", "probe 51 192.0.2.9 --force"],
  ],
  [
    "who has no virtual MAC asks from none",
    [peer({ mac: MAC_C, notes: [...HERE, ...PLAIN] })],
    { role: "router", targets: ["192.0.2.9"] },
    ["all 192.0.2.3 192.0.2.100"],
  ],
  [
    "a VIP is no source",
    [],
    { own: [VIP], vrid: 51, targets: [] },
    ["all - 192.0.2.100", "direct - 00:00:5e:00:01:33 192.0.2.100"],
  ],
] as const)
  test(`planQuestions: ${name}`, () => assert.deepEqual(planQuestions(factsOf(records, looked)), expected));

test("readNeighbours takes what ip neigh prints", () => {
  const text = `192.0.2.100 lladdr 02:00:00:00:00:01 STALE \n192.0.2.7 FAILED\nfe80::1 lladdr 02:00:00:00:00:02 router REACHABLE\n192.0.2.8 lladdr 02:00:00:00:00:03 extern_learn  PERMANENT\nnonsense\n`;
  assert.deepEqual(readNeighbours(text), [
    { ip: "192.0.2.100", mac: "02:00:00:00:00:01", state: "STALE" },
    { ip: "192.0.2.7", mac: undefined, state: "FAILED" },
    { ip: "fe80::1", mac: "02:00:00:00:00:02", state: "REACHABLE" },
    { ip: "192.0.2.8", mac: "02:00:00:00:00:03", state: "PERMANENT" },
  ]);
});
