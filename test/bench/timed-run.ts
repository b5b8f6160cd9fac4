/**
 * Runs a command as a whole process, and tells what it cost.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { ENVIRONMENT } from "../lab/shell.ts";

/** What one run cost, from the start of the process to its end. */
export interface Cost {
  readonly wallMs: number;
  /** The largest memory that it held at once; 0 if it ended before anybody could look. */
  readonly peakMib: number;
}

export interface RunOptions {
  /** Where standard output goes; /dev/null without. */
  readonly output?: string;
  /** Exit codes that are right, beside 0. */
  readonly codes?: readonly number[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Killed after this; then the cost is that until there. */
  readonly limitMs?: number;
}

const LOOK_EVERY_MS = 20;
const KIB_IN_MIB = 1024;

/** @throws {Error} if it ends with another code, with what it said on standard error. */
export async function timedRun(argv: readonly string[], options: RunOptions = {}): Promise<Cost> {
  const { output = "/dev/null", codes = [], environment, limitMs } = options;
  const descriptor = openSync(output, "w");
  const startMs = performance.now();
  const child = spawn(argv[0]!, argv.slice(1), {
    env: { ...ENVIRONMENT, ...environment },
    stdio: ["ignore", descriptor, "pipe"],
    ...(limitMs === undefined ? {} : { timeout: limitMs, killSignal: "SIGKILL" as const }),
  });
  let [peakMib, said] = [0, ""];
  child.stderr!.on("data", (piece: Buffer) => {
    said += piece.toString();
  });
  const look = setInterval(() => {
    peakMib = Math.max(peakMib, readPeakMib(child.pid!));
  }, LOOK_EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("exit", resolve);
    child.on("error", reject);
  });
  const wallMs = performance.now() - startMs;
  clearInterval(look);
  closeSync(descriptor);
  if (code !== null && code !== 0 && !codes.includes(code))
    throw new Error(`${argv.join(" ")}: exit ${code}: ${said}`);
  return { wallMs, peakMib };
}

/** The kernel's own high-water mark (proc(5)); 0 once the process is gone. */
function readPeakMib(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? 0 : Number(found[1]) / KIB_IN_MIB;
  } catch {
    return 0;
  }
}
