/**
 * Script after script, until the time is over or something does not hold.
 *
 * @module
 */
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "./judge.ts";
import type { Observed, Violation } from "./observed.ts";
import { play } from "./play.ts";
import { type Limits, scriptOf, titleOf } from "./script.ts";
import { timeline } from "./timeline.ts";

export interface Campaign {
  readonly firstSeed: number;
  readonly limits: Limits;
  /** The script that runs when this is over is played to its end. */
  readonly forMs: number;
  /** More for vmac-ctl follow. */
  readonly followArgs?: string;
  readonly say: (line: string) => void;
}

export interface Outcome {
  readonly played: number;
  readonly blows: number;
  /** How many of them could not be judged: the machine itself stood still for longer than a lease bears. */
  readonly unjudged: number;
  /** Of the script that was played last. */
  readonly seed: number;
  /** What did not hold in it; none if all held. */
  readonly violations: readonly Violation[];
  /** What keepalived did wrong by itself. */
  readonly besideKeepalived: readonly Violation[];
}

export async function campaign(options: Campaign): Promise<Outcome> {
  const { firstSeed, limits, forMs, say } = options;
  const endMs = Date.now() + forMs;
  const besideKeepalived: Violation[] = [];
  let [played, blows, unjudged] = [0, 0, 0];
  for (let seed = firstSeed; played === 0 || Date.now() < endMs; seed++) {
    const script = { ...scriptOf(seed, limits), followArgs: options.followArgs ?? "" };
    const found = await play(script, (observed, folder) => lookAt(observed, folder, say));
    played += 1;
    blows += script.blows.length;
    if (found === undefined) {
      unjudged += 1;
      continue;
    }
    besideKeepalived.push(...found.filter((violation) => violation.isBesideKeepalived));
    const violations = found.filter((violation) => !violation.isBesideKeepalived);
    if (violations.length > 0) return { seed, played, blows, unjudged, violations, besideKeepalived };
  }
  return { seed: firstSeed + played - 1, played, blows, unjudged, violations: [], besideKeepalived };
}

/** A lease lasts for 2.5 intervals, and was refreshed up to one before. */
const BEARABLE_ADVERTS = 1.5;

/** @returns undefined if it says nothing. */
function lookAt(observed: Observed, folder: string, say: (line: string) => void): Violation[] | undefined {
  const { script, stallMs } = observed;
  if (stallMs > BEARABLE_ADVERTS * script.advertMs) {
    say(`${titleOf(script)}: not judged: the machine itself stood still for ${stallMs.toFixed(1)} ms`);
    return undefined;
  }
  const found = judge(observed);
  say(`${titleOf(observed.script)}: ${summaryOf(observed, found)}`);
  if (found.some((violation) => !violation.isBesideKeepalived)) say(kept(observed, folder, found));
  return found;
}

function summaryOf({ story, stallMs }: Observed, found: readonly Violation[]): string {
  const longest = Math.max(0, ...story.outages.map(({ outageMs }) => outageMs));
  const felt = `client without service for ${longest.toFixed(0)} ms at most, ${story.lost} of ${story.asked} asks lost`;
  const stood = `the machine stood still for ${stallMs.toFixed(1)} ms at most`;
  const ours = found.filter((violation) => !violation.isBesideKeepalived).length;
  const verdict = ours > 0 ? "FAILED" : found.length > 0 ? "held, beside a keepalived that did not" : "held";
  return `${verdict}; ${felt}; ${stood}`;
}

/** Keeps captures, logs and the timeline. @returns what is to be said of them. */
function kept(observed: Observed, folder: string, found: readonly Violation[]): string {
  const place = mkdtempSync(join(tmpdir(), `chaos-${observed.script.seed}-`));
  cpSync(folder, place, { recursive: true });
  const lines = timeline(observed);
  writeFileSync(join(place, "timeline.txt"), `${lines.join("\n")}\n`);
  return [
    ...found.map(({ property, sentence }) => `  ${property}: ${sentence}`),
    ...lines.map((line) => `  ${line}`),
    `  captures and logs: ${place}`,
  ].join("\n");
}
