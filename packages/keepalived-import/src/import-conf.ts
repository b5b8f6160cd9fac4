/**
 * From a parsed keepalived.conf to our files. Pure.
 *
 * @module
 */
import { Checks } from "./checks.ts";
import { ConfError } from "./conf-error.ts";
import type { Statement } from "./conf-tree.ts";
import { type Globals, readGlobals } from "./globals.ts";
import type { Imported, RouterEntry, ScriptEntries } from "./imported.ts";
import { type Instance, type Membership, readInstance } from "./instance.ts";
import { whyLeftOut } from "./keywords.ts";
import { type Report, readNumber } from "./report.ts";
import { readSyncGroup, type SyncGroup } from "./sync-group.ts";

const ALONE: Membership = { isWeightless: false, track: [], group: undefined };
/** Blocks that are read at their time. */
const READ = new Set([
  "global_defs",
  "vrrp_script",
  "vrrp_track_file",
  "track_file",
  "vrrp_track_process",
  "vrrp_sync_group",
  "vrrp_instance",
  "interface_up_down_delays",
]);

/** What cannot be carried over goes into the report. @throws {ConfError} if two instances are the same virtual router. */
export function importConf(statements: readonly Statement[], report: Report): Imported {
  const all = (...keywords: string[]): Statement[] =>
    statements.filter(({ keyword }) => keywords.includes(keyword));
  const globals = readGlobals(all("global_defs"), report);
  const checks = new Checks(globals, report);
  for (const script of all("vrrp_script")) checks.define(script);
  for (const file of all("vrrp_track_file", "track_file")) checks.defineFile(file);
  for (const process of all("vrrp_track_process")) checks.defineProcess(process);
  const groups = all("vrrp_sync_group").map((group) => readSyncGroup(group, globals.user, checks, report));
  const instances = all("vrrp_instance").flatMap((statement, n, before) => {
    const [name] = statement.words;
    if (name !== undefined && before.slice(0, n).some(({ words }) => words[0] === name)) {
      report.leave(statement, "is there twice: the first one counts, as to keepalived");
      return [];
    }
    const membership = membershipOf(name, groups);
    return readInstance(statement, membership, { globals, checks, report }) ?? [];
  });
  refuseSameRouter(instances);
  loosenSmallGroups(groups, instances, report);
  for (const block of all("interface_up_down_delays")) readDelays(block, instances, report);
  for (const statement of statements)
    if (!READ.has(statement.keyword)) report.leave(statement, whyLeftOut(statement.keyword));
  return assemble(globals, checks, groups, instances);
}

function membershipOf(name: string | undefined, groups: readonly SyncGroup[]): Membership {
  const group = groups.find(({ members }) => name !== undefined && members.includes(name));
  if (group === undefined) return ALONE;
  return { isWeightless: group.isWeightless, track: group.track, group: group.name };
}

/** One interface, one VRID, one family: to vrrp-elect and in the network they are one. */
function refuseSameRouter(instances: readonly Instance[]): void {
  for (const [n, { id, name, statement }] of instances.entries()) {
    const first = instances.slice(0, n).find((other) => other.id === id);
    if (first === undefined) continue;
    const { file, line } = first.statement;
    throw new ConfError(
      statement,
      `${name} is ${id}, as ${first.name} of ${file}, line ${line}: needs another virtual_router_id or interface`,
    );
  }
}

/** A group of one is none, and vrrp-elect refuses it. */
function loosenSmallGroups(
  groups: readonly SyncGroup[],
  instances: readonly Instance[],
  report: Report,
): void {
  for (const { name, members, statement } of groups) {
    const missing = members.filter((member) => instances.every((one) => one.name !== member));
    for (const member of missing) report.leave(statement, `there is no instance ${member}`);
    const present = instances.filter(({ router }) => router["sync_group"] === name);
    if (present.length > 1) continue;
    report.leave(statement, "has not two members: nothing to keep together");
    for (const { router } of present) delete router["sync_group"];
  }
}

/** `interface_up_down_delays { eth0 DOWN [UP] }`, in seconds. */
function readDelays({ block = [] }: Statement, instances: readonly Instance[], report: Report): void {
  for (const entry of block) {
    const concerned = instances.filter(({ router }) => router.interface === entry.keyword);
    const [down, up] = [entry.words[0], entry.words[1] ?? entry.words[0]].map((word = "") =>
      readNumber({ ...entry, words: [word] }, report, { least: 0, most: 255, isWhole: false }),
    );
    for (const { router } of concerned) {
      if (down !== undefined) router["link_down_delay"] = `${Math.min(down, longestDownDelayS(router))}s`;
      if (up !== undefined) router["link_up_delay"] = `${up}s`;
    }
  }
}

/** Both programs overlook a carrier no longer than the others wait, by one advert. */
function longestDownDelayS({ advert_int = "1000ms", down_count = 3 }: RouterEntry): number {
  return ((Number(down_count) - 1) * Number.parseFloat(String(advert_int))) / 1000;
}

function assemble(
  globals: Globals,
  checks: Checks,
  groups: readonly SyncGroup[],
  instances: readonly Instance[],
): Imported {
  const secrets = new Map<string, string>();
  for (const { id, router, secret } of instances) {
    if (secret === undefined) continue;
    const file = `auth-${id.replaceAll("/", "-")}`;
    secrets.set(file, secret);
    router["auth_file"] = file;
  }
  return {
    elect: { routers: instances.map(({ router }): RouterEntry => router) },
    track: { checks: checks.entries },
    notify: {
      ...(globals.user === undefined ? {} : { user: globals.user }),
      instances: instances.map(({ id, name, scripts }) => ({ instance: id, name, ...scripts })),
      groups: groups.flatMap(({ name, members, scripts }) => {
        const ids = instances.filter((one) => members.includes(one.name)).map(({ id }) => id);
        return hasScripts(scripts) && ids.length > 0 ? [{ name, members: ids, ...scripts }] : [];
      }),
    },
    meanings: {
      instances: instances.map(({ name, router }) => ({
        name,
        interface: router.interface,
        vrid: router.vrid,
        vips: router.vips,
      })),
    },
    secrets,
  };
}

function hasScripts(scripts: ScriptEntries): boolean {
  return Object.keys(scripts).length > 0;
}
