/**
 * nftables as nfnetlink says it (linux/netfilter/nf_tables.h): tables, chains, sets, rules, elements; one function each
 * for what `nft` calls by the same name. What a rule is made of stands in nft-term.ts.
 *
 * @module
 */
import {
  attribute,
  be32,
  be64,
  concat,
  listAttributes,
  nested,
  readAttributes,
  readString,
  stringAttribute,
} from "./attributes.ts";
import type { NetlinkMessage } from "./netlink-socket.ts";

export const NFNL_SUBSYS_NFTABLES = 10;
const NLM_F_CREATE = 0x400;
const NLM_F_EXCL = 0x200;
const NLM_F_APPEND = 0x800;
/** Of a request to delete: not with what is in it. */
const NLM_F_NONREC = 0x100;

/** Also the types of notifications about the same. */
export const NftType = {
  newTable: 0,
  getTable: 1,
  deleteTable: 2,
  newChain: 3,
  getChain: 4,
  deleteChain: 5,
  newRule: 6,
  getRule: 7,
  deleteRule: 8,
  newSet: 9,
  deleteSet: 11,
  newElements: 12,
  getElements: 13,
  deleteElements: 14,
} as const;

const NFPROTO_UNSPEC = 0;
/** Families of tables (NFPROTO_*, linux/netfilter.h), by nft's names. What is not said otherwise is of netdev. */
export const NftFamily = { inet: 1, arp: 3, netdev: 5 } as const;
export type NftFamilyName = keyof typeof NftFamily;
const NFTA_LIST_ELEM = 1;
/** Behind the headers of the element, of its key, and of the key's value. */
const ELEMENT_KEY_AT = 12;
const NFTA_TABLE_OWNER = 7;
/** struct nfgenmsg. */
const GENERIC_HEADER_LENGTH = 4;
const SET_FLAG_TIMEOUT = 0x10;

/** `dormant`: it does nothing; `owner`: only this socket may change the table; `persist`: it stays, as it is, when the socket closes (Linux 6.9). */
export const TableFlag = { dormant: 1, owner: 2, persist: 4 } as const;
export const NetdevHook = { ingress: 0, egress: 1 } as const;
/** Of family inet (enum nf_inet_hooks). */
export const InetHook = { prerouting: 0 } as const;
/** What a set holds: nft's number and name for it, and its octets. */
export const SetKey = {
  ipv4: { type: 7, length: 4, name: "ipv4_addr" },
  ipv6: { type: 8, length: 16, name: "ipv6_addr" },
  mac: { type: 9, length: 6, name: "ether_addr" },
} as const;
export type SetKeyKind = keyof typeof SetKey;
export const Verdict = { drop: 0, accept: 1, goto: -4 } as const;

/** One message of a transaction. */
export type NftMessage = NetlinkMessage;

export interface NftTable {
  readonly name: string;
  /** Some process's socket owns it: nobody else can change it. */
  readonly isOwned: boolean;
  /** Its chains see no packets (`flags dormant`). */
  readonly isDormant: boolean;
}

export interface NftElement {
  readonly key: Uint8Array;
  /** What is left of its time; undefined for one that stays. */
  readonly expiresMs: number | undefined;
}

function message(type: number, flags: number, ...attributes: readonly Uint8Array[]): NftMessage {
  // struct nfgenmsg: family, version, resource id.
  const header = Uint8Array.of(NftFamily.netdev, 0, 0, 0);
  return { type: (NFNL_SUBSYS_NFTABLES << 8) | type, flags, body: concat([header, ...attributes]) };
}

/** The same for a table of another family. */
export function inFamily(family: NftFamilyName, asked: NftMessage): NftMessage {
  return { ...asked, body: withFamily(asked.body, NftFamily[family]) };
}

function withFamily(body: Uint8Array, family: number): Uint8Array {
  return Uint8Array.from(body).fill(family, 0, 1);
}

/** `list tables netdev`. */
export function askTables(): NftMessage {
  return message(NftType.getTable, 0);
}

/** `list tables`: of all families. */
export function askAllTables(): NftMessage {
  const asked = askTables();
  return { ...asked, body: withFamily(asked.body, NFPROTO_UNSPEC) };
}

export function readTable(body: Uint8Array): NftTable {
  const found = readAttributes(body.subarray(GENERIC_HEADER_LENGTH));
  const flags = found.get(2)?.at(-1) ?? 0;
  return {
    name: readString(found.get(1)) ?? "",
    isOwned: found.has(NFTA_TABLE_OWNER),
    isDormant: (flags & TableFlag.dormant) !== 0,
  };
}

/** `list set netdev TABLE SET`. */
export function askElements(table: string, set: string): NftMessage {
  return message(NftType.getElements, 0, stringAttribute(1, table), stringAttribute(2, set));
}

/** `list chains netdev`: of all tables, which some kernels do not tell apart. */
export function askChains(): NftMessage {
  return message(NftType.getChain, 0);
}

/** The rules of a table, in their order. */
export function askRules(table: string): NftMessage {
  return message(NftType.getRule, 0, stringAttribute(1, table));
}

export function readElements(body: Uint8Array): NftElement[] {
  const list = readAttributes(body.subarray(GENERIC_HEADER_LENGTH)).get(3) ?? new Uint8Array();
  return listAttributes(list).map((element) => {
    const found = readAttributes(element);
    const key = readAttributes(found.get(1) ?? new Uint8Array()).get(1) ?? new Uint8Array();
    const expires = found.get(5);
    return { key, expiresMs: expires?.length === 8 ? Number(readBe64(expires)) : undefined };
  });
}

function readBe64(value: Uint8Array): bigint {
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getBigUint64(0);
}

/** What a notification is about. */
export function readTableName(body: Uint8Array): string {
  return readString(readAttributes(body.subarray(GENERIC_HEADER_LENGTH)).get(1)) ?? "";
}

/** `add table netdev NAME`: no harm if there is one. */
export function addTable(name: string, flags: number): NftMessage {
  return message(NftType.newTable, NLM_F_CREATE, stringAttribute(1, name), be32(2, flags));
}

/** `delete table netdev NAME` with all that is in it; ENOENT if there is none. */
export function deleteTable(name: string): NftMessage {
  return message(NftType.deleteTable, 0, stringAttribute(1, name));
}

/**
 * Deletes a table with the chains that are named, if they are empty and nothing else is in it; otherwise EBUSY, and
 * nothing is changed.
 */
export function deleteBareTable(name: string, chains: readonly string[]): NftMessage[] {
  return [
    ...chains.map((chain) =>
      message(NftType.deleteChain, NLM_F_NONREC, stringAttribute(1, name), stringAttribute(3, chain)),
    ),
    message(NftType.deleteTable, NLM_F_NONREC, stringAttribute(1, name)),
  ];
}

export function addChain(table: string, name: string): NftMessage {
  return message(
    NftType.newChain,
    NLM_F_CREATE | NLM_F_EXCL,
    stringAttribute(1, table),
    stringAttribute(3, name),
  );
}

export interface BaseChain {
  readonly hook: number;
  readonly priority: number;
  /** Of family netdev: the interface whose frames pass. */
  readonly device?: string;
  /** `filter` if left out. `nat` sees the first packet of each connection, and decides for all of them. */
  readonly kind?: "filter" | "nat";
}

/** `add chain netdev TABLE NAME { type KIND hook HOOK device DEVICE priority PRIORITY; policy accept; }` */
export function addBaseChain(table: string, name: string, base: BaseChain): NftMessage {
  const device = base.device === undefined ? [] : [stringAttribute(3, base.device)];
  return message(
    NftType.newChain,
    NLM_F_CREATE | NLM_F_EXCL,
    stringAttribute(1, table),
    stringAttribute(3, name),
    nested(4, be32(1, base.hook), be32(2, base.priority), ...device),
    be32(5, Verdict.accept),
    stringAttribute(7, base.kind ?? "filter"),
  );
}

export interface SetOptions {
  readonly key: SetKeyKind;
  /** Any number that no other set of the same transaction has. */
  readonly id: number;
  /** Elements vanish after this, unless they bring a time of their own. */
  readonly timeoutMs?: number;
}

export function addSet(table: string, name: string, options: SetOptions): NftMessage {
  const timeout = options.timeoutMs === undefined ? [] : [be64(11, BigInt(options.timeoutMs))];
  return message(
    NftType.newSet,
    NLM_F_CREATE | NLM_F_EXCL,
    stringAttribute(1, table),
    stringAttribute(2, name),
    be32(3, timeout.length > 0 ? SET_FLAG_TIMEOUT : 0),
    be32(4, SetKey[options.key].type),
    be32(5, SetKey[options.key].length),
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
  return elements(NftType.newElements, NLM_F_CREATE, table, set, keys, timeoutMs);
}

/** ENOENT if one is missing, which refuses the whole transaction. */
export function deleteElements(table: string, set: string, keys: readonly Uint8Array[]): NftMessage {
  return elements(NftType.deleteElements, 0, table, set, keys, undefined);
}

function elements(
  type: number,
  flags: number,
  table: string,
  set: string,
  keys: readonly Uint8Array[],
  timeoutMs: number | undefined,
): NftMessage {
  const list = elementList(keys, timeoutMs);
  return message(type, flags, stringAttribute(1, table), stringAttribute(2, set), nested(3, list));
}

/** Elements of one set differ in their keys alone: one is made, and the others are copies with another key. */
function elementList(keys: readonly Uint8Array[], timeoutMs: number | undefined): Uint8Array {
  if (keys.length === 0) return new Uint8Array();
  const timeout = timeoutMs === undefined ? [] : [be64(4, BigInt(timeoutMs))];
  const first = nested(NFTA_LIST_ELEM, nested(1, attribute(1, keys[0]!)), ...timeout);
  const list = new Uint8Array(keys.length * first.length);
  keys.forEach((key, n) => {
    list.set(first, n * first.length);
    list.set(key, n * first.length + ELEMENT_KEY_AT);
  });
  return list;
}

/**
 * One rule at the end of a chain.
 *
 * @param expressions run in turn, and the first that does not match ends the rule (nft-term.ts).
 */
export function addRule(table: string, chain: string, expressions: readonly Uint8Array[]): NftMessage {
  return message(
    NftType.newRule,
    NLM_F_CREATE | NLM_F_APPEND,
    stringAttribute(1, table),
    stringAttribute(2, chain),
    nested(4, ...expressions.map((expression) => nested(NFTA_LIST_ELEM, expression))),
  );
}
