/**
 * Takes away what was made for a virtual router: by its owner at the end, or by whoever finds it dead.
 *
 * Only what is marked as ours goes: a link by its alias, an address by its protocol number (or, before Linux 5.18, by the
 * journal alone), a table by its name, a forwarding entry by the journal.
 *
 * @module
 */
import {
  dropParentSettings,
  type InterfaceAddress,
  type Link,
  readSysctl,
  writeSysctl,
} from "@viptools/kernel";
import { parseInstance } from "@viptools/records";
import { type JournalEntry, parentOf, readEntry, removeEntry } from "./journal.ts";
import { removeFence } from "./kernel-fence.ts";
import { ADDRESS_PROTOCOL, interfaceAlias } from "./plan.ts";
import type { Workbench } from "./workbench.ts";

const UNMARKED = 0;

/**
 * Takes away all that the journal says of a virtual router without a living owner; the caller holds its lock.
 *
 * @returns what was done, for people.
 */
export async function removeLeftovers(bench: Workbench, instance: string): Promise<string[]> {
  const entry = readEntry(bench.runs, instance);
  if (entry === undefined) return [];
  const changes = await removeMade(bench, entry);
  if (entry.table !== undefined) removeFence(bench.nft, entry.table);
  removeEntry(bench.runs, instance);
  return changes;
}

/** Takes link, addresses, forwarding entry and settings away; rules and the journal's entry stay. */
export async function removeMade(bench: Workbench, entry: JournalEntry): Promise<string[]> {
  const link = linkOf(bench, entry);
  const parent = parentOf(entry, bench.route);
  const made =
    entry.mode === "macvlan"
      ? await removeLink(bench, entry, link)
      : [...(await removeAddresses(bench, entry, parent)), ...(await removeForwarding(bench, entry, parent))];
  const settings = await dropParentSettings(bench.runs, entry.parent, entry.instance, parent?.name);
  return [...made, ...settings];
}

function linkOf({ route }: Workbench, entry: JournalEntry): Link | undefined {
  const made = entry.linkIndex === undefined ? undefined : route.link(entry.linkIndex);
  return made !== undefined && isMadeLink(made, entry) ? made : route.findLink(entry.interface);
}

/** Whatever it is called now, and whatever its alias says. */
function isMadeLink(link: Link, { linkIndex, mac, mode }: JournalEntry): boolean {
  return mode === "macvlan" && link.index === linkIndex && link.kind === "macvlan" && link.mac === mac;
}

/** Deletes the link if it is ours: a foreign one of the same name is never touched. */
async function removeLink(bench: Workbench, entry: JournalEntry, link: Link | undefined): Promise<string[]> {
  if (link?.kind !== "macvlan") return [];
  const isMarked = link.alias === interfaceAlias(entry.instance) || isMadeLink(link, entry);
  const isUnfinished = entry.isBuilding && link.alias === undefined && link.mac === entry.mac;
  if (!isMarked && !isUnfinished) return [];
  await bench.route.deleteLink(link.index);
  return [`link ${link.name} removed`];
}

async function removeAddresses(
  bench: Workbench,
  entry: JournalEntry,
  link: Link | undefined,
): Promise<string[]> {
  if (link === undefined) return [];
  const { family } = parseInstance(entry.instance)!;
  const here = bench.route.addresses(family).filter(({ ifindex }) => ifindex === link.index);
  const ours = here.filter((found) => entry.addresses.includes(textOf(found)) && isMarked(found));
  const removed = await keepingSecondaries(link.name, here, ours, () => bench.route.removeAddresses(ours));
  return removed.map((address) => `address ${textOf(address)} removed from ${link.name}`);
}

/** Unless it was there before us: then it is somebody else's. */
async function removeForwarding(
  bench: Workbench,
  { hasForwarding, mac }: JournalEntry,
  parent: Link | undefined,
): Promise<string[]> {
  if (!hasForwarding || parent === undefined) return [];
  const wasThere = await bench.route.removeForwarding({ ifindex: parent.index, mac });
  return wasThere ? [`${parent.name} takes no frames for ${mac} any more`] : [];
}

function isMarked({ protocol }: InterfaceAddress): boolean {
  return protocol === ADDRESS_PROTOCOL || (protocol === UNMARKED && !hasAddressProtocols());
}

let showsProtocols: boolean | undefined;

/** Linux 5.18 and newer say who made an address. */
function hasAddressProtocols(): boolean {
  const [major = 0, minor = 0] = (readSysctl("kernel/osrelease") ?? "").split(".").map(Number);
  showsProtocols ??= major > 5 || (major === 5 && minor >= 18);
  return showsProtocols;
}

/**
 * With the first IPv4 address of a network the kernel removes all others of it, unless they may take its place
 * (`promote_secondaries`): somebody may have added one after us.
 */
export async function keepingSecondaries<T>(
  interfaceName: string,
  here: readonly InterfaceAddress[],
  ours: readonly InterfaceAddress[],
  remove: () => Promise<T>,
): Promise<T> {
  const path = `net/ipv4/conf/${interfaceName}/promote_secondaries`;
  const before = readSysctl(path);
  const hasOthers = here.some((found) => found.isSecondary && !ours.includes(found));
  const isFirst = ours.some(({ family, isSecondary }) => family === 4 && !isSecondary);
  if (!hasOthers || !isFirst || before === undefined) return await remove();
  writeSysctl(path, "1");
  try {
    return await remove();
  } finally {
    writeSysctl(path, before);
  }
}

/** As the journal notes it. */
export function textOf({
  address,
  prefixLength,
}: Pick<InterfaceAddress, "address" | "prefixLength">): string {
  return `${address}/${prefixLength}`;
}
