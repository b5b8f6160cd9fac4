/**
 * Reads what {@link explainAnswering} has to know of one owned virtual router.
 *
 * @module
 */
import { KernelError, MacvlanMode, readSysctl } from "@viptools/kernel";
import { parseInstance } from "@viptools/records";
import { type Mac, macFromBytes, virtualMac } from "@viptools/wire";
import type { Situation } from "./answering.ts";
import type { JournalEntry } from "./journal.ts";
import type { Workbench } from "./workbench.ts";

export function readSituation(bench: Workbench, entry: JournalEntry): Situation {
  const { family, vrid } = parseInstance(entry.instance)!;
  const links = bench.route.links();
  const link = links.find(({ name }) => name === entry.interface);
  const parent = links.find(({ name }) => name === entry.parent);
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
    missingVips: entry.addresses.filter((address) => !present.has(address)),
    rewriting: entry.mode === "rewrite" ? readRewriting(bench, entry, parent?.index) : undefined,
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

function readRewriting(bench: Workbench, { mac, table }: JournalEntry, ifindex: number | undefined) {
  return {
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
