/**
 * All targets, in groups: what begins a target's name is its group, so that only that one has to be loaded.
 *
 * @module
 */
import type { Target } from "./target.ts";

interface Group {
  readonly TARGETS: readonly Target[];
}

const GROUPS: Readonly<Record<string, () => Promise<Group>>> = {
  wire: () => import("./targets/wire.ts"),
  frame: () => import("./targets/frame.ts"),
  netlink: () => import("./targets/netlink.ts"),
  record: () => import("./targets/record.ts"),
  follow: () => import("./targets/follow.ts"),
  word: () => import("./targets/word.ts"),
  config: () => import("./targets/config.ts"),
  host: () => import("./targets/host.ts"),
  command: () => import("./targets/command.ts"),
};

export async function allTargets(): Promise<Target[]> {
  const groups = await Promise.all(Object.values(GROUPS).map((load) => load()));
  return groups.flatMap(({ TARGETS }) => TARGETS);
}

/** @param name of a target that there is. */
export async function loadTarget(name: string): Promise<Target> {
  const { TARGETS } = await GROUPS[name.split("-")[0]!]!();
  return TARGETS.find((target) => target.name === name)!;
}
