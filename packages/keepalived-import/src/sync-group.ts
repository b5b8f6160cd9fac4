/**
 * A vrrp_sync_group: who belongs to it, and what it tracks for all of them. Pure.
 *
 * @module
 */
import type { Checks } from "./checks.ts";
import type { Statement } from "./conf-tree.ts";
import type { ScriptEntries } from "./imported.ts";
import { NEEDLESS, whyLeftOut } from "./keywords.ts";
import { isScriptKey, readScript } from "./notify-scripts.ts";
import type { Report } from "./report.ts";

export interface SyncGroup {
  readonly name: string;
  readonly statement: Statement;
  /** Names of instances. */
  readonly members: readonly string[];
  /** Weights of members' own checks count only if it says so. */
  readonly isWeightless: boolean;
  readonly track: readonly string[];
  readonly scripts: ScriptEntries;
}

const TRACKED = {
  track_script: "script",
  track_interface: "interface",
  track_file: "file",
  track_process: "process",
} as const;

export function readSyncGroup(
  statement: Statement,
  user: string | undefined,
  checks: Checks,
  report: Report,
): SyncGroup {
  const [name = ""] = statement.words;
  const members: string[] = [];
  const track: string[] = [];
  const scripts: ScriptEntries = {};
  let isWeightless = true;
  for (const one of statement.block ?? []) {
    const { keyword, block = [] } = one;
    if (keyword === "group") members.push(...block.flatMap(({ keyword: first, words }) => [first, ...words]));
    else if (keyword in TRACKED) {
      const kind = TRACKED[keyword as keyof typeof TRACKED];
      track.push(...block.flatMap((entry) => checks.use(kind, entry, false) ?? []));
    } else if (keyword === "sync_group_tracking_weight") isWeightless = false;
    else if (isScriptKey(keyword)) readScript(scripts, one, user, report);
    else if (!NEEDLESS.has(keyword)) report.leave(one, whyLeftOut(keyword));
  }
  return { name, statement, members, isWeightless, track, scripts };
}
