/**
 * Plays a script on a host of the lab, gives back what an operator would give back, and says what is then not as before.
 *
 * @module
 */
import { type Dump, differences, differingLines, dumpHost } from "../lab/dump.ts";
import { sleep } from "../lab/shell.ts";
import { Player, type Tally } from "./player.ts";
import { clearScene, type Stage, setScene } from "./scene.ts";
import type { Script } from "./script.ts";

export interface Report {
  /** Lines of the dumps that differ, and what else must not be. */
  readonly wrong: readonly string[];
  readonly counts: Tally;
}

/** The kernel does some of its work later. */
const SETTLE_MS = 1500;
const LOOK_EVERY_MS = 50;

/** @returns what was wrong, and then the host may not be used again. */
export async function play(stage: Stage, script: Script): Promise<Report> {
  const { network, host } = stage;
  setScene(network, host, script.scene);
  const isBare = script.scene.link === undefined && script.scene.addresses.length === 0;
  const before = isBare ? dumpHost(network, host) : await calmDump(stage);
  const player = new Player(stage, script.scene);
  for (const step of script.steps) await player.perform(step);
  await player.giveAllBack();
  const after = await dumpUntilEqual(stage, before);
  const wrong = [...player.wrong, ...differingLines(before, after)];
  if (wrong.length === 0) clearScene(stage, script.scene);
  return { wrong, counts: player.counts };
}

/** What links and addresses of the scene bring with them may take a moment. */
async function calmDump({ network, host }: Stage): Promise<Dump> {
  for (let dump = dumpHost(network, host); ; ) {
    await sleep(LOOK_EVERY_MS);
    const next = dumpHost(network, host);
    if (differences(dump, next).length === 0) return next;
    dump = next;
  }
}

async function dumpUntilEqual({ network, host }: Stage, before: Dump): Promise<Dump> {
  for (const endMs = performance.now() + SETTLE_MS; ; ) {
    const dump = dumpHost(network, host);
    if (performance.now() > endMs || differences(before, dump).length === 0) return dump;
    await sleep(LOOK_EVERY_MS);
  }
}
