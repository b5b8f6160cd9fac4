/**
 * arptables(8), of which there are two: over nf_tables (`arptables-nft`, of iptables), and over tables of its own
 * (`arptables-legacy`, of arptables).
 *
 * By the program, because the legacy tables have no other door than its own, and the mangle target no words of nft.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { KernelError } from "./native.ts";
import { outputOf } from "./system-program.ts";

/** Names of the program; first the one that the host's administrator has chosen. */
const NAMES = ["arptables", "arptables-nft", "arptables-legacy"] as const;
/** In a network namespace: which legacy tables were ever looked at there. */
const LEGACY_TABLES = "/proc/net/arp_tables_names";
const ACT = "Cannot use arptables";

/** The table that both have, and the chains in which the kernel looks at what comes in and at what goes out. */
export const ARP_TABLE = "filter";
export const ARP_CHAINS = ["INPUT", "OUTPUT"] as const;

export class Arptables {
  readonly program: string;
  /** Its table is one of nf_tables, of family arp. */
  readonly isNft: boolean;

  constructor(program: string, isNft: boolean) {
    this.program = program;
    this.isNft = isNft;
  }

  /** All chains and rules of the table; of a legacy one, this makes the table if it is not there yet. */
  list(): string {
    return this.run(["-L", "-n"]);
  }

  /** @throws {KernelError} EPERM, or EIO, with what the program said; ENOENT, if it is gone. */
  run(args: readonly string[]): string {
    const printed = outputOf(this.program, args, ACT);
    if (printed === undefined) throw new KernelError("ENOENT", `${ACT}: ${this.program} is gone`);
    return printed;
  }
}

/**
 * The programs that are there, one after the other; some may not work with this kernel. The legacy one makes its table
 * in whatever it is asked: go on only while none has been good enough.
 *
 * @throws {KernelError} EPERM, of the legacy program.
 */
export function* findArptables(): Generator<Arptables> {
  for (const program of NAMES) {
    const version = versionOf(program);
    if (version === undefined) continue;
    const isNft = version.includes("nf_tables");
    // What `arptables` means may be changed before the rules are removed.
    const own = isNft ? "arptables-nft" : "arptables-legacy";
    yield new Arptables(versionOf(own) === undefined ? program : own, isNft);
  }
}

function versionOf(program: string): string | undefined {
  return outputOf(program, ["--version"], ACT);
}

/** Programs for tables that are there already. */
export function arptablesFor(tables: { readonly nft: boolean; readonly legacy: boolean }): Arptables[] {
  return [
    ...(tables.nft ? [new Arptables("arptables-nft", true)] : []),
    ...(tables.legacy ? [new Arptables("arptables-legacy", false), new Arptables("arptables", false)] : []),
  ];
}

/** Whether this namespace has the legacy table: listing it where it is not would make it. */
export function hasLegacyArpTable(): boolean {
  try {
    return readFileSync(LEGACY_TABLES, "utf8").split("\n").includes(ARP_TABLE);
  } catch {
    return false;
  }
}
