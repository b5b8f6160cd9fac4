/**
 * Runs a command as a whole process, and tells what processor time it took: less than wall time does that depend on who
 * else is at work.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { ENVIRONMENT } from "../lab/shell.ts";

/** From the start of the process to its end. */
export interface Spent {
  /** User and system, of the process and of those that it waited for. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface CpuRunOptions {
  /** Files for standard input and output; /dev/null without. */
  readonly input?: string;
  readonly output?: string;
  /** The one exit code that is right, if not 0. */
  readonly code?: number;
  /** What stands before the command and is not measured: how a namespace is entered. */
  readonly through?: readonly string[];
}

/** Node does not tell what a single child has spent. */
const STOPWATCH = `
import os, sys, time
os.set_inheritable(3, False)
began = time.monotonic()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, spent = os.wait4(child, 0)
os.write(3, b"%.3f %.3f" % ((spent.ru_utime + spent.ru_stime) * 1000, (time.monotonic() - began) * 1000))
sys.exit(os.waitstatus_to_exitcode(status))
`;

/** @throws {Error} if it ends with another code, with what it said on standard error. */
export async function cpuRun(argv: readonly string[], options: CpuRunOptions = {}): Promise<Spent> {
  const { input = "/dev/null", output = "/dev/null", code: right = 0, through = [] } = options;
  const files = [openSync(input, "r"), openSync(output, "w")];
  const [file, ...rest] = [...through, "/usr/bin/python3", "-ISE", "-c", STOPWATCH, ...argv];
  const child = spawn(file!, rest, { env: ENVIRONMENT, stdio: [files[0]!, files[1]!, "pipe", "pipe"] });
  let [said, told] = ["", ""];
  child.stderr!.on("data", (piece: Buffer) => {
    said += piece.toString();
  });
  child.stdio[3]!.on("data", (piece: Buffer) => {
    told += piece.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("close", resolve);
    child.on("error", reject);
  });
  for (const descriptor of files) closeSync(descriptor);
  if (code !== right) throw new Error(`${argv.join(" ")}: exit ${code}: ${said}`);
  const [cpuMs, wallMs] = told.split(" ").map(Number);
  return { cpuMs: cpuMs!, wallMs: wallMs! };
}
