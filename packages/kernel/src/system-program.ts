/**
 * Programs of the system that administer its firewall, run to their end.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { KernelError } from "./native.ts";

const OUTPUT_BYTES_MAX = 1 << 28;
const PATIENCE_MS = 10_000;
/** Where Debian and others have such programs; not in everybody's PATH. */
const SYSTEM_FOLDERS = "/usr/sbin:/sbin";

/**
 * @param act what it is run for: "Cannot list rules".
 * @returns what it printed; undefined without that program.
 * @throws {KernelError} EPERM, or EIO, with what it said.
 */
export function outputOf(program: string, args: readonly string[], act: string): string | undefined {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:${SYSTEM_FOLDERS}`, LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: OUTPUT_BYTES_MAX,
    timeout: PATIENCE_MS,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return undefined;
  if (error === undefined && status === 0) return stdout;
  const said = error?.message ?? stderr.trim().split("\n")[0] ?? "";
  const code = /not permitted|permission denied|must be root/i.test(said) ? "EPERM" : "EIO";
  throw new KernelError(code, `${act}: ${program} says "${said}"`);
}
