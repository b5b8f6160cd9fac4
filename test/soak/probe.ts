/**
 * Loaded into a tool before its own code: at SIGUSR2 it collects garbage, so that what is lazily held is not taken for a
 * leak, and adds a line of what is still there to a file.
 *
 * usage: SOAK_FOLDER=… node --import probe.js TOOL …
 *
 * @module
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a process holds when all garbage is gone. */
export interface Held {
  /** Of V8's heap, and what it holds outside of it. */
  readonly heapKib: number;
  /** Resident, without the room that V8 keeps for what comes: it makes that larger while there is much to do. */
  readonly usedKib: number;
  /** Running timers, of those that keep a process alive. */
  readonly timers: number;
}

/** @returns where a process tells what it holds. The file is there as soon as it may be asked. */
export function heldPath(folder: string, pid: number): string {
  return `${folder}/held-${pid}`;
}

const KIB = 1024;

function answerIn(folder: string): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const path = heldPath(folder, process.pid);
  process.on("SIGUSR2", () => {
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    const roomOctets = getHeapStatistics().total_physical_size - heapUsed;
    const held: Held = {
      heapKib: Math.round((heapUsed + external) / KIB),
      usedKib: Math.round((rss - roomOctets) / KIB),
      timers: process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length,
    };
    appendFileSync(path, `${JSON.stringify(held)}\n`);
  });
  writeFileSync(path, "");
}

const folder = process.env["SOAK_FOLDER"];
if (folder !== undefined) answerIn(folder);
