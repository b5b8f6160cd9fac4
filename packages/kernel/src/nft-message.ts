/**
 * nftables as nfnetlink says it (linux/netfilter/nf_tables.h): tables, chains, sets, rules, elements. Only encoding; one
 * function each for what `nft` calls by the same name.
 *
 * @module
 */
import { attribute, be32, be64, concat, nested, stringAttribute } from "./attributes.ts";

const NFNL_SUBSYS_NFTABLES = 10;
const NLM_F_CREATE = 0x400;
const NLM_F_EXCL = 0x200;
const NLM_F_APPEND = 0x800;

const Type = {
  newTable: 0,
  deleteTable: 2,
  newChain: 3,
  newRule: 6,
  newSet: 9,
  newElements: 12,
  deleteElements: 14,
} as const;

const NFPROTO_NETDEV = 5;
const NFTA_LIST_ELEM = 1;
const SET_FLAG_TIMEOUT = 0x10;

/** `owner`: only this socket may change the table; `persist`: it stays, as it is, when the socket closes (Linux 6.9). */
export const TableFlag = { owner: 2, persist: 4 } as const;
export const NetdevHook = { ingress: 0, egress: 1 } as const;
/** The names under which `nft` lists what a set holds. */
export const SetKey = { ipv4: { type: 7, length: 4 }, mac: { type: 9, length: 6 } } as const;
export const Verdict = { drop: 0, accept: 1, goto: -4 } as const;

/** One message of a transaction, without the header that the socket puts before it. */
export interface NftMessage {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

function message(type: number, flags: number, ...attributes: readonly Uint8Array[]): NftMessage {
  // struct nfgenmsg: family, version, resource id.
  const header = Uint8Array.of(NFPROTO_NETDEV, 0, 0, 0);
  return { type: (NFNL_SUBSYS_NFTABLES << 8) | type, flags, body: concat([header, ...attributes]) };
}

/** `add table netdev NAME`, failing with EEXIST if there is one. */
export function addTable(name: string, flags: number): NftMessage {
  return message(Type.newTable, NLM_F_CREATE | NLM_F_EXCL, stringAttribute(1, name), be32(2, flags));
}

/** `delete table netdev NAME` with all that is in it; ENOENT if there is none. */
export function deleteTable(name: string): NftMessage {
  return message(Type.deleteTable, 0, stringAttribute(1, name));
}

export function addChain(table: string, name: string): NftMessage {
  return message(
    Type.newChain,
    NLM_F_CREATE | NLM_F_EXCL,
    stringAttribute(1, table),
    stringAttribute(3, name),
  );
}

export interface BaseChain {
  readonly hook: number;
  readonly priority: number;
  /** The interface whose frames pass. */
  readonly device: string;
}

/** `add chain netdev TABLE NAME { type filter hook HOOK device DEVICE priority PRIORITY; policy accept; }` */
export function addBaseChain(table: string, name: string, base: BaseChain): NftMessage {
  return message(
    Type.newChain,
    NLM_F_CREATE | NLM_F_EXCL,
    stringAttribute(1, table),
    stringAttribute(3, name),
    nested(4, be32(1, base.hook), be32(2, base.priority), stringAttribute(3, base.device)),
    be32(5, Verdict.accept),
    stringAttribute(7, "filter"),
  );
}

export interface SetOptions {
  readonly key: { readonly type: number; readonly length: number };
  /** Any number that no other set of the same transaction has. */
  readonly id: number;
  /** Elements vanish after this, unless they bring a time of their own. */
  readonly timeoutMs?: number;
}

export function addSet(table: string, name: string, options: SetOptions): NftMessage {
  const timeout = options.timeoutMs === undefined ? [] : [be64(11, BigInt(options.timeoutMs))];
  return message(
    Type.newSet,
    NLM_F_CREATE | NLM_F_EXCL,
    stringAttribute(1, table),
    stringAttribute(2, name),
    be32(3, timeout.length > 0 ? SET_FLAG_TIMEOUT : 0),
    be32(4, options.key.type),
    be32(5, options.key.length),
    be32(10, options.id),
    ...timeout,
  );
}

/** @param timeoutMs for every key; without it, the set's own. */
export function addElements(
  table: string,
  set: string,
  keys: readonly Uint8Array[],
  timeoutMs?: number,
): NftMessage {
  return elements(Type.newElements, NLM_F_CREATE, table, set, keys, timeoutMs);
}

/** ENOENT if one is missing, which refuses the whole transaction. */
export function deleteElements(table: string, set: string, keys: readonly Uint8Array[]): NftMessage {
  return elements(Type.deleteElements, 0, table, set, keys, undefined);
}

function elements(
  type: number,
  flags: number,
  table: string,
  set: string,
  keys: readonly Uint8Array[],
  timeoutMs: number | undefined,
): NftMessage {
  const timeout = timeoutMs === undefined ? [] : [be64(4, BigInt(timeoutMs))];
  const list = keys.map((key) => nested(NFTA_LIST_ELEM, nested(1, attribute(1, key)), ...timeout));
  return message(type, flags, stringAttribute(1, table), stringAttribute(2, set), nested(3, ...list));
}

/** One rule at the end of a chain; the expressions run in turn and the first that does not match ends it. */
export function addRule(table: string, chain: string, ...expressions: readonly Uint8Array[]): NftMessage {
  return message(
    Type.newRule,
    NLM_F_CREATE | NLM_F_APPEND,
    stringAttribute(1, table),
    stringAttribute(2, chain),
    nested(4, ...expressions.map((expression) => nested(NFTA_LIST_ELEM, expression))),
  );
}

const REGISTER_1 = 1;
const REGISTER_VERDICT = 0;

function expression(name: string, ...attributes: readonly Uint8Array[]): Uint8Array {
  return concat([stringAttribute(1, name), nested(2, ...attributes)]);
}

/** Where a packet's octets are counted from. */
export const PayloadBase = { link: 0, network: 1 } as const;

export function loadPayload(base: number, offset: number, length: number): Uint8Array {
  return expression("payload", be32(1, REGISTER_1), be32(2, base), be32(3, offset), be32(4, length));
}

/** Loads the EtherType, in network order (`meta protocol`). */
export function loadProtocol(): Uint8Array {
  const NFT_META_PROTOCOL = 1;
  return expression("meta", be32(1, REGISTER_1), be32(2, NFT_META_PROTOCOL));
}

export function isEqual(value: Uint8Array): Uint8Array {
  const NFT_CMP_EQ = 0;
  return expression("cmp", be32(1, REGISTER_1), be32(2, NFT_CMP_EQ), nested(3, attribute(1, value)));
}

/**
 * Puts a constant where octets of the packet were: AND with nothing, XOR with the constant. A rule may so look up a key
 * that the packet need not carry, and `nft list` still shows it.
 */
export function replaceBy(value: Uint8Array): Uint8Array {
  return expression(
    "bitwise",
    be32(1, REGISTER_1),
    be32(2, REGISTER_1),
    be32(3, value.length),
    nested(4, attribute(1, new Uint8Array(value.length))),
    nested(5, attribute(1, value)),
  );
}

export function isInSet(set: string): Uint8Array {
  return expression("lookup", stringAttribute(1, set), be32(2, REGISTER_1));
}

export function count(): Uint8Array {
  return expression("counter", be64(1, 0n), be64(2, 0n));
}

export function verdict(code: number, chain?: string): Uint8Array {
  const target = chain === undefined ? [] : [stringAttribute(2, chain)];
  return expression("immediate", be32(1, REGISTER_VERDICT), nested(2, nested(2, be32(1, code), ...target)));
}
