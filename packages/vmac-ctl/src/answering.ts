/**
 * Why a host answers for its VIPs, or does not: pure.
 *
 * @module
 */

import type { Mac } from "@viptools/wire";
import type { Mode } from "./plan.ts";

/** What is known about one owned virtual router. */
export interface Situation {
  readonly mode: Mode;
  readonly family: 4 | 6;
  readonly interfaceName: string;
  readonly parent: string;
  readonly isParentUp: boolean;
  /** Undefined: it is not there. */
  readonly isLinkUp: boolean | undefined;
  /** A living process looks after it, and what is not there is not wanted now or put back by itself. */
  readonly isLookedAfter: boolean;
  /** None is meant to be there (`--no-address`). */
  readonly hasAddresses: boolean;
  readonly missingVips: readonly string[];
  /** VIPs with a network of their own to which no route leads. */
  readonly unroutedVips: readonly string[];
  /** In rewrite mode: the virtual MAC, whether the NIC takes frames for it, and whether rules put it on. */
  readonly rewriting:
    | {
        readonly mac: Mac;
        readonly isTaken: boolean;
        readonly hasRules: boolean;
        /** The NIC's, where the rules were made for another. */
        readonly otherNicMac: Mac | undefined;
        /** What makes it anew. */
        readonly again: string;
      }
    | undefined;
  /** What is left of the permission to speak, milliseconds; undefined without a fence, 0 if muted. */
  readonly voiceMs: number | undefined;
  /** By its name: of the interface with the VIPs and of `all`. */
  readonly settings: Readonly<Record<"arp_ignore" | "arp_filter" | "rp_filter", SettingPair>>;
  /** Of the parent. */
  readonly parentArpIgnore: number;
  readonly macvlanMode: "private" | "other" | undefined;
}

export interface SettingPair {
  readonly all: number;
  readonly own: number;
}

export interface Verdict {
  readonly answers: boolean;
  /** What keeps it from answering. */
  readonly obstacles: readonly Obstacle[];
  /** The same for people, then what else is worth knowing. */
  readonly why: readonly string[];
}

export interface Obstacle {
  /** `parent` and `all`: of the NIC, or of a setting of the whole host; `mute`: nobody has to mend it. */
  readonly kind: "parent" | "all" | "mute" | "own";
  readonly found: string;
  /** Where one command mends it. */
  readonly command?: string;
}

/** Values of `arp_ignore` that answer only in some cases: by scope, and never (ip-sysctl, arp_ignore). */
const ARP_IGNORE_NEVER = 8;

export function explainAnswering(situation: Situation): Verdict {
  // A Backup has nothing to mend: what it does not have it shall not have.
  const isBackup = situation.isLookedAfter && situation.voiceMs === 0;
  const obstacles = isBackup
    ? fenceObstacles(situation)
    : [
        ...linkObstacles(situation),
        ...addressObstacles(situation),
        ...rewritingObstacles(situation),
        ...fenceObstacles(situation),
        ...settingObstacles(situation),
      ];
  const sentences = obstacles.map(({ found, command }) =>
    command === undefined ? found : `${found}: ${command}`,
  );
  return { answers: obstacles.length === 0, obstacles, why: [...sentences, ...remarks(situation)] };
}

function own(found: string, command?: string): Obstacle {
  return command === undefined ? { kind: "own", found } : { kind: "own", found, command };
}

function linkObstacles({ isLinkUp, isParentUp, interfaceName, parent, missingVips }: Situation): Obstacle[] {
  if (isLinkUp === undefined) return [own(`${interfaceName} is not there`)];
  const why: Obstacle[] = [];
  if (!isParentUp) why.push({ kind: "parent", found: `${parent} is down or has no carrier` });
  if (!isLinkUp) {
    const kind = interfaceName === parent ? "parent" : "own";
    why.push({ kind, found: `${interfaceName} is down`, command: `ip link set ${interfaceName} up` });
  }
  if (missingVips.length > 0) why.push(own(`${missingVips.join(" ")} is not on ${interfaceName}`));
  return why;
}

function addressObstacles({ isLinkUp, hasAddresses, unroutedVips, interfaceName }: Situation): Obstacle[] {
  if (isLinkUp === undefined) return [];
  if (!hasAddresses) {
    const found = `taken with --no-address: the kernel answers for no VIP on ${interfaceName}, a responder of yours has to`;
    return [{ kind: "mute", found }];
  }
  if (unroutedVips.length === 0) return [];
  return [
    own(
      `no route leads to the network of ${unroutedVips.join(" ")}, so answers do not leave: needs an address of that network on the NIC, or vmac-ctl down and up`,
    ),
  ];
}

function rewritingObstacles({ rewriting, parent }: Situation): Obstacle[] {
  if (rewriting === undefined) return [];
  const { mac, isTaken, hasRules, otherNicMac, again } = rewriting;
  return [
    ...(otherNicMac === undefined
      ? []
      : [own(`${parent} has the MAC ${otherNicMac} now, and the rules were made for another`, again)]),
    ...(isTaken
      ? []
      : [own(`${parent} takes no frames for ${mac}`, `bridge fdb add ${mac} dev ${parent} self`)]),
    ...(hasRules
      ? []
      : [own(`the rules that put ${mac} on are gone, and ${parent} answers with its own MAC`)]),
  ];
}

function fenceObstacles({ voiceMs }: Situation): Obstacle[] {
  const found = "muted: no lease runs, so another host is Active, or nobody says that this one is";
  return voiceMs === 0 ? [{ kind: "mute", found }] : [];
}

/** The kernel takes the larger of `all` and the interface's own, and either of two switches. */
function settingObstacles({ family, interfaceName, settings, mode, parent }: Situation): Obstacle[] {
  if (family === 6) return [];
  const why: Obstacle[] = [];
  const ignore = strongest(settings.arp_ignore);
  if (ignore.value >= 2)
    why.push({
      kind: ignore.kind,
      found: `arp_ignore is ${ignore.value} (${ignore.name}): ${
        ignore.value === ARP_IGNORE_NEVER ? "no question is answered" : "only some questions are answered"
      }`,
      command: `sysctl -w net.ipv4.conf.${ignore.name}.arp_ignore=${mode === "macvlan" ? 1 : 0}`,
    });
  const filter = strongest(settings.arp_filter);
  if (filter.value === 1 && mode === "macvlan")
    why.push({
      kind: filter.kind,
      found: `arp_filter is 1 (${filter.name}): answers would leave by ${parent}`,
      command: `sysctl -w net.ipv4.conf.${filter.name}.arp_filter=0`,
    });
  return why;

  function strongest({ all, own: ownValue }: SettingPair) {
    return all > ownValue
      ? ({ value: all, name: "all", kind: "all" } as const)
      : ({ value: ownValue, name: interfaceName, kind: "own" } as const);
  }
}

function remarks({
  mode,
  isLinkUp,
  family,
  macvlanMode,
  parentArpIgnore,
  parent,
  settings,
  interfaceName,
}: Situation): string[] {
  if (mode !== "macvlan") return [];
  const why: string[] = [];
  if (family === 4 && parentArpIgnore === 0 && isLinkUp !== undefined)
    why.push(`${parent} answers for the VIPs too: sysctl -w net.ipv4.conf.${parent}.arp_ignore=1`);
  if (family === 4 && Math.max(settings.rp_filter.all, settings.rp_filter.own) === 1)
    why.push(`rp_filter is strict: sysctl -w net.ipv4.conf.${interfaceName}.rp_filter=2`);
  if (macvlanMode === "private") why.push("macvlans of this host (containers) do not reach it: mode private");
  return why;
}
