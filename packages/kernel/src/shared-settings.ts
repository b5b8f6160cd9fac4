/**
 * Settings of an interface that several need, in one process or in several, of one tool or of several: the first one
 * notes what was there and changes it, the last one puts it back (S3).
 *
 * @module
 */
import type { RunDirectory } from "./run-directory.ts";
import { readSysctl, writeSysctl } from "./sysctl.ts";

/** A kernel setting and what it has to be. */
export interface Setting {
  /** Below /proc/sys. */
  readonly path: string;
  readonly value: string;
  /** It follows this one, whose value may change. */
  readonly follows?: string;
}

interface Note {
  /** Path below /proc/sys to what stood there before us. */
  readonly before: Record<string, string>;
  /** And to what it has to be. */
  readonly wanted: Record<string, string>;
  readonly holders: readonly string[];
}

const LOCK_TRIES = 200;
const LOCK_WAIT_MS = 5;

/** @returns what was changed, for people; nothing if another holder has done it already. */
export async function holdParentSettings(
  runs: RunDirectory,
  parent: string,
  holder: string,
  settings: readonly Setting[],
): Promise<string[]> {
  if (settings.length === 0) return [];
  return await locked(runs, parent, (name) => {
    const note = runs.read<Note>(name) ?? { before: {}, wanted: {}, holders: [] };
    const before = { ...note.before };
    const wanted = { ...note.wanted };
    const differing = differingSettings(settings);
    for (const { path, found } of differing) before[path] ??= found;
    for (const { path, value } of settings) wanted[path] = value;
    runs.write(name, { before, wanted, holders: [...new Set([...note.holders, holder])] });
    for (const { path, value } of differing) writeSysctl(path, value);
    return differing.map(({ path, value, found }) => `sysctl ${path} ${found} -> ${value}`);
  });
}

/** @returns what is otherwise than it has to be; a setting that this kernel does not have is not. */
export function differingSettings(
  settings: readonly Setting[],
): { readonly path: string; readonly value: string; readonly found: string }[] {
  return settings.flatMap(({ path, value: planned, follows }) => {
    const found = readSysctl(path);
    const value = (follows === undefined ? undefined : readSysctl(follows)) ?? planned;
    return found === undefined || found === value ? [] : [{ path, value, found }];
  });
}

/**
 * @param nowCalled the parent's name by now: its settings have moved with it.
 * @returns what was put back. A setting that somebody else changed meanwhile is left as it is.
 */
export async function dropParentSettings(
  runs: RunDirectory,
  parent: string,
  holder: string,
  nowCalled: string = parent,
): Promise<string[]> {
  return await locked(runs, parent, (name) => {
    const note = runs.read<Note>(name);
    if (note === undefined) return [];
    const holders = note.holders.filter((other) => other !== holder);
    if (holders.length > 0) {
      runs.write(name, { ...note, holders });
      return [];
    }
    const changes = Object.entries(note.wanted).flatMap(([path, value]) =>
      putBack(path.replace(`/conf/${parent}/`, `/conf/${nowCalled}/`), value, note.before[path]),
    );
    runs.remove(name);
    return changes;
  });
}

/** Who needs the settings of an interface now: virtual routers by their instance, and other tools by a word of theirs. */
export function holdersOf(runs: RunDirectory, parent: string): readonly string[] {
  return runs.read<Note>(noteOf(parent))?.holders ?? [];
}

/** What would be put back if this holder let go now. */
export function settingsBefore(runs: RunDirectory, parent: string, holder: string): Setting[] {
  const note = runs.read<Note>(noteOf(parent));
  if (note === undefined || note.holders.some((other) => other !== holder)) return [];
  return Object.entries(note.before).map(([path, value]) => ({ path, value }));
}

function putBack(path: string, ours: string, before: string | undefined): string[] {
  if (before === undefined || readSysctl(path) !== ours) return [];
  writeSysctl(path, before);
  return [`sysctl ${path} ${ours} -> ${before}`];
}

/** Another process holds the lock for a few file operations only: wait for it. */
async function locked<T>(runs: RunDirectory, parent: string, work: (name: string) => T): Promise<T> {
  const name = noteOf(parent);
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

function noteOf(parent: string): string {
  return `parent-${parent}`;
}
