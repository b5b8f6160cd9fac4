/**
 * Runs one script as keepalived does: its own process group, no input, the environment as it is; ended when it takes
 * too long.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { describeStartFailure, signalGroup } from "@viptools/kernel";
import type { Settings } from "./settings.ts";

/** From asking a script to end until it is killed. */
const GRACE_MS = 2000;
const STANDARD_ERROR = 2;

/** @returns what went wrong, as the end of a sentence; undefined if it ended with 0. */
export async function runScript(
  [file, ...rest]: readonly string[],
  { user, timeoutMs }: Settings,
): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const child = spawn(file!, rest, {
      stdio: ["ignore", STANDARD_ERROR, STANDARD_ERROR],
      detached: true,
      ...user,
    });
    let isLate = false;
    const timers = [
      setTimeout(() => {
        isLate = true;
        signalGroup(child.pid, "SIGTERM");
      }, timeoutMs),
      setTimeout(() => signalGroup(child.pid, "SIGKILL"), timeoutMs + GRACE_MS),
    ];
    const end = (problem: string | undefined): void => {
      for (const timer of timers) clearTimeout(timer);
      resolve(problem);
    };
    child.on("error", (error: NodeJS.ErrnoException) =>
      end(`could not be started: ${describeStartFailure(file!, error.code ?? error.message)}`),
    );
    child.on("exit", (code, signal) => {
      if (isLate) {
        // What it has started must not outlive it: the next script would run beside that.
        signalGroup(child.pid, "SIGKILL");
        end(`was ended after ${timeoutMs} ms`);
      } else if (code === 0) end(undefined);
      else end(code === null ? `was killed by ${signal}` : `ended with ${code}`);
    });
  });
}
