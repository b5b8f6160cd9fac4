/**
 * What is noted about each owned virtual router before anything is changed for it, so that a crash leaves a trail.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import type { FileLock, Link, RouteChanges, RunDirectory } from "@viptools/kernel";
import { parseInstance } from "@viptools/records";
import type { Mode } from "./plan.ts";

/** One owned virtual router. */
export interface JournalEntry {
  readonly instance: string;
  readonly parent: string;
  /** It may be renamed; absent in notes of older versions. */
  readonly parentIndex?: number;
  /** Of the parent when rules were made for it. */
  readonly nicMac?: string;
  readonly mode: Mode;
  /** The MAC that answers for the VIPs. */
  readonly mac: string;
  readonly vips: readonly string[];
  /** Addresses that stand on the interface, or may: those of a change that is under way among them. */
  readonly addresses: readonly string[];
  /** The interface that carries the VIPs. */
  readonly interface: string;
  /** Of the link that was made: it may be renamed. */
  readonly linkIndex?: number | undefined;
  /** The parent takes frames for {@link JournalEntry.mac} by an entry of ours, and not by somebody else's. */
  readonly hasForwarding?: boolean;
  /** The fence's table; absent where there is none. */
  readonly table?: string;
  readonly pid: number;
  /** Made by `vmac-ctl up`: it has no living owner, and is no left-over. */
  readonly isStanding: boolean;
  /** The link may be there without our mark: the kernel marks it only after it was made. */
  readonly isBuilding: boolean;
}

const PREFIX = "own-";

/** `own-eth0-4-51`: interface, family and VRID; boot and namespace are the folder's. */
function fileOf(instance: string): string {
  const { interface: parent, family, vrid } = parseInstance(instance)!;
  return `${PREFIX}${parent}-${family}-${vrid}`;
}

/** @throws {ExitError} alreadyRunning, if a living process owns it. */
export function lockInstance(runs: RunDirectory, instance: string): FileLock {
  const lock = tryLockInstance(runs, instance);
  if (lock !== undefined) return lock;
  const pid = readEntry(runs, instance)?.pid;
  const who = pid === undefined ? "another process" : `process ${pid}`;
  throw new ExitError(
    ExitCode.alreadyRunning,
    `${instance} is in the hands of ${who}: only one owner at a time`,
  );
}

/** @returns undefined if a living process owns it. */
export function tryLockInstance(runs: RunDirectory, instance: string): FileLock | undefined {
  return runs.lock(fileOf(instance));
}

export function readEntry(runs: RunDirectory, instance: string): JournalEntry | undefined {
  return readWhole(runs, fileOf(instance));
}

/** @returns undefined for one that somebody has damaged: `cleanup` finds what it was about by its marks. */
function readWhole(runs: RunDirectory, file: string): JournalEntry | undefined {
  const found = runs.read<Partial<JournalEntry> | null>(file);
  const isWhole =
    typeof found?.instance === "string" &&
    parseInstance(found.instance) !== undefined &&
    [found.vips, found.addresses].every(isTexts) &&
    (found.table === undefined || typeof found.table === "string") &&
    [found.parent, found.interface, found.mac, found.mode].every((text) => typeof text === "string");
  return isWhole ? (found as JournalEntry) : undefined;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

export function writeEntry(runs: RunDirectory, entry: JournalEntry): void {
  runs.write(fileOf(entry.instance), entry);
}

export function removeEntry(runs: RunDirectory, instance: string): void {
  runs.remove(fileOf(instance));
}

/** @returns the parent whatever it is called by now; one that was made anew has its name alone. */
export function parentOf(
  { parent, parentIndex }: Pick<JournalEntry, "parent" | "parentIndex">,
  route: Pick<RouteChanges, "link" | "findLink">,
): Link | undefined {
  const known = parentIndex === undefined ? undefined : route.link(parentIndex);
  return known ?? route.findLink(parent);
}

/** All that is noted, with whether a living process stands behind it. */
export function listEntries(runs: RunDirectory): (JournalEntry & { readonly isAlive: boolean })[] {
  return runs.list(PREFIX).flatMap((file) => {
    const entry = readWhole(runs, file);
    if (entry === undefined) return [];
    const lock = runs.lock(file);
    lock?.release();
    return [{ ...entry, isAlive: lock === undefined }];
  });
}
