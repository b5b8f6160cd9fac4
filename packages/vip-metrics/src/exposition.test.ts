import assert from "node:assert/strict";
import test from "node:test";
import { formatExposition } from "./exposition.ts";
import { Ledger } from "./ledger.ts";

test("a family has its help, its type and its series in a block, and one without series has none", () => {
  const ledger = new Ledger();
  ledger.add("viptools_stalls_total", { instance: "eth0/4/51" }, 2);
  ledger.set("viptools_up", {}, 1);
  ledger.add("viptools_stalls_total", { instance: "eth0/6/51" }, 0);
  assert.equal(
    formatExposition(ledger),
    `# HELP viptools_up 1 while the pipe runs, 0 after its end
# TYPE viptools_up gauge
viptools_up 1
# HELP viptools_stalls_total Times that the elector was held up
# TYPE viptools_stalls_total counter
viptools_stalls_total{instance="eth0/4/51"} 2
viptools_stalls_total{instance="eth0/6/51"} 0
`,
  );
});

/** What a record's writer may call something, and how a label says it. */
const NAMES: readonly (readonly [name: string, label: string])[] = [
  ["web", "web"],
  ['say "hi"', 'say \\"hi\\"'],
  ["back\\slash", "back\\\\slash"],
  ["two\nlines", "two\\nlines"],
  ["\\n", "\\\\n"],
  ['"} 1\nfoo 2', '\\"} 1\\nfoo 2'],
  ["Wächter", "Wächter"],
];

for (const [name, label] of NAMES) {
  test(`the check ${JSON.stringify(name)} is one sample, whatever it is called`, () => {
    const ledger = new Ledger();
    ledger.set("viptools_check_ok", { check: name }, 1);
    const lines = formatExposition(ledger).split("\n");
    assert.deepEqual(lines.slice(2), [`viptools_check_ok{check="${label}"} 1`, ""]);
  });
}
