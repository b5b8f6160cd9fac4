/**
 * S1 and S9: each process of the Active's pipe, and all of them, killed, frozen and starved, and what others take away on
 * both hosts. Counted at the switch: which host speaks as the virtual router. Asked by clients all the time: is anybody
 * there?
 */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Client, type ClientStory, strayLossShare } from "../lab/client.ts";
import { nowUs } from "../lab/fault.ts";
import { FORMS, type Form, kindsOf, nameOf, optionsOf, PLAIN } from "../lab/form.ts";
import { KeepalivedRouter } from "../lab/keepalived.ts";
import { DELETION, flush, freeze, kill, type Mishap, type Scene, STARVATION } from "../lab/mishap.ts";
import type { Network } from "../lab/network.ts";
import { PIPE_TOOLS, type Router } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import {
  inFull,
  longestOutageMs,
  needsRoot,
  onStage,
  PRIORITY_OF_B,
  patienceMs,
  startPair,
  untilActive,
} from "../lab/stage.ts";
import { type PortFrame, Taps } from "../lab/taps.ts";
import { countMoves, findContests } from "../lab/voices.ts";

/** A client asks each 2 ms: whoever is silent for so long is mute, and speaks anew afterwards. */
const MUTE_MS = 1000;
/** Share of the asks outside the expected outage that may be lost before a run says nothing. */
const STRAY_MAX = 0.05;
/** What somebody takes away is put back before so long. */
const REPAIR_MS = 200;
/** Changes of voice, least and most: a take-over, and a fail-back where the host comes to itself. */
const CHANGES = { "take-over": [1, 2], "no change": [0, 0], either: [0, Number.POSITIVE_INFINITY] } as const;

interface Row {
  readonly form: Form;
  readonly mishap: Mishap;
  readonly advertMs: number;
  /** A table that others may change, as every one is on a kernel before 6.9. */
  readonly isWatched?: boolean;
}

/** What the switch and two clients saw. */
interface Seen {
  readonly stories: readonly ClientStory[];
  readonly frames: readonly PortFrame[];
  /** From the mishap to the end of what may come of it. */
  readonly fromUs: number;
  readonly toUs: number;
}

async function play(scene: Scene, { form, mishap, advertMs }: Row): Promise<Seen> {
  const { network, b } = scene;
  const taps = new Taps(network);
  await taps.open(["a", "b"]);
  const { ping, neighbour } = kindsOf(form);
  const clients = [new Client(network, "c", ping), new Client(network, "c", neighbour)];
  await sleep(1000);
  const fromUs = nowUs();
  const undo = mishap.cause(scene);
  const lastsMs = mishap.lastsMs ?? longestOutageMs(advertMs);
  if (mishap.expected === "take-over")
    await waitFor("b to take over", patienceMs(advertMs), () => b.isElected("active") || undefined);
  await sleep(Math.max(0, lastsMs - (nowUs() - fromUs) / 1000));
  undo();
  await sleep(1000 + 3 * advertMs);
  const stories = [];
  for (const client of clients) stories.push(await client.stop());
  const toUs = fromUs + (lastsMs + longestOutageMs(advertMs)) * 1000;
  return { stories, frames: await taps.close(), fromUs, toUs };
}

function judge(
  t: TestContext,
  { a, b }: Scene,
  { mishap, advertMs, isWatched = false }: Row,
  seen: Seen,
): void {
  const contests = findContests(seen.frames, Math.min(3 * advertMs, MUTE_MS) * 1000);
  const limitMs = mishap.expected === "no change" ? REPAIR_MS : longestOutageMs(advertMs);
  const worstMs = Math.max(0, ...seen.stories[0]!.outages.map(({ outageMs }) => outageMs));
  const overlapMs = Math.max(0, ...contests.map(({ overlapUs }) => overlapUs / 1000));
  t.diagnostic(
    `away ${worstMs.toFixed(0)} ms (limit ${limitMs.toFixed(0)}), ${contests.length} changes of voice, both spoke ${overlapMs.toFixed(1)} ms`,
  );
  for (const story of seen.stories) {
    const stray = strayLossShare(story, seen.fromUs, seen.toUs);
    assert.ok(
      stray <= STRAY_MAX,
      `the run is void: ${(stray * 100).toFixed(1)} % of the asks outside the outage were lost`,
    );
    assert.equal(story.isAway, false, "somebody answers in the end");
  }
  assert.ok(worstMs <= limitMs, `S9: nobody answered for ${worstMs} ms, at most ${limitMs} are allowed`);
  assert.ok(
    seen.frames.some(({ isVoice }) => isVoice),
    "the capture can show a voice",
  );
  if (isWatched) {
    judgeLeak(t, seen.frames);
    return;
  }
  const [least, most] = CHANGES[mishap.expected];
  assert.ok(contests.length >= least, "the voice did change: the capture can show it");
  assert.ok(contests.length <= most, `S1: the voice changed ${contests.length} times`);
  assert.ok(overlapMs < advertMs, `S1: both spoke for ${overlapMs} ms, which is no reaction time`);
  assert.notEqual(a.isActive() && !a.hasEnded, b.isActive(), "exactly one is Active in the end");
}

/** Until the table is loaded again a fenced Backup may answer: so long, and not again. */
function judgeLeak(t: TestContext, frames: readonly PortFrame[]): void {
  const ofBackup = frames.filter(({ isVoice, host }) => isVoice && host === "b").map(({ atUs }) => atUs);
  const spanMs = ofBackup.length === 0 ? 0 : (ofBackup.at(-1)! - ofBackup[0]!) / 1000;
  t.diagnostic(`the Backup spoke ${ofBackup.length} times, within ${spanMs.toFixed(1)} ms`);
  assert.ok(spanMs <= REPAIR_MS, `S1: the Backup spoke for ${spanMs} ms`);
}

const SIGNALS: readonly Mishap[] = ([...PIPE_TOOLS, "all"] as const).flatMap((tool) => [
  kill(tool),
  freeze(tool),
]);
const OTHERS: readonly Mishap[] = [STARVATION, flush("a"), flush("b"), DELETION];
const MATRIX: readonly Row[] = [
  ...FORMS.flatMap((form) => [...SIGNALS, ...OTHERS].map((mishap): Row => ({ form, mishap, advertMs: 100 }))),
  ...FORMS.flatMap((form) =>
    [flush("a"), flush("b")].map((mishap): Row => ({ form, mishap, advertMs: 100, isWatched: true })),
  ),
  ...SIGNALS.map((mishap): Row => ({ form: PLAIN, mishap, advertMs: 1000 })),
];
const textOf = ({ form, mishap, advertMs, isWatched = false }: Row): string =>
  `${mishap.name}: ${nameOf(form)} at ${advertMs} ms${isWatched ? ", watched fence" : ""}`;
const EVERYDAY: readonly string[] = [
  ...[...PIPE_TOOLS.map(kill), kill("all"), freeze("vmac-ctl"), freeze("all")].map((mishap) =>
    textOf({ form: PLAIN, mishap, advertMs: 100 }),
  ),
  textOf({
    form: { mode: "macvlan", standby: "fenced", family: 6 },
    mishap: kill("vmac-ctl"),
    advertMs: 100,
  }),
  textOf({ form: { mode: "rewrite", standby: "absent", family: 4 }, mishap: freeze("all"), advertMs: 100 }),
  textOf({ form: { mode: "address", standby: "absent", family: 4 }, mishap: freeze("all"), advertMs: 100 }),
];
for (const row of MATRIX) {
  const guard = EVERYDAY.includes(textOf(row)) ? needsRoot : inFull;
  test(`S1 S9 one voice after ${textOf(row)}`, guard, async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      const { followArgs, ...options } = optionsOf(row.form);
      const fence = row.isWatched ? " --fence watched" : "";
      const more = { ...options, followArgs: `${followArgs}${fence}` };
      const pair = await startPair(network, row.advertMs, more);
      const scene = { network, form: row.form, ...pair };
      judge(t, scene, row, await play(scene, row));
    });
  });
}

async function movesOf(network: Network, a: Router): Promise<number> {
  const taps = new Taps(network);
  await taps.open(["a", "b"]);
  const arp = new Client(network, "c", "arp");
  await sleep(500);
  a.signal("all", "SIGSTOP");
  await sleep(5000);
  a.signal("all", "SIGCONT");
  await sleep(2000);
  await arp.stop();
  return countMoves(await taps.close());
}

test(
  "S1 a router that is frozen for 5 s, beside keepalived: moves of the voice at the switch",
  inFull,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      const { a } = await startPair(network, 100);
      const moves = await movesOf(network, a);
      t.diagnostic(`ours moved ${moves} times`);
      assert.ok(moves >= 2, "there and back");
    });
    await onStage(["a", "b", "c"], async (network) => {
      const a = new KeepalivedRouter(network, "a", { priority: 150, advertMs: 100 });
      const b = new KeepalivedRouter(network, "b", { priority: PRIORITY_OF_B, advertMs: 100 });
      await untilActive("keepalived on a", a, 100);
      await waitFor("b to be Backup", 5000, () => !b.isActive() || undefined);
      t.diagnostic(`keepalived's moved ${await movesOf(network, a)} times`);
    });
  },
);

test("S1 control: without a fence the same scene shows two voices", needsRoot, async (t) => {
  await onStage(["a", "b", "c"], async (network) => {
    const { a } = await startPair(network, 100, { followArgs: "--fence none" });
    const taps = new Taps(network);
    await taps.open(["a", "b"]);
    const arp = new Client(network, "c", "arp");
    await sleep(500);
    a.signal("all", "SIGSTOP");
    await sleep(2000);
    a.signal("all", "SIGCONT");
    await sleep(500);
    await arp.stop();
    const contests = findContests(await taps.close(), 300_000);
    const overlapMs = Math.max(0, ...contests.map(({ overlapUs }) => overlapUs / 1000));
    t.diagnostic(`without a fence both spoke for ${overlapMs.toFixed(0)} ms`);
    assert.ok(overlapMs > 1000, `the capture shows an overlap of ${overlapMs} ms only: it would miss one`);
  });
});

const DRAIN_MS = 4000;

test(
  "S9 who lets go because its reader is frozen serves on while the other takes over",
  needsRoot,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      const followArgs = `--mode address --drain ${DRAIN_MS}ms`;
      const { a, b } = await startPair(network, 100, { followArgs, useVmac: false });
      const client = new Client(network, "c", "icmp");
      await sleep(500);
      a.signal("garp-send", "SIGSTOP");
      const frozenAtMs = performance.now();
      await untilActive("b", b, 100);
      const tookMs = performance.now() - frozenAtMs;
      a.signal("garp-send", "SIGCONT");
      const story = await client.stop();
      t.diagnostic(
        `b was Active after ${tookMs.toFixed(0)} ms; ${story.lost} of ${story.asked} asks were lost`,
      );
      assert.ok(tookMs < DRAIN_MS, `b was Active after ${tookMs} ms: not before a had ended`);
      assert.equal(story.lost, 0);
    });
  },
);

test("S6 a frozen Backup takes nothing when it thaws", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const { a, b } = await startPair(network, 100);
    const before = b.states().length;
    b.signal("all", "SIGSTOP");
    await sleep(3000);
    b.signal("all", "SIGCONT");
    await sleep(1500);
    assert.equal(b.states().length, before);
    assert.equal(a.isActive(), true);
  });
});
