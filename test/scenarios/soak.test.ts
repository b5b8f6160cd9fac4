/** `npm run soak` in short: what it would say of a leak after hours, and that it sees one. */
import assert from "node:assert/strict";
import test from "node:test";
import { IS_FULL, needsRoot } from "../lab/stage.ts";
import { scriptCommand } from "../soak/chain.ts";
import { changes } from "../soak/changes.ts";
import { advertsIn, recordsOfWire } from "../soak/heard.ts";
import { faultsOf, type Slack } from "../soak/judge.ts";
import { runLap, type Work } from "../soak/lap.ts";
import { recordsThrough } from "../soak/records.ts";
import { reportOf } from "../soak/report.ts";

/** For seconds: what the control keeps is over it. */
const SLACK: Slack = { residentKib: 16_384, heldKib: 4096 };
const SEED = 1;

const WORKS: readonly Work[] = [
  changes({ amount: 960, form: { mode: "macvlan", standby: "fenced" } }),
  recordsThrough(15_000, SEED),
  ...(IS_FULL ? [advertsIn(400_000, SEED), recordsOfWire(400_000, SEED)] : []),
];

for (const work of WORKS) {
  test(`S3 ${work.amount} ${work.title}: memory is flat, and nothing is left over`, needsRoot, async (t) => {
    const lap = await runLap(work);
    for (const line of reportOf(lap).split("\n")) t.diagnostic(line);
    assert.deepEqual(faultsOf(lap, SLACK), []);
  });
}

test(
  "control: who keeps memory, descriptors, timers, rules, links and neighbours is noticed",
  needsRoot,
  async () => {
    const lap = await runLap(recordsThrough(4000, SEED, [scriptCommand("keeps")]));
    const faults = faultsOf(lap, SLACK).join("\n");
    for (const said of [
      /keeps: resident memory grew/,
      /keeps: what it holds without garbage grew/,
      /keeps: has \d+ more descriptors of \/dev\/null open/,
      /keeps: has \d+ more timers/,
      /left over: firewall \+ table inet kept/,
      /left over: links \+ kept /,
      /left over: neighbours \+ 192\.0\.2\.200 /,
    ])
      assert.match(faults, said);
  },
);
