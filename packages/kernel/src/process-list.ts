/**
 * What runs on this host, as /proc tells it (proc(5)).
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The kernel keeps no more of a program's name. */
export const PROCESS_NAME_MAX = 15;

export interface ProcessEntry {
  readonly pid: number;
  /** Of its program, cut at {@link PROCESS_NAME_MAX} characters; a program can give itself another one. */
  readonly name: string;
}

/** Those that run; one that has ended and only waits for its parent does not. */
export function readProcesses(): ProcessEntry[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readEntry(Number(pid)) ?? []);
}

/** `/proc/PID/stat`: number, name in brackets, which may hold brackets itself, state. */
function readEntry(pid: number): ProcessEntry | undefined {
  const text = readOrNothing(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (text === undefined) return undefined;
  const end = text.lastIndexOf(")");
  const state = text[end + 2];
  return state === "Z" || state === "X" ? undefined : { pid, name: text.slice(text.indexOf("(") + 1, end) };
}

/**
 * @returns the file that a process runs, also if that has been replaced since; undefined of a kernel thread, of one that has
 * ended, and of others' processes without CAP_SYS_PTRACE.
 */
export function readProgramPath(pid: number): string | undefined {
  return readOrNothing(() => readlinkSync(`/proc/${pid}/exe`))?.replace(/ \(deleted\)$/, "");
}

/** @returns its command line; none of a kernel thread, or of one that has ended. */
export function readProcessArguments(pid: number): string[] {
  const text = readOrNothing(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  return text === undefined || text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** What is about a process may go with it at any moment. */
function readOrNothing(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
