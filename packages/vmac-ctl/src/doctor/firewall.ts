/**
 * A host's packet filter as both of its languages mean it: chains of rules, and a walk of one packet through them. Pure.
 *
 * A rule is not always decided by what is known of a packet. So each of its terms holds, does not, or may: a walk says
 * for sure that a packet is dropped only if no rule before may have let it pass.
 *
 * @module
 */

/** Where a chain is hooked in (nft(8), "Address families"). */
export type Hook = "ingress" | "prerouting" | "input" | "output" | "postrouting" | "egress" | "forward";

/** Numbers where the kernel has numbers, text for names and addresses. */
export type FieldValue = string | number;

/** What a rule compares a field with. */
export type Comparand =
  | { readonly exact: FieldValue }
  | { readonly from: number; readonly to: number }
  | { readonly prefix: string; readonly length: number }
  | "unclear";

export interface Term {
  /** `ip protocol`, as nft calls it; undefined for what is not understood. */
  readonly field: string | undefined;
  /** True: holds if none of them is equal. */
  readonly isNegated: boolean;
  /** Any of them. */
  readonly oneOf: readonly Comparand[];
}

export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" | "none" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

export interface Rule {
  readonly terms: readonly Term[];
  readonly verdict: Verdict;
  /** For people: `rule 7 of chain inet filter input`. */
  readonly name: string;
  /** The command that takes it away. */
  readonly removal: string;
}

export interface BaseHook {
  readonly hook: Hook;
  readonly priority: number;
  /** For netdev: the only interfaces whose frames pass; empty for all. */
  readonly devices: readonly string[];
  readonly dropsRest: boolean;
}

export interface Chain {
  readonly language: "nft" | "iptables";
  /** `ip`, `ip6`, `inet`, `arp`, `netdev`, `bridge`. */
  readonly family: string;
  /** By which rules of the same table jump to it. */
  readonly id: string;
  /** For people: `chain inet filter input`. */
  readonly name: string;
  /** Undefined for chains that only others jump to. */
  readonly base: BaseHook | undefined;
  readonly rules: readonly Rule[];
  /** The command that has it accept what matches these words of nft, before all other rules. */
  readonly admission: (match: string) => string;
}
