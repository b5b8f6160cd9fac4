/**
 * Makes what a plan says: settings, link, forwarding entry, addresses. The fence is there before, and whoever calls undoes what is half done.
 *
 * @module
 */
import {
  findInterface,
  holdParentSettings,
  type InterfaceAddress,
  KernelError,
  MacvlanMode,
  monotonicUs,
  type NewAddress,
  writeSysctl,
} from "@viptools/kernel";
import { textOf } from "./leftovers.ts";
import { interfaceAlias, lifetimeS, type Plan, type PlannedAddress } from "./plan.ts";
import type { Workbench } from "./workbench.ts";

/** What the journal has to know before the kernel does. */
export interface Trail {
  /** Told before a link is made and after it is marked: in between, only the journal says whose it is. */
  link(isBuilding: boolean): void;
  /** Told before a forwarding entry is made, and when somebody else was quicker. */
  forwarding(isOurs: boolean): void;
}

/**
 * @returns what was done, for people.
 * @throws {KernelError} EEXIST if there is a foreign link of the name, and whatever the kernel refuses.
 */
export async function build(bench: Workbench, instance: string, plan: Plan, trail: Trail): Promise<string[]> {
  const { link, parent, parentSettings, linkSettings, addresses } = plan;
  const changes = await holdParentSettings(bench.runs, parent, instance, parentSettings);
  if (link !== undefined) {
    refuseForeignLink(bench, link.name);
    trail.link(true);
    await makeLink(bench, instance, plan);
    trail.link(false);
    for (const { path, value } of linkSettings) writeSysctl(path, value);
    changes.push(`link ${link.name} macvlan ${link.macvlanMode} ${link.mac} on ${parent}`);
  }
  if (plan.mode === "rewrite") changes.push(...(await addForwarding(bench, plan, trail)));
  changes.push(...(await addAddresses(bench, plan, addresses)));
  if (link !== undefined) await bench.route.setUp(indexOf(link.name));
  return changes;
}

function refuseForeignLink(bench: Workbench, name: string): void {
  const holder = bench.route.findLink(name);
  if (holder === undefined) return;
  const what = holder.alias === undefined ? "without our mark" : `marked "${holder.alias}"`;
  throw new KernelError(
    "EEXIST",
    `Cannot make ${name}: a ${holder.kind ?? "physical"} link ${what} has that name, remove or rename it, or choose another with --name`,
  );
}

/**
 * Has the NIC take frames for the virtual MAC; an entry that is there already is somebody else's, and stays so.
 *
 * @throws {KernelError} EADDRINUSE if a link of this host has the MAC, which would not get its frames any more; whatever a
 *   driver has against a second MAC, as a macvlan's.
 */
export async function addForwarding(
  bench: Workbench,
  { parent, mac }: Plan,
  trail: Trail,
): Promise<string[]> {
  const ifindex = indexOf(parent);
  const holder = bench.route.links().find((link) => link.mac === mac && link.parentIndex === ifindex);
  if (holder !== undefined)
    throw new KernelError(
      "EADDRINUSE",
      `Cannot use ${mac} on ${parent}: link ${holder.name} has it, remove that`,
    );
  if (bench.route.isForwarding({ ifindex, mac })) return [];
  trail.forwarding(true);
  let isOurs = false;
  try {
    isOurs = await bench.route.addForwarding({ ifindex, mac });
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const advice = "its driver refuses: needs --mode macvlan or --mode address";
    throw new KernelError(error.code, `Cannot have ${parent} take frames for ${mac}, ${advice}`);
  } finally {
    if (!isOurs) trail.forwarding(false);
  }
  return isOurs ? [`${parent} takes frames for ${mac}`] : [];
}

/** Down, marked, and without addresses of its own. */
async function makeLink(bench: Workbench, instance: string, { link, parent }: Plan): Promise<void> {
  const { name, mac, macvlanMode, hasArp } = link!;
  const parentIndex = indexOf(parent);
  await bench.route.createMacvlan({ name, parentIndex, mac, mode: MacvlanMode[macvlanMode], hasArp });
  await bench.route.markLink(indexOf(name), interfaceAlias(instance));
}

/** Adds all or none. @returns what was added, for people; nothing where their time is over already. */
export async function addAddresses(
  bench: Workbench,
  plan: Plan,
  addresses: readonly PlannedAddress[],
): Promise<string[]> {
  const made = withLifetimes(plan, addresses);
  await bench.route.addAddresses(made);
  return made.map((address) => `address ${textOf(address)} on ${plan.interfaceName}`);
}

/** Lets the kernel keep the addresses until {@link Plan.validUntilUs}. */
export async function extendAddresses(bench: Workbench, plan: Plan): Promise<void> {
  await bench.route.extendAddresses(withLifetimes(plan, plan.addresses));
}

function withLifetimes(plan: Plan, addresses: readonly PlannedAddress[]): NewAddress[] {
  const ifindex = indexOf(plan.interfaceName);
  const validS = lifetimeS(plan, monotonicUs());
  if (validS === 0) return [];
  return addresses.map((address) => ({ ifindex, ...address, ...(validS === undefined ? {} : { validS }) }));
}

export async function removeAddresses(
  bench: Workbench,
  { interfaceName }: Plan,
  addresses: readonly PlannedAddress[],
): Promise<string[]> {
  const ifindex = indexOf(interfaceName);
  await bench.route.removeAddresses(addresses.map((address): NewAddress => ({ ifindex, ...address })));
  return addresses.map((address) => `address ${textOf(address)} removed from ${interfaceName}`);
}

/** @throws {KernelError} ENODEV. */
export function indexOf(name: string): number {
  const index = findInterface(name);
  if (index === undefined) throw new KernelError("ENODEV", `Cannot find interface ${name}`);
  return index;
}

/** @returns those of the plan that are not on the interface. */
export function missingAddresses(
  planned: readonly PlannedAddress[],
  here: readonly InterfaceAddress[],
): PlannedAddress[] {
  const present = new Set(here.map(({ address }) => address));
  return planned.filter(({ address }) => !present.has(address));
}
