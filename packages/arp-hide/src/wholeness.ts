/**
 * Whether what is hidden is whole, from what was seen of the host. Pure.
 *
 * @module
 */
import { familyOf, type IpAddress } from "@viptools/wire";
import { arpChainOf } from "./arp-rules.ts";
import { doesIgnoreHide, HIDING_ANNOUNCE, type Method, type Place } from "./plan.ts";
import { tableOf } from "./rules.ts";

/** A setting as the kernel goes by it, and which file below /proc/sys decided. */
export interface Effective {
  readonly value: number;
  readonly path: string;
}

/** What was seen of the rules of one method. */
export interface RuleSight {
  /** Which the rules do not name, or no packet reaches; undefined where there is no table, or no chains. */
  readonly unruled: readonly IpAddress[] | undefined;
  /** What questions say in the place of a VIP, though the interface does not have it any more. */
  readonly stale: IpAddress | undefined;
  /** How the rules differ from what was loaded. */
  readonly changed: readonly string[];
}

/** What was seen of the addresses that one method hides on one interface. */
export interface Sight extends RuleSight {
  readonly interface: string;
  readonly method: Method;
  /** The interface is there. */
  readonly isThere: boolean;
  /** What it is called now, if it was renamed. */
  readonly nowNamed: string;
  /** Not where they shall stand, though that interface is there. */
  readonly missing: readonly Place[];
  /** On other interfaces of this host, which answer for them. */
  readonly elsewhere: readonly { readonly vip: IpAddress; readonly interface: string }[];
  /** Of the interface; undefined where only IPv6 is hidden, or by rules. */
  readonly ignore: Effective | undefined;
  readonly announce: Effective | undefined;
  /** Which cannot be turned to the interface, because it has no address of their family. */
  readonly groundless: readonly IpAddress[];
  /** What is wrong with the tunnels on which they stand. */
  readonly tunnelFaults: readonly string[];
  /** Interfaces on which this host still answers for them. */
  readonly open: readonly string[];
}

/** @returns what is missing, with the command that mends it, and what else is worth knowing. */
export function judge(sight: Sight): { readonly isWhole: boolean; readonly why: string[] } {
  const faults = linkFaults(sight);
  if (faults.length === 0)
    faults.push(
      ...addressFaults(sight),
      ...sight.tunnelFaults,
      ...settingFaults(sight),
      ...ruleFaults(sight),
    );
  return { isWhole: faults.length === 0, why: [...faults, ...remarks(sight)] };
}

function linkFaults({ interface: name, isThere, nowNamed }: Sight): string[] {
  if (nowNamed !== name)
    return [`${name} is named ${nowNamed} now: arp-hide remove -I ${name}, and add -I ${nowNamed}`];
  return isThere ? [] : [`${name} is not there: arp-hide remove -I ${name}, if it does not come back`];
}

function addressFaults({ interface: name, missing, elsewhere, groundless }: Sight): string[] {
  const holders = [...new Set(missing.map(({ holder }) => holder))];
  const missingFrom = (where: string): string =>
    missing.flatMap(({ vip, holder }) => (holder === where ? [vip] : [])).join(" ");
  return [
    ...holders.map((holder) => `${missingFrom(holder)} is not on ${holder}: arp-hide add again`),
    ...groundless.map((vip) => `${name} has no IPv${familyOf(vip)} address to which ${vip} could be turned`),
    ...elsewhere.map(({ vip, interface: name }) => `${vip} is on ${name} too, which answers for it`),
  ];
}

function settingFaults({ ignore, announce }: Sight): string[] {
  const faults: string[] = [];
  if (ignore !== undefined && !doesIgnoreHide(ignore.value))
    faults.push(`arp_ignore is ${ignore.value}: this host answers: ${command(ignore, 1)}`);
  if (announce !== undefined && announce.value < HIDING_ANNOUNCE)
    faults.push(
      `arp_announce is ${announce.value}: this host asks in the name of the VIP: ${command(announce, HIDING_ANNOUNCE)}`,
    );
  return faults;
}

function command({ path }: Effective, value: number): string {
  return `sysctl -w ${path}=${value}`;
}

function ruleFaults({ interface: name, method, unruled, stale, changed }: Sight): string[] {
  const [rules, lack] =
    method === "arptables"
      ? [`chain ${arpChainOf(name, "in")} or -out`, "is not reached, or does not name"]
      : [`table ${tableOf(name)}`, "does not name"];
  if (unruled === undefined) return [`${rules} is gone: arp-hide add again`];
  return [
    ...(unruled.length === 0 ? [] : [`${rules} ${lack} ${unruled.join(" ")}`]),
    ...changed.map((fault) => (method === "arptables" ? fault : `${rules}: ${fault}`)),
    ...(stale === undefined
      ? []
      : [`questions say ${stale} in the place of a VIP, which ${name} does not have`]),
  ].map((fault) => `${fault}: arp-hide add again`);
}

function remarks({ open }: Sight): string[] {
  return open.map((name) => `${name} answers for them: arp-hide add -I ${name} if it shall not`);
}
