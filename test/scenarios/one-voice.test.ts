/**
 * S1 and S9: each process of the Active's pipe, and all of them, killed and frozen. Counted at the switch: which host
 * speaks as the virtual router. Asked by a client all the time: is anybody there?
 */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Client, strayLossShare } from "../lab/client.ts";
import { nowUs } from "../lab/fault.ts";
import type { Network } from "../lab/network.ts";
import { PIPE_TOOLS, type PipeTool } from "../lab/router.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { IS_FULL, longestOutageMs, needsRoot, onStage, patienceMs, startPair } from "../lab/stage.ts";
import { Taps } from "../lab/taps.ts";
import { findContests } from "../lab/voices.ts";

const FREEZE_MS = 5000;
/** A client asks each 2 ms: whoever is silent for so long is mute, and speaks anew afterwards. */
const MUTE_MS = 1000;
/** Share of the asks outside the expected outage that may be lost before a run says nothing. */
const STRAY_MAX = 0.05;

interface Fault {
  readonly tool: PipeTool | "all";
  readonly signal: "SIGKILL" | "SIGSTOP";
  readonly advertMs: number;
}

async function play(t: TestContext, network: Network, { tool, signal, advertMs }: Fault): Promise<void> {
  const { a, b } = await startPair(network, advertMs);
  const taps = new Taps(network);
  await taps.open(["a", "b"]);
  const ping = new Client(network, "c", "icmp");
  const arp = new Client(network, "c", "arp");
  await sleep(1000);
  const faultUs = nowUs();
  a.signal(tool, signal);
  const end = signal === "SIGSTOP" ? FREEZE_MS : longestOutageMs(advertMs);
  await waitFor("b to take over", patienceMs(advertMs), () =>
    b.states().at(-1)?.state === "active" ? true : undefined,
  );
  await sleep(Math.max(0, end - (nowUs() - faultUs) / 1000));
  a.signal(tool, "SIGCONT");
  await sleep(1000 + 3 * advertMs);
  const [pinged, asked] = [await ping.stop(), await arp.stop()];
  const frames = await taps.close();

  const contests = findContests(frames, Math.min(3 * advertMs, MUTE_MS) * 1000);
  const limitMs = longestOutageMs(advertMs);
  const worstMs = Math.max(...pinged.outages.map(({ outageMs }) => outageMs));
  const overlapMs = Math.max(0, ...contests.map(({ overlapUs }) => overlapUs / 1000));
  t.diagnostic(
    `${signal} ${tool} at ${advertMs} ms: away ${worstMs.toFixed(0)} ms (limit ${limitMs.toFixed(0)}), ${contests.length} changes of voice, both spoke ${overlapMs.toFixed(1)} ms`,
  );
  for (const story of [pinged, asked]) {
    const stray = strayLossShare(story, faultUs, faultUs + (end + limitMs) * 1000);
    assert.ok(
      stray <= STRAY_MAX,
      `the run is void: ${(stray * 100).toFixed(1)} % of the asks outside the outage were lost`,
    );
    assert.equal(story.isAway, false, "somebody answers in the end");
  }
  assert.ok(worstMs <= limitMs, `S9: nobody answered for ${worstMs} ms, at most ${limitMs} are allowed`);
  assert.ok(contests.length >= 1, "the voice did change: the capture can show it");
  assert.ok(contests.length <= 2, `S1: the voice changed ${contests.length} times`);
  assert.ok(overlapMs < advertMs, `S1: both spoke for ${overlapMs} ms, which is no reaction time`);
  assert.notEqual(a.isActive() && !a.hasEnded, b.isActive(), "exactly one is Active in the end");
}

const faults: Fault[] = [];
for (const advertMs of IS_FULL ? [100, 1000] : [100]) {
  for (const tool of [...PIPE_TOOLS, "all"] as const) {
    faults.push({ tool, signal: "SIGKILL", advertMs });
    if (IS_FULL || tool === "vmac-ctl" || tool === "all") faults.push({ tool, signal: "SIGSTOP", advertMs });
  }
}
for (const fault of faults) {
  test(
    `S1 S9 one voice after ${fault.signal} of ${fault.tool} at ${fault.advertMs} ms`,
    needsRoot,
    async (t) => {
      await onStage(["a", "b", "c"], (network) => play(t, network, fault));
    },
  );
}

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
