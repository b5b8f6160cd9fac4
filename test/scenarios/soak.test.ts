/** `npm run soak` in short: what it would say of a leak after hours, and that it sees one. */
import assert from "node:assert/strict";
import test from "node:test";
import { IS_FULL, needsRoot } from "../lab/stage.ts";
import { scriptCommand } from "../soak/chain.ts";
import { changes } from "../soak/changes.ts";
import { advertsIn, recordsOfWire } from "../soak/heard.ts";
import { faultsOf } from "../soak/judge.ts";
import { runLap, type Work } from "../soak/lap.ts";
import { recordsThrough } from "../soak/records.ts";
import { reportOf } from "../soak/report.ts";

/** In seconds code is compiled and tables get full; what the control keeps is over it. */
const SLACK_KIB = 4096;
const SEED = 1;

const WORKS: readonly Work[] = [
  changes({ amount: 640, form: { mode: "macvlan", standby: "fenced" } }),
  ...(IS_FULL ? [advertsIn(400_000, SEED), recordsThrough(400_000, SEED), recordsOfWire(400_000, SEED)] : []),
];

for (const work of WORKS) {
  test(`S3 ${work.amount} ${work.title}: memory is flat, and nothing is left over`, needsRoot, async (t) => {
    const lap = await runLap(work);
    for (const line of reportOf(lap).split("\n")) t.diagnostic(line);
    assert.deepEqual(faultsOf(lap, SLACK_KIB), []);
  });
}

test(
  "records through a pipe: who keeps something of each is noticed, and only that one",
  needsRoot,
  async () => {
    const lap = await runLap(recordsThrough(6000, SEED, [scriptCommand("keeps")]));
    const faults = faultsOf(lap, SLACK_KIB).map((fault) => fault.replace(`${lap.title}: `, ""));
    for (const said of [
      /^keeps: memory grew/,
      /^keeps: what V8 holds grew/,
      /^keeps: has \d+ more descriptors of \/dev\/null open/,
      /^keeps: has \d+ more timers/,
      /^left over: firewall \+ table inet kept/,
      /^left over: links \+ kept /,
      /^left over: neighbours \+ 192\.0\.2\.200 /,
    ]) {
      assert.ok(
        faults.some((fault) => said.test(fault)),
        `${said} in ${faults.join("\n")}`,
      );
    }
    assert.deepEqual(
      faults.filter((fault) => !/^(keeps|left over): /.test(fault)),
      [],
    );
  },
);
