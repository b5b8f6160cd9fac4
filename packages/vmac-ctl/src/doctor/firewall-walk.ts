/**
 * One packet's way through a host's packet filter: pure.
 *
 * @module
 */
import { isInPrefix } from "@viptools/wire";
import type { Chain, Comparand, FieldValue, Hook, Rule, Term } from "./firewall.ts";

/** What is known of a packet. */
export interface Packet {
  /** Families of chains that see it. */
  readonly families: readonly string[];
  readonly hooks: readonly Hook[];
  /** The NIC that it comes in by or goes out by. */
  readonly device: string;
  /** Fields that have one value in all such packets. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** The same of its Ethernet header, which only chains of the family netdev see as it is on the wire. */
  readonly linkFields: Readonly<Record<string, FieldValue>>;
  /** Fields that begin with one of these words are not in it: rules about them do not match. */
  readonly foreign: readonly string[];
  /** Fields that say what kind of packet it is: a rule that asks for one means this kind. */
  readonly naming: readonly string[];
}

export interface Drop {
  readonly chain: Chain;
  /** Undefined: what no rule accepts is dropped. */
  readonly rule: Rule | undefined;
  /** False: only some such packets, as with a limit or a list of sources. */
  readonly isSure: boolean;
}

type Answer = "yes" | "no" | "maybe";
/** How a walk through one chain ended. */
type End = "passes" | "dropped" | "goes on";

const JUMPS_MAX = 16;

/** @returns the first place that drops it; undefined if nothing does for sure, and no rule about this kind of packet may. */
export function findDrop(chains: readonly Chain[], packet: Packet): Drop | undefined {
  const met = chains
    .filter(({ base, family }) => base !== undefined && isMet(base, family, packet))
    .toSorted((a, b) => rank(a, packet) - rank(b, packet));
  let possible: Drop | undefined;
  for (const chain of met) {
    const walk = new Walk(chains, packet, chain);
    const drop = walk.run();
    if (drop?.isSure) return drop;
    possible ??= drop;
  }
  return possible;
}

function isMet(base: NonNullable<Chain["base"]>, family: string, packet: Packet): boolean {
  const isHere = base.devices.length === 0 || base.devices.includes(packet.device);
  return packet.families.includes(family) && packet.hooks.includes(base.hook) && isHere;
}

/** Hooks in the packet's order, chains of one hook by their priority. */
function rank({ base }: Chain, { hooks }: Packet): number {
  return hooks.indexOf(base!.hook) * 1e6 + base!.priority;
}

class Walk {
  readonly #chains: readonly Chain[];
  readonly #packet: Packet;
  readonly #start: Chain;
  /** A rule that may match may have let it pass. */
  #mayHavePassed = false;
  #drop: Drop | undefined;
  #possible: Drop | undefined;

  constructor(chains: readonly Chain[], packet: Packet, start: Chain) {
    this.#chains = chains;
    const isOnWire = start.family === "netdev";
    this.#packet = isOnWire ? { ...packet, fields: { ...packet.fields, ...packet.linkFields } } : packet;
    this.#start = start;
  }

  run(): Drop | undefined {
    const end = this.#through(this.#start, true, 0);
    if (end === "goes on" && this.#start.base!.dropsRest && !this.#mayHavePassed)
      this.#drop = { chain: this.#start, rule: undefined, isSure: true };
    return this.#drop ?? this.#possible;
  }

  /** @param isSure whether the packet is in this chain at all. */
  #through(chain: Chain, isSure: boolean, depth: number): End {
    for (const rule of chain.rules) {
      const answer = matches(rule, this.#packet);
      if (answer === "no") continue;
      const end = this.#follow(chain, rule, isSure && answer === "yes", depth);
      if (end === "return") return "goes on";
      if (end !== "goes on") return end;
    }
    return "goes on";
  }

  #follow(chain: Chain, rule: Rule, isSure: boolean, depth: number): End | "return" {
    const { verdict } = rule;
    switch (verdict.kind) {
      case "none":
        return "goes on";
      case "accept":
        if (!isSure) this.#mayHavePassed = true;
        return isSure ? "passes" : "goes on";
      case "return":
        return isSure ? "return" : "goes on";
      case "drop":
        return this.#meetDrop(chain, rule, isSure);
      default: {
        const next = this.#chains.find(({ id }) => id === verdict.chain);
        if (next === undefined || depth >= JUMPS_MAX) return "goes on";
        const end = this.#through(next, isSure, depth + 1);
        if (end === "goes on" && verdict.kind === "goto" && isSure) return "return";
        return isSure ? end : "goes on";
      }
    }
  }

  #meetDrop(chain: Chain, rule: Rule, isSure: boolean): End {
    if (isSure && !this.#mayHavePassed) {
      this.#drop ??= { chain, rule, isSure: true };
      return "dropped";
    }
    if (names(rule, this.#packet)) this.#possible ??= { chain, rule, isSure: false };
    return isSure ? "dropped" : "goes on";
  }
}

function names({ terms }: Rule, { naming }: Packet): boolean {
  return terms.some(({ field, isNegated }) => field !== undefined && naming.includes(field) && !isNegated);
}

function matches({ terms }: Rule, packet: Packet): Answer {
  let all: Answer = "yes";
  for (const term of terms) {
    const answer = holds(term, packet);
    if (answer === "no") return "no";
    if (answer === "maybe") all = "maybe";
  }
  return all;
}

function holds({ field, isNegated, oneOf }: Term, { fields, foreign }: Packet): Answer {
  if (field === undefined) return "maybe";
  if (foreign.some((word) => field.startsWith(`${word} `))) return "no";
  const value = fields[field];
  if (value === undefined) return "maybe";
  const answers = oneOf.map((comparand) => equals(value, comparand));
  const any = answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
  if (any === "maybe" || !isNegated) return any;
  return any === "yes" ? "no" : "yes";
}

function equals(value: FieldValue, comparand: Comparand): Answer {
  if (comparand === "unclear") return "maybe";
  if ("exact" in comparand) return isSame(value, comparand.exact) ? "yes" : "no";
  if ("prefix" in comparand)
    return isInPrefix(String(value), comparand.prefix, comparand.length) ? "yes" : "no";
  if (typeof value !== "number") return "maybe";
  return value >= comparand.from && value <= comparand.to ? "yes" : "no";
}

/** Names of interfaces may end with a star. */
function isSame(value: FieldValue, other: FieldValue): boolean {
  if (typeof other !== "string" || !other.endsWith("*")) return value === other;
  return String(value).startsWith(other.slice(0, -1));
}
