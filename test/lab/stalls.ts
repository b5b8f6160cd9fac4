/**
 * How long this machine itself holds up a process that runs before all others: a virtual machine may stand still, and no
 * program on it can do anything about that.
 *
 * usage: node stalls.js, until SIGTERM; prints the longest delay in milliseconds
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Alarm, lockCode, monotonicUs, runInRealTime } from "@viptools/kernel";
import { ENVIRONMENT, waitFor } from "./shell.ts";

const EVERY_US = 1000;
/** What milliseconds are judged by may be judged if no stall was longer: half of what a lease of 25 ms bears. */
export const STALL_MAX_MS = 7;

/** Watches from its making on. */
export class StallWatch {
  readonly #child: ChildProcess;
  #told = "";

  constructor() {
    const argv = [fileURLToPath(import.meta.url)];
    this.#child = spawn(process.execPath, argv, { env: ENVIRONMENT, stdio: ["ignore", "pipe", "inherit"] });
    this.#child.stdout!.on("data", (text: Buffer) => {
      this.#told += text.toString();
    });
  }

  /** Ends it. */
  stop(): void {
    this.#child.kill("SIGTERM");
  }

  /** Of one that was stopped. */
  async longestMs(): Promise<number> {
    return await waitFor("the watch of stalls", 5000, () =>
      this.#told.endsWith("\n") ? Number(this.#told) : undefined,
    );
  }
}

function watchStalls(): void {
  runInRealTime();
  lockCode();
  let longestUs = 0;
  let dueUs = monotonicUs() + EVERY_US;
  const alarm = new Alarm(() => {
    const nowUs = monotonicUs();
    longestUs = Math.max(longestUs, nowUs - dueUs);
    dueUs = nowUs + EVERY_US;
    alarm.set(dueUs);
  });
  alarm.set(dueUs);
  process.once("SIGTERM", () => {
    alarm.close();
    process.stdout.write(`${longestUs / 1000}\n`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) watchStalls();
