/**
 * Settings of a parent interface that several virtual routers need, in one process or in several: the first one notes
 * what was there and changes it, the last one puts it back (S3).
 *
 * @module
 */
import { readSysctl, writeSysctl } from "@viptools/kernel";
import { parentSettings } from "./plan.ts";
import type { RunDirectory } from "./run-directory.ts";

interface Note {
  /** Path below /proc/sys to what stood there before us. */
  readonly before: Record<string, string>;
  readonly holders: readonly string[];
}

const LOCK_TRIES = 200;
const LOCK_WAIT_MS = 5;

/** @returns what was changed, for people; nothing if another holder has done it already. */
export async function holdParentSettings(
  runs: RunDirectory,
  parent: string,
  holder: string,
): Promise<string[]> {
  return await locked(runs, parent, (name) => {
    const note = runs.read<Note>(name) ?? { before: {}, holders: [] };
    const changes: string[] = [];
    const before = { ...note.before };
    const wanted = parentSettings(parent).map(({ path, value }) => ({
      path,
      value,
      found: readSysctl(path),
    }));
    for (const { path, value, found } of wanted) {
      if (found === undefined || found === value) continue;
      before[path] ??= found;
      changes.push(`sysctl ${path} ${found} -> ${value}`);
    }
    runs.write(name, { before, holders: [...new Set([...note.holders, holder])] });
    for (const { path, value, found } of wanted)
      if (found !== undefined && found !== value) writeSysctl(path, value);
    return changes;
  });
}

/** @returns what was put back. A setting that somebody else changed meanwhile is left as it is. */
export async function dropParentSettings(
  runs: RunDirectory,
  parent: string,
  holder: string,
): Promise<string[]> {
  return await locked(runs, parent, (name) => {
    const note = runs.read<Note>(name);
    if (note === undefined) return [];
    const holders = note.holders.filter((other) => other !== holder);
    if (holders.length > 0) {
      runs.write(name, { ...note, holders });
      return [];
    }
    const changes = parentSettings(parent).flatMap(({ path, value }) =>
      putBack(path, value, note.before[path]),
    );
    runs.remove(name);
    return changes;
  });
}

function putBack(path: string, ours: string, before: string | undefined): string[] {
  if (before === undefined || readSysctl(path) !== ours) return [];
  writeSysctl(path, before);
  return [`sysctl ${path} ${ours} -> ${before}`];
}

/** Another process holds the lock for a few file operations only: wait for it. */
async function locked<T>(runs: RunDirectory, parent: string, work: (name: string) => T): Promise<T> {
  const name = `parent-${parent}`;
  for (let n = 0; n < LOCK_TRIES; n++) {
    const lock = runs.lock(name);
    if (lock !== undefined) {
      try {
        return work(name);
      } finally {
        lock.release();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
  }
  throw new Error(`Cannot lock the settings of ${parent}: another process has held them for a second`);
}
