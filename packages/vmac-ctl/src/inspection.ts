/**
 * Compares what a plan says with what the kernel has, and knows how to put back what is missing.
 *
 * @module
 */
import {
  differingSettings,
  type InterfaceAddress,
  type Link,
  monotonicUs,
  readSysctl,
  writeSysctl,
} from "@viptools/kernel";
import { addAddresses, addForwarding, build, missingAddresses, type Trail } from "./builder.ts";
import type { KernelFence } from "./kernel-fence.ts";
import { textOf } from "./leftovers.ts";
import { interfaceAlias, lifetimeS, type Plan } from "./plan.ts";
import { inspectPrefixRoutes } from "./prefix-routes.ts";
import type { Workbench } from "./workbench.ts";

/** What was found, and what puts it right. */
export interface Damage {
  readonly found: string;
  /** @returns what was done, for people. */
  mend(): Promise<readonly string[]>;
}

export interface Inspected {
  readonly bench: Workbench;
  readonly instance: string;
  readonly plan: Plan;
  readonly fence: KernelFence | undefined;
  readonly trail: Trail;
  /** Of the link that was made, whatever it is called by now. */
  readonly linkIndex: number | undefined;
  /** Makes plan and rules anew for the NIC as it is now. */
  readonly replan: () => void;
}

/**
 * @returns rules alone while the parent is down, or has no IPv6: then nobody can be answered, and neither links nor
 *   addresses can be put back.
 */
export function inspect(inspected: Inspected): Damage[] {
  const { bench, plan } = inspected;
  const parent = bench.route.findLink(plan.parent);
  const rules = inspectRules(inspected.fence);
  if (parent === undefined || !parent.isUp || isFamilyOff(plan)) return rules;
  const where =
    plan.link === undefined
      ? [...inspectForwarding(inspected, parent.index), ...inspectAddresses(inspected, parent.index)]
      : inspectLink(inspected);
  return [...inspectNic(inspected, parent), ...rules, ...where, ...inspectSettings(plan)];
}

export function isFamilyOff({ family, parent }: Pick<Plan, "family" | "parent">): boolean {
  return family === 6 && readSysctl(`net/ipv6/conf/${parent}/disable_ipv6`) !== "0";
}

/** In address mode the neighbours have to be told, in the others the rules have to know it. */
function inspectNic({ plan, replan }: Inspected, { name, mac }: Link): Damage[] {
  if (mac === undefined || mac === plan.nicMac) return [];
  const mend = (): Promise<string[]> => {
    replan();
    return Promise.resolve([`${name} is known with ${mac}`]);
  };
  return [{ found: `${name} has the MAC ${mac}, and had ${plan.nicMac}`, mend }];
}

function inspectRules(fence: KernelFence | undefined): Damage[] {
  if (fence === undefined || fence.isIntact()) return [];
  const mend = (): Promise<string[]> => {
    fence.load();
    return Promise.resolve([`table ${fence.table} loaded`]);
  };
  return [{ found: `table ${fence.table} was changed or is gone`, mend }];
}

function inspectForwarding({ bench, plan, trail }: Inspected, ifindex: number): Damage[] {
  const { mode, parent, mac } = plan;
  if (mode !== "rewrite" || bench.route.isForwarding({ ifindex, mac })) return [];
  return [{ found: `${parent} takes no frames for ${mac}`, mend: () => addForwarding(bench, plan, trail) }];
}

/** Known by its index: one that was renamed, or marked as somebody else's, would be left behind by who looks for it. */
function inspectLink(inspected: Inspected): Damage[] {
  const { bench, instance, plan, linkIndex } = inspected;
  const link = linkIndex === undefined ? undefined : bench.route.link(linkIndex);
  if (link === undefined) return [anew(inspected, `link ${plan.interfaceName} is gone`, undefined)];
  const { name, mac, alias, index } = link;
  if (name !== plan.interfaceName)
    return [anew(inspected, `link ${plan.interfaceName} is called ${name}`, index)];
  if (mac !== plan.mac) return [anew(inspected, `${name} has the MAC ${mac}`, index)];
  const damage: Damage[] = [];
  if (alias !== interfaceAlias(instance)) {
    const mark = (): Promise<void> => bench.route.markLink(index, interfaceAlias(instance));
    damage.push({
      found: `link ${name} is marked "${alias ?? ""}"`,
      mend: telling(`link ${name} marked`, mark),
    });
  }
  if (!link.isUp) {
    const setUp = (): Promise<void> => bench.route.setUp(index);
    damage.push({ found: `link ${name} is down`, mend: telling(`link ${name} up`, setUp) });
  }
  return [...damage, ...inspectAddresses(inspected, index)];
}

/** @param index of the link that has to go first. */
function anew({ bench, instance, plan, trail }: Inspected, found: string, index: number | undefined): Damage {
  const mend = async (): Promise<string[]> => {
    if (index !== undefined) await bench.route.deleteLink(index);
    return await build(bench, instance, plan, trail);
  };
  return { found, mend };
}

function telling(what: string, mend: () => Promise<void>): Damage["mend"] {
  return async () => {
    await mend();
    return [what];
  };
}

function inspectAddresses({ bench, plan }: Inspected, ifindex: number): Damage[] {
  const here = bench.route.addresses(plan.family).filter((address) => address.ifindex === ifindex);
  if (lifetimeS(plan, monotonicUs()) === 0) return [];
  return [...inspectMissing(bench, plan, here), ...inspectPrefixRoutes(bench, plan, here)];
}

function inspectMissing(bench: Workbench, plan: Plan, here: readonly InterfaceAddress[]): Damage[] {
  const missing = missingAddresses(plan.addresses, here);
  if (missing.length === 0) return [];
  const some = missing.slice(0, FOUND_MAX).map(textOf).join(" ");
  const more = missing.length > FOUND_MAX ? ` and ${missing.length - FOUND_MAX} more` : "";
  const found = `no ${some}${more} on ${plan.interfaceName}`;
  return [{ found, mend: () => addAddresses(bench, plan, missing) }];
}

/** A sentence names this many addresses. */
const FOUND_MAX = 10;

function inspectSettings(plan: Plan): Damage[] {
  return differingSettings([...plan.parentSettings, ...plan.linkSettings]).map(({ path, value, found }) => ({
    found: `sysctl ${path} was ${found}`,
    mend: () => {
      writeSysctl(path, value);
      return Promise.resolve([`sysctl ${path} ${found} -> ${value}`]);
    },
  }));
}
