/**
 * What is hidden on this host, noted before anything is changed for it, so that a crash leaves a trail.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import type { FileLock, RunDirectory } from "@viptools/kernel";
import { parseIpAddress } from "@viptools/wire";
import { type Hiding, METHODS } from "./plan.ts";
import { parseService } from "./words.ts";

const NAME = "hidden";
const LOCK_TRIES = 200;
const LOCK_WAIT_MS = 5;

export function readJournal(runs: RunDirectory): Hiding[] {
  const found = runs.read<unknown>(NAME);
  return Array.isArray(found) ? found.filter(isHiding) : [];
}

function isHiding(entry: Partial<Hiding> | null): entry is Hiding {
  if (typeof entry?.interface !== "string" || typeof entry.vip !== "string") return false;
  if (!METHODS.some((method) => method === entry.method)) return false;
  if (entry.ifindex !== undefined && typeof entry.ifindex !== "number") return false;
  if (entry.tunnel !== undefined && typeof entry.tunnel !== "string") return false;
  if (entry.to !== undefined && !isServices(entry.to)) return false;
  try {
    return parseIpAddress(entry.vip) === entry.vip;
  } catch {
    return false;
  }
}

function isServices(to: unknown): boolean {
  return Array.isArray(to) && to.every((service) => isRead(service));
}

function isRead(service: unknown): boolean {
  try {
    return typeof service === "string" && parseService(service) === service;
  } catch {
    return false;
  }
}

export function writeJournal(runs: RunDirectory, hidden: readonly Hiding[]): void {
  if (hidden.length === 0) runs.remove(NAME);
  else runs.write(NAME, hidden);
}

/**
 * Lets no other arp-hide work meanwhile.
 *
 * @throws {ExitError} alreadyRunning, if one does for longer than a second.
 */
export async function alone<T>(runs: RunDirectory, work: () => Promise<T>): Promise<T> {
  const lock = await untilLocked(runs);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function untilLocked(runs: RunDirectory): Promise<FileLock> {
  for (let n = 0; n < LOCK_TRIES; n++) {
    const lock = runs.lock(NAME);
    if (lock !== undefined) return lock;
    await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
  }
  throw new ExitError(
    ExitCode.alreadyRunning,
    "another arp-hide is at work here: try again when it has ended",
  );
}
