/** S9: an elector whose reader is late says nothing that nobody acts on, and goes on when it is read again. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { ofType } from "../lab/record-log.ts";
import type { PipeRouter } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage, patienceMs, startPair, untilActive } from "../lab/stage.ts";
import { Taps } from "../lab/taps.ts";
import { findContests } from "../lab/voices.ts";

const ADVERT_MS = 200;
const SILENT = "silent until it does";
/** A lease is 25 ms; whoever only tells of it is given 100. */
const HICCUPS_MS = { "vmac-ctl": 60, "garp-send": 40 } as const;
const HICCUPS = 5;

const said = (router: PipeRouter, sentence: string): number => router.errors().split(sentence).length - 1;

async function untilSaid(router: PipeRouter, sentence: string): Promise<void> {
  await waitFor(
    `a to say "${sentence}"`,
    patienceMs(ADVERT_MS),
    () => said(router, sentence) > 0 || undefined,
  );
}

/** By its counters. */
async function latenessesOf(router: PipeRouter): Promise<number> {
  const told = (): RecordOf<"tool.stats">[] =>
    ofType(router.records(), "tool.stats").filter(({ tool }) => tool === "vrrp-elect");
  const before = told().length;
  router.signal("vrrp-elect", "SIGUSR1");
  return await waitFor("the elector's counters", patienceMs(ADVERT_MS), () => {
    return told()[before]?.counters["reader_late"];
  });
}

test("S9 a reader that is late for less than two leases costs no take-over", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const { a, b } = await startPair(network, ADVERT_MS);
    const before = [a.states().length, b.states().length];
    a.signal("vmac-ctl", "SIGSTOP");
    await untilSaid(a, SILENT);
    a.signal("vmac-ctl", "SIGCONT");
    await untilSaid(a, "reads again");
    await sleep(5 * ADVERT_MS);
    assert.deepEqual([a.isBroken, a.isActive()], [false, true]);
    assert.equal(await latenessesOf(a), 1);
    assert.deepEqual([a.states().length, b.states().length], before);
  });
});

test("S1 S9 a reader that is late for longer costs one, and the role comes back", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    const { a, b } = await startPair(network, ADVERT_MS);
    const taps = new Taps(network);
    await taps.open(["a", "b"]);
    a.signal("vmac-ctl", "SIGSTOP");
    await untilActive("b", b, ADVERT_MS);
    a.signal("vmac-ctl", "SIGCONT");
    await waitFor("a to be Active again", patienceMs(ADVERT_MS), () => {
      a.mustRun();
      return (a.isActive() && b.isElected("backup")) || undefined;
    });
    await sleep(2 * ADVERT_MS);
    const frames = await taps.close();
    const overlaps = findContests(frames, 3 * ADVERT_MS * 1000).map(({ overlapUs }) => overlapUs / 1000);
    t.diagnostic(`${overlaps.length} changes of voice, both spoke ${Math.max(...overlaps).toFixed(1)} ms`);
    assert.equal(a.isBroken, false);
    assert.equal(overlaps.length, 2, "the voice went to b, and came back");
    assert.deepEqual(
      a
        .states()
        .slice(-2)
        .map(({ state, reason }) => [state, reason]),
      [
        ["backup", "reader_late"],
        ["active", "preempt"],
      ],
    );
    assert.ok(
      frames.some(({ host, kind, priority }) => host === "a" && kind === "advert" && priority === 0),
      "a says goodbye",
    );
    assert.ok(Math.max(...overlaps) < ADVERT_MS, `S1: both spoke for ${Math.max(...overlaps)} ms`);
  });
});

test("S9 a reader that stays frozen ends the pipe", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const { a, b } = await startPair(network, ADVERT_MS);
    a.signal("vmac-ctl", "SIGSTOP");
    await untilSaid(a, "is frozen: stepping down");
    await waitFor("the end of the elector", patienceMs(ADVERT_MS), () => a.isBroken || undefined);
    assert.equal(b.isActive(), true);
    a.signal("vmac-ctl", "SIGCONT");
    await a.ended();
  });
});

test("S9 at adverts of 10 ms a pipe outlives that each of its tools is held up", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    const { a } = await startPair(network, 10);
    for (const tool of ["vmac-ctl", "garp-send"] as const)
      for (let n = 0; n < HICCUPS; n += 1) {
        a.signal(tool, "SIGSTOP");
        await sleep(HICCUPS_MS[tool]);
        a.signal(tool, "SIGCONT");
        await sleep(10 * HICCUPS_MS[tool]);
      }
    t.diagnostic(`silent ${said(a, SILENT)} times`);
    assert.ok(said(a, SILENT) > 0, "being held up is noticed");
    assert.equal(a.isBroken, false);
    await untilActive("a", a, 10);
  });
});
