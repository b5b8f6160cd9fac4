/**
 * The method arptables, with the program that this host has and its kernel takes.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import {
  ARP_CHAINS,
  ARP_TABLE,
  Arptables,
  arptablesFor,
  deleteBareTable,
  findArptables,
  hasLegacyArpTable,
  inFamily,
  KernelError,
} from "@viptools/kernel";
import { ANY_IPV4, familyOf } from "@viptools/wire";
import {
  type ArpChains,
  type ArpChange,
  type ArpRules,
  arpCommands,
  interfacesWithArpChains,
  isBareWithout,
  readArpChains,
} from "./arp-rules.ts";
import type { Hiding } from "./plan.ts";
import type { Workbench } from "./workbench.ts";

/** Which program is used, and whether its table was there before: noted before the first rule. */
interface Note {
  readonly program: string;
  readonly isNft: boolean;
  readonly wasThere: boolean;
}

const NOTE = "arptables";

/** What an interface needs of arptables, which knows IPv4 alone. */
export function arpRulesOf(bench: Workbench, name: string, all: readonly Hiding[]): ArpRules {
  const vips = all
    .filter((one) => one.interface === name && one.method === "arptables" && familyOf(one.vip) === 4)
    .map(({ vip }) => vip);
  return { interface: name, vips, ownAddress: bench.ownAddress(name) ?? ANY_IPV4 };
}

/**
 * @returns undefined if nothing is to be done.
 * @throws {ExitError} kernel, without a program that works here.
 */
export function arpChange(bench: Workbench, name: string, all: readonly Hiding[]): ArpChange | undefined {
  const wanted = arpRulesOf(bench, name, all);
  const isNeeded = wanted.vips.length > 0;
  const used = usedProgram(bench) ?? (isNeeded ? workingProgram() : strayProgram(bench, name));
  if (used === undefined) return undefined;
  const listing = used.list();
  const commands = arpCommands(wanted, readArpChains(listing));
  const isLast = !isNeeded && !interfacesWithArpChains(readArpChains(listing)).some((one) => one !== name);
  const dropsTable = isLast && isOurTableAlone(bench, used, name, listing);
  return commands.length === 0 && !dropsTable ? undefined : { used, commands, dropsTable };
}

/** @param all that is hidden on this host when it is done. @returns what was done, for people. */
export function changeArptables(
  bench: Workbench,
  change: ArpChange | undefined,
  all: readonly Hiding[],
): string[] {
  const isUsed = all.some(({ method }) => method === "arptables");
  if (change !== undefined && isUsed && bench.runs.read(NOTE) === undefined) writeNote(bench, change.used);
  for (const command of change?.commands ?? []) change?.used.run(command);
  if (change?.dropsTable === true) dropTable(bench);
  if (!isUsed) bench.runs.remove(NOTE);
  return (change?.commands ?? []).map((command) => `${change?.used.program} ${command.join(" ")}`);
}

function writeNote(bench: Workbench, { program, isNft }: Arptables): void {
  bench.runs.write(NOTE, { program, isNft, wasThere: !isNft || hasNftTable(bench) } satisfies Note);
}

function usedProgram(bench: Workbench): Arptables | undefined {
  const note = bench.runs.read<Note>(NOTE);
  return note === undefined ? undefined : new Arptables(note.program, note.isNft);
}

/** @throws {ExitError} kernel, with what each program said. */
function workingProgram(): Arptables {
  const reasons: string[] = [];
  for (const found of findArptables()) {
    try {
      found.list();
      return found;
    } catch (error) {
      if (!(error instanceof KernelError) || error.code === "EPERM") throw error;
      reasons.push(error.message);
    }
  }
  throw new ExitError(
    ExitCode.kernel,
    reasons.length === 0
      ? "there is no arptables here: install the package arptables (arptables-legacy) or iptables (arptables-nft), or use --method sysctl"
      : `${reasons.join("; ")}: needs a kernel with arptables (CONFIG_IP_NF_ARPTABLES), or --method sysctl`,
  );
}

/** One that lists chains of ours for an interface, though nothing is noted. */
function strayProgram(bench: Workbench, name: string): Arptables | undefined {
  return strayArpChains(bench).find(({ interfaces }) => interfaces.includes(name))?.used;
}

/** Our chains by the programs that list them. Programs whose table the kernel does not have are not asked. */
export function strayArpChains(bench: Workbench): { used: Arptables; interfaces: string[] }[] {
  return arptablesFor({ nft: hasNftTable(bench), legacy: hasLegacyArpTable() }).flatMap((used) => {
    const listing = unlessGone(used);
    return listing === undefined
      ? []
      : [{ used, interfaces: interfacesWithArpChains(readArpChains(listing)) }];
  });
}

function unlessGone(used: Arptables): string | undefined {
  try {
    return used.list();
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** What stands now; undefined where nothing of ours was ever noted. */
export function arpChains(bench: Workbench): ArpChains | undefined {
  const used = usedProgram(bench);
  return used === undefined ? undefined : readArpChains(used.list());
}

function hasNftTable(bench: Workbench): boolean {
  return bench.tables("arp").includes(ARP_TABLE);
}

/** Not one that was there before, and nothing of somebody else in it. */
function isOurTableAlone(bench: Workbench, { isNft }: Arptables, name: string, listing: string): boolean {
  const wasThere = bench.runs.read<Note>(NOTE)?.wasThere === true;
  return isNft && !wasThere && hasNftTable(bench) && isBareWithout(name, listing);
}

/** Which of the kernel's chains it may have: arptables makes one when its first rule comes. */
const CHAINS_OF_TABLE: readonly (readonly string[])[] = [
  ARP_CHAINS,
  ...ARP_CHAINS.map((chain) => [chain]),
  [],
];

/** Somebody may have put something into it meanwhile: then it stays. */
function dropTable(bench: Workbench): void {
  for (const chains of CHAINS_OF_TABLE) {
    const messages = deleteBareTable(ARP_TABLE, chains).map((message) => inFamily("arp", message));
    try {
      bench.nft.commit(messages, `Cannot remove table ${ARP_TABLE}`);
      return;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (error.code === "EBUSY") return;
      if (error.code !== "ENOENT") throw error;
    }
  }
}
