/**
 * The host's firewall in the words of the programs that people set it with: nft(8), iptables-save(8).
 *
 * Programs and not netlink, because what a rule means is spelt out by them, extensions among it, and nobody waits for it.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { outputOf } from "./system-program.ts";

const LISTING = "Cannot list rules";

/** The programs of both ways that iptables has into the kernel. */
const IPTABLES = [
  ["iptables-save", 4],
  ["ip6tables-save", 6],
  ["iptables-legacy-save", 4],
  ["ip6tables-legacy-save", 6],
] as const;

export interface IptablesListing {
  readonly program: string;
  readonly family: 4 | 6;
  readonly text: string;
}

/** `nft --json list ruleset`. @returns undefined without that program. @throws {KernelError} EPERM, or EIO. */
export function listNftRuleset(): string | undefined {
  return outputOf("nft", ["--json", "--handle", "list", "ruleset"], LISTING);
}

/** What each program says that is there; two names of one program count once. @throws {KernelError} EPERM, or EIO. */
export function listIptables(): IptablesListing[] {
  const seen = new Set<string>();
  return IPTABLES.flatMap(([program, family]) => {
    const text = outputOf(program, [], LISTING);
    const rules = `${family} ${text?.replaceAll(/^#.*$|\[\d+:\d+\]/gm, "")}`;
    if (text === undefined || seen.has(rules)) return [];
    seen.add(rules);
    return [{ program, family, text }];
  });
}

/** Tables that the kernel has of iptables outside nf_tables; none without the module. */
export function listLegacyTables(): string[] {
  return ["/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"].flatMap((path) => {
    try {
      return readFileSync(path, "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  });
}
