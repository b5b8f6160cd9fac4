/**
 * What iptables-save(8) says, as chains: pure.
 *
 * @module
 */
import type { Chain, Comparand, Hook, Rule, Term, Verdict } from "./firewall.ts";
import { numberOf } from "./firewall-names.ts";

const HOOKS: Readonly<Record<string, Hook>> = {
  PREROUTING: "prerouting",
  INPUT: "input",
  OUTPUT: "output",
  POSTROUTING: "postrouting",
};
/** Tables of one hook in the kernel's order (linux/netfilter_ipv4.h). */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  nat: -100,
  filter: 0,
  security: 50,
};
/** Targets that end the packet's way, or go on. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  ACCEPT: { kind: "accept" },
  DROP: { kind: "drop" },
  REJECT: { kind: "drop" },
  RETURN: { kind: "return" },
  QUEUE: { kind: "accept" },
  NFQUEUE: { kind: "accept" },
};
/** Only these are sure to have a field; names of matches (`-m`) say nothing by themselves. */
const FIELDS: Readonly<Record<string, (layer: string) => string>> = {
  "-p": () => "meta l4proto",
  "-s": (layer) => `${layer} saddr`,
  "-d": (layer) => `${layer} daddr`,
  "-i": () => "meta iifname",
  "-o": () => "meta oifname",
  "--ctstate": () => "ct state",
  "--state": () => "ct state",
  "--pkt-type": () => "meta pkttype",
  "--icmpv6-type": () => "icmpv6 type",
};

/** @param program that wrote it: its name without `-save` is the one that changes it. */
export function readIptables(text: string, family: 4 | 6, program: string): Chain[] {
  const layer = family === 4 ? "ip" : "ip6";
  const command = program.replace("-save", "");
  const chains = new Map<string, Chain & { readonly rules: Rule[] }>();
  let table = "filter";
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1).trim();
    const [, name, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (name !== undefined) {
      const chain = chainOf({ command, layer, table, name, policy: policy! });
      chains.set(chain.id, chain);
    }
    const words = wordsOf(line);
    if (words[0] !== "-A") continue;
    const id = `${command} ${table} ${words[1]}`;
    chains.get(id)?.rules.push(ruleOf(words.slice(2), { command, layer, table, chain: words[1]! }));
  }
  return [...chains.values()];
}

interface ChainHead {
  readonly command: string;
  readonly layer: string;
  readonly table: string;
  readonly name: string;
  readonly policy: string;
}

function chainOf({ command, layer, table, name, policy }: ChainHead): Chain & { readonly rules: Rule[] } {
  const hook = policy === "-" ? undefined : HOOKS[name];
  return {
    language: "iptables",
    family: layer,
    id: `${command} ${table} ${name}`,
    name: `chain ${name} of ${command}'s table ${table}`,
    base:
      hook === undefined
        ? undefined
        : { hook, priority: PRIORITIES[table] ?? 0, devices: [], dropsRest: policy === "DROP" },
    rules: [],
    admission: (match) => `${command} -t ${table} -I ${name} ${optionsFor(match)} -j ACCEPT`,
  };
}

/** The same match in the words of iptables. */
function optionsFor(match: string): string {
  return match.startsWith("icmpv6") ? `-p icmpv6 --icmpv6-type ${match.split(" ").at(-1)}` : "-p 112";
}

interface RulePlace {
  readonly command: string;
  readonly layer: string;
  readonly table: string;
  readonly chain: string;
}

function ruleOf(words: readonly string[], { command, layer, table, chain }: RulePlace): Rule {
  const terms: Term[] = [];
  let verdict: Verdict = { kind: "none" };
  for (let at = 0; at < words.length; ) {
    const isNegated = words[at] === "!";
    const option = words[isNegated ? at + 1 : at]!;
    at += isNegated ? 2 : 1;
    const values: string[] = [];
    while (at < words.length && !words[at]!.startsWith("-") && words[at] !== "!") values.push(words[at++]!);
    if (option === "-j" || option === "-g") {
      verdict = verdictOf(option, `${command} ${table} ${values[0]}`, values[0] ?? "");
      // What follows are options of the target.
      break;
    }
    if (option === "-m" || option === "--comment") continue;
    const field = FIELDS[option]?.(layer);
    terms.push({ field, isNegated, oneOf: comparandsOf(field, values) });
  }
  const text = words.map(quoted).join(" ");
  return {
    terms,
    verdict,
    name: `rule "${text}" in chain ${chain} of ${command}'s table ${table}`,
    removal: `${command} -t ${table} -D ${chain} ${text}`,
  };
}

function verdictOf(option: string, chainId: string, target: string): Verdict {
  const known = VERDICTS[target];
  if (known !== undefined) return known;
  // A target that is no chain of the table (LOG, MARK) is not found, and the packet goes on.
  return { kind: option === "-g" ? "goto" : "jump", chain: chainId };
}

function comparandsOf(field: string | undefined, values: readonly string[]): Comparand[] {
  if (field === undefined) return [];
  return values
    .flatMap((value) => value.split(","))
    .map((value): Comparand => {
      const [address, length] = value.split("/");
      if (field.endsWith("addr"))
        return { prefix: address!, length: Number(length ?? (address!.includes(":") ? 128 : 32)) };
      if (field.endsWith("ifname")) return { exact: value.replace(/\+$/, "*") };
      return { exact: numberOf(field, field === "ct state" ? value.toLowerCase() : value) };
    });
}

/** Words of a line; those in double quotes may hold spaces. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, inQuotes, plain]) => inQuotes ?? plain!);
}

function quoted(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}
