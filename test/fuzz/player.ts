/**
 * The process that hunts in one target: `main.ts` starts one for each, so that one that hangs or dies takes no other along.
 *
 * usage: node player.js TARGET FOLDER FOR_MS SEED keep|leave, or: node player.js TARGET FOLDER play FILE
 */
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { readCorpus, writeCorpus } from "./corpus.ts";
import { Coverage } from "./coverage.ts";
import { keepCrasher } from "./crasher.ts";
import type { Hunted } from "./hunt.ts";
import { playOnce, type Target } from "./target.ts";
import { startWatchdog } from "./watchdog.ts";

const [name = "", folder = "", first = "", second = "", keeps = ""] = process.argv.slice(2);
const coverage = new Coverage();
// Only what is loaded from here on is instrumented.
const { hunt, reduce, shorten } = await import("./hunt.js");
const { loadTarget } = await import("./targets.js");
const begin = startWatchdog(name, folder);
const found = await loadTarget(name);
const target: Target = {
  ...found,
  play: (bytes) => {
    begin(bytes);
    found.play(bytes);
  },
};
if (first === "play") playFile(target, second);
else
  tell(
    target,
    hunt({ target, corpus: readCorpus(name), coverage, seed: Number(second), forMs: Number(first) }),
  );

function playFile(target: Target, path: string): void {
  const input = readFileSync(path);
  const outcome = playOnce(target, input);
  process.stdout.write(
    `${name}: ${outcome.kind === "fault" ? `FAULT: ${inspect(outcome.error)}` : outcome.kind}\n`,
  );
  process.exitCode = outcome.kind === "fault" ? 1 : 0;
}

function tell(target: Target, { rounds, refused, reached, slowestMs, kept, fault }: Hunted): void {
  const share = ((100 * refused) / rounds).toFixed(0);
  process.stdout.write(
    `${name}: ${rounds} inputs, ${share} % refused, ${reached} branches reached, slowest ${slowestMs.toFixed(1)} ms\n`,
  );
  if (keeps === "keep") writeCorpus(name, reduce(target, kept, coverage));
  if (fault === undefined) return;
  keepCrasher(name, folder, shorten(target, fault), inspect(fault.error));
  process.exitCode = 1;
}
