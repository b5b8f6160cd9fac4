/**
 * Reads what {@link explainAnswering} has to know of one owned virtual router.
 *
 * @module
 */
import { KernelError, type Link, MacvlanMode, readSysctl } from "@viptools/kernel";
import { familyOfVip, parseInstance, parseVip } from "@viptools/records";
import { isInPrefix, isLinkLocal, type Mac, macFromBytes, virtualMac } from "@viptools/wire";
import type { Situation } from "./answering.ts";
import { type JournalEntry, parentOf } from "./journal.ts";
import { isAlone } from "./plan.ts";
import type { Workbench } from "./workbench.ts";

export function readSituation(
  bench: Workbench,
  entry: JournalEntry & { readonly isAlive: boolean },
): Situation {
  const { family, vrid } = parseInstance(entry.instance)!;
  const parent = parentOf(entry, bench.route);
  const link = entry.mode === "macvlan" ? bench.route.findLink(entry.interface) : parent;
  const here = bench.route.addresses(family).filter(({ ifindex }) => ifindex === link?.index);
  const present = new Set(here.map(({ address, prefixLength }) => `${address}/${prefixLength}`));
  const conf = (name: string, setting: string): number =>
    Number(readSysctl(`net/ipv4/conf/${name}/${setting}`) ?? 0);
  const pair = (setting: string) => ({ all: conf("all", setting), own: conf(entry.interface, setting) });
  return {
    mode: entry.mode,
    family,
    interfaceName: entry.interface,
    parent: entry.parent,
    isParentUp: parent?.isRunning ?? false,
    isLinkUp: link?.isUp,
    isLookedAfter: entry.isAlive,
    hasAddresses: entry.addresses.length > 0,
    missingVips: entry.addresses.filter((address) => !present.has(address)),
    unroutedVips: unroutedVips(bench, entry, [link, parent]),
    rewriting: entry.mode === "rewrite" ? readRewriting(bench, entry, parent) : undefined,
    voiceMs: entry.table === undefined ? undefined : voiceMs(bench, entry.table, virtualMac(family, vrid)),
    settings: {
      arp_ignore: pair("arp_ignore"),
      arp_filter: pair("arp_filter"),
      rp_filter: pair("rp_filter"),
    },
    parentArpIgnore: Math.max(conf("all", "arp_ignore"), conf(entry.parent, "arp_ignore")),
    macvlanMode:
      link?.macvlanMode === undefined
        ? undefined
        : link.macvlanMode === MacvlanMode.private
          ? "private"
          : "other",
  };
}

/** Those with a network, of which none of the links has a route on the link itself. */
function unroutedVips(
  bench: Workbench,
  { addresses }: JournalEntry,
  links: readonly (Link | undefined)[],
): string[] {
  const networked = addresses.filter((text) => {
    const vip = parseVip(text);
    return !isAlone(vip) && !isLinkLocal(vip.address);
  });
  if (networked.length === 0) return [];
  const indexes = new Set(links.map((link) => link?.index));
  const routes = bench.route
    .routes(familyOfVip(parseVip(networked[0]!)))
    .filter(({ hops }) => hops.some(({ gateway, ifindex }) => gateway === undefined && indexes.has(ifindex)));
  return networked.filter((text) => {
    const vip = parseVip(text);
    return !routes.some(
      ({ destination, length }) => length <= vip.length && isInPrefix(vip.address, destination, length),
    );
  });
}

function readRewriting(bench: Workbench, entry: JournalEntry, parent: Link | undefined) {
  const { mac, table, nicMac, instance } = entry;
  const { vrid, family } = parseInstance(instance)!;
  const ifindex = parent?.index;
  const words = `-I ${entry.parent} --vrid ${vrid}`;
  return {
    otherNicMac: nicMac === undefined || parent?.mac === nicMac ? undefined : parent?.mac,
    again: `vmac-ctl down ${words} --family ${family}, then vmac-ctl up ${words} --mode rewrite ${entry.vips.join(" ")}`,
    mac,
    isTaken: ifindex !== undefined && bench.route.isForwarding({ ifindex, mac }),
    hasRules: bench.nft.tables().some(({ name }) => name === table),
  };
}

/** @returns what is left of the permission; undefined if the table has none to give (`up --no-accept`), or is gone. */
function voiceMs(bench: Workbench, table: string, key: Mac): number | undefined {
  try {
    const found = bench.nft.elements(table, "voice").find((element) => macFromBytes(element.key) === key);
    return found === undefined ? 0 : (found.expiresMs ?? 1);
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOENT") return undefined;
    throw error;
  }
}
