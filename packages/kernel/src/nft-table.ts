/**
 * A whole table as data: loaded by nfnetlink, or shown as `nft` writes it.
 *
 * @module
 */
import {
  addBaseChain,
  addChain,
  addElements,
  addRule,
  addSet,
  addTable,
  type BaseChain,
  deleteTable,
  inFamily,
  NetdevHook,
  type NftFamilyName,
  type NftMessage,
  SetKey,
  type SetKeyKind,
  TableFlag,
} from "./nft-message.ts";
import type { NftTerm } from "./nft-term.ts";

export interface SetSpec {
  readonly name: string;
  readonly key: SetKeyKind;
  /** Elements vanish after this, unless they bring a time of their own. */
  readonly timeoutMs?: number;
  readonly elements?: readonly { readonly key: Uint8Array; readonly text: string }[];
}

export interface ChainSpec {
  readonly name: string;
  /** Where packets come in; without it, other chains go there. */
  readonly base?: BaseChain;
  readonly rules: readonly (readonly NftTerm[])[];
}

export interface TableSpec {
  /** `netdev` if left out. */
  readonly family?: NftFamilyName;
  readonly name: string;
  readonly sets: readonly SetSpec[];
  /** A chain stands before those that go to it. */
  readonly chains: readonly ChainSpec[];
}

/** An attribute's length has 16 bits: more keys than these go into the next message. */
const KEYS_IN_MESSAGE = 1000;

/** Loads the table in place of one of this name, in one transaction. @param flags of {@link TableFlag}. */
export function loadTable(table: TableSpec, flags: number): NftMessage[] {
  return messagesOf(table, flags).map((message) => inFamily(table.family ?? "netdev", message));
}

function messagesOf({ name, sets, chains }: TableSpec, flags: number): NftMessage[] {
  return [
    addTable(name, flags),
    deleteTable(name),
    addTable(name, flags),
    ...sets.flatMap(({ name: set, key, timeoutMs, elements = [] }, n) => [
      addSet(name, set, { key, id: n + 1, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
      ...addKeys(
        name,
        set,
        elements.map((element) => element.key),
      ),
    ]),
    ...chains.map((chain) =>
      chain.base === undefined ? addChain(name, chain.name) : addBaseChain(name, chain.name, chain.base),
    ),
    ...chains.flatMap((chain) =>
      chain.rules.map((rule) =>
        addRule(
          name,
          chain.name,
          rule.flatMap(({ expressions }) => expressions),
        ),
      ),
    ),
  ];
}

/** As many messages as the keys need. */
export function addKeys(table: string, set: string, keys: readonly Uint8Array[]): NftMessage[] {
  const messages: NftMessage[] = [];
  for (let at = 0; at < keys.length; at += KEYS_IN_MESSAGE)
    messages.push(addElements(table, set, keys.slice(at, at + KEYS_IN_MESSAGE)));
  return messages;
}

/** @returns one line that `nft` takes as its argument; tables that a process owns cannot be made that way. */
export function tableLine({ family = "netdev", name, sets, chains }: TableSpec): string {
  const parts = [
    ...sets.map((set) => `set ${set.name} { ${setText(set)} }`),
    ...chains.map(({ name: chain, base, rules }) => {
      const lines = rules.map((rule) => rule.map(({ text }) => text).join(" "));
      return `chain ${chain} { ${[...(base === undefined ? [] : [baseText(base)]), ...lines].join("; ")}; }`;
    }),
  ];
  return `table ${family} ${name} { ${parts.join("; ")}; }`;
}

function setText({ key, timeoutMs, elements = [] }: SetSpec): string {
  const timeout = timeoutMs === undefined ? "" : ` flags timeout; timeout ${timeoutMs}ms;`;
  const list = elements.map(({ text }) => text).join(", ");
  return `type ${SetKey[key].name};${timeout}${list === "" ? "" : ` elements = { ${list} };`}`;
}

function baseText({ kind = "filter", hook, device, priority }: BaseChain): string {
  const edge = hook === NetdevHook.ingress ? "ingress" : "egress";
  const where = device === undefined ? "prerouting" : `${edge} device "${device}"`;
  return `type ${kind} hook ${where} priority ${priority}; policy accept`;
}

/** The table is the caller's socket's alone, and outlives it (Linux 6.9). */
export const OWNED_TABLE: number = TableFlag.owner | TableFlag.persist;
