/**
 * Compares what a plan says with what the kernel has, and knows how to put back what is missing.
 *
 * @module
 */
import { type Link, monotonicUs, readSysctl, writeSysctl } from "@viptools/kernel";
import { addAddresses, build, missingAddresses } from "./builder.ts";
import type { KernelFence } from "./kernel-fence.ts";
import { textOf } from "./leftovers.ts";
import { differingSettings } from "./parent-settings.ts";
import { interfaceAlias, lifetimeS, type Plan } from "./plan.ts";
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
  readonly note: (isBuilding: boolean) => void;
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
  return [...inspectNic(inspected, parent), ...rules, ...inspectLink(inspected), ...inspectSettings(plan)];
}

export function isFamilyOff({ family, parent }: Pick<Plan, "family" | "parent">): boolean {
  return family === 6 && readSysctl(`net/ipv6/conf/${parent}/disable_ipv6`) !== "0";
}

/** In address mode the neighbours have to be told, in the other one the fence has to know it. */
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

function inspectLink(inspected: Inspected): Damage[] {
  const { bench, instance, plan, note } = inspected;
  const disguise = inspectDisguise(inspected);
  if (disguise !== undefined) return [disguise];
  const link = bench.route.findLink(plan.interfaceName);
  if (link === undefined && plan.link !== undefined)
    return [{ found: `link ${plan.interfaceName} is gone`, mend: () => build(bench, instance, plan, note) }];
  if (link === undefined) return [];
  const damage = inspectAddresses(inspected, link.index);
  if (plan.link !== undefined && link.mac !== plan.link.mac) {
    const mend = async (): Promise<string[]> => {
      await bench.route.deleteLink(link.index);
      return await build(bench, instance, plan, note);
    };
    return [{ found: `${link.name} has the MAC ${link.mac}`, mend }];
  }
  if (plan.link === undefined || link.isUp) return damage;
  const mend = async (): Promise<string[]> => {
    await bench.route.setUp(link.index);
    return [`link ${link.name} up`];
  };
  return [{ found: `link ${link.name} is down`, mend }, ...damage];
}

/** A link that was renamed, or is marked as somebody else's, would be left behind by who looks for it. */
function inspectDisguise({ bench, instance, plan, note, linkIndex }: Inspected): Damage | undefined {
  if (plan.link === undefined || linkIndex === undefined) return undefined;
  const link = bench.route.links().find(({ index }) => index === linkIndex);
  if (link === undefined) return undefined;
  if (link.name !== plan.interfaceName) {
    const mend = async (): Promise<string[]> => {
      await bench.route.deleteLink(link.index);
      return await build(bench, instance, plan, note);
    };
    return { found: `link ${plan.interfaceName} is called ${link.name}`, mend };
  }
  if (link.alias === interfaceAlias(instance)) return undefined;
  const mend = async (): Promise<string[]> => {
    await bench.route.markLink(link.index, interfaceAlias(instance));
    return [`link ${link.name} marked`];
  };
  return { found: `link ${link.name} is marked "${link.alias ?? ""}"`, mend };
}

function inspectAddresses({ bench, plan }: Inspected, ifindex: number): Damage[] {
  const here = bench.route.addresses(plan.family).filter((address) => address.ifindex === ifindex);
  const missing = missingAddresses(plan.addresses, here);
  const isOver = lifetimeS(plan, monotonicUs()) === 0;
  if (missing.length === 0 || isOver) return [];
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
