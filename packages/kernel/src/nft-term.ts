/**
 * What nftables rules are made of: each term as `nft` writes it and as nf_tables takes it (linux/netfilter/nf_tables.h),
 * so that a rule that is shown is the rule that is loaded.
 *
 * @module
 */
import { attribute, be32, be64, concat, nested, stringAttribute } from "./attributes.ts";
import { Verdict } from "./nft-message.ts";

/** A match or a statement of a rule. */
export interface NftTerm {
  readonly text: string;
  readonly expressions: readonly Uint8Array[];
}

/** A place in the packet: how `nft` names it, and how it is loaded. */
export interface NftField {
  readonly text: string;
  readonly load: Uint8Array;
}

const REGISTER_1 = 1;
const REGISTER_VERDICT = 0;
const META_PROTOCOL = 1;
const META_INPUT_NAME = 6;
const META_FAMILY = 15;
/** IFNAMSIZ. */
const INTERFACE_NAME_LENGTH = 16;
const META_L4PROTO = 16;
const META_PKTTYPE = 19;
const PACKET_HOST = 0;
const COMPARISONS = { "==": 0, "!=": 1, "<=": 3, ">=": 5 } as const;
/** What is written counts in the pseudo-header of the checksum behind it. */
const L4CSUM_PSEUDOHDR = 1;

function expression(name: string, ...attributes: readonly Uint8Array[]): Uint8Array {
  return concat([stringAttribute(1, name), nested(2, ...attributes)]);
}

/** Where a packet's octets are counted from. */
export const PayloadBase = { link: 0, network: 1, transport: 2 } as const;

/** @param offset octets from the base. @param length octets. */
export function payloadField(text: string, base: number, offset: number, length: number): NftField {
  const load = expression("payload", be32(1, REGISTER_1), be32(2, base), be32(3, offset), be32(4, length));
  return { text, load };
}

/** The EtherType, in network order. */
export const PROTOCOL: NftField = metaField("meta protocol", META_PROTOCOL);
/** What follows the IP header and its extensions. */
export const TRANSPORT: NftField = metaField("meta l4proto", META_L4PROTO);

function metaField(text: string, key: number): NftField {
  return { text, load: expression("meta", be32(1, REGISTER_1), be32(2, key)) };
}

/** In a table of family inet: NFPROTO_IPV4 or NFPROTO_IPV6. */
const FAMILY: NftField = metaField("meta nfproto", META_FAMILY);
const INPUT_NAME: NftField = metaField("iifname", META_INPUT_NAME);

/** @param value in network order. @param shown as `nft` writes it. */
export function compare(
  field: NftField,
  operator: keyof typeof COMPARISONS,
  value: Uint8Array,
  shown: string,
): NftTerm {
  const comparison = expression(
    "cmp",
    be32(1, REGISTER_1),
    be32(2, COMPARISONS[operator]),
    nested(3, attribute(1, value)),
  );
  const sign = operator === "==" ? "" : `${operator} `;
  return { text: `${field.text} ${sign}${shown}`, expressions: [field.load, comparison] };
}

/** Came in by the interface of this name, whether there is one or not. */
export function cameInBy(name: string): NftTerm {
  const octets = new Uint8Array(INTERFACE_NAME_LENGTH);
  octets.set(Buffer.from(name, "utf8"));
  return compare(INPUT_NAME, "==", octets, `"${name}"`);
}

/** A match that `nft` writes as one word, because it looks by itself whether the packet is such a one. */
export function implied(condition: NftTerm, { text, expressions }: NftTerm): NftTerm {
  return { text, expressions: [...condition.expressions, ...expressions] };
}

/** @param term about a header that only packets of this family have. */
export function ofFamily(family: 4 | 6, term: NftTerm): NftTerm {
  const number = family === 4 ? 2 : 10;
  return implied(compare(FAMILY, "==", Uint8Array.of(number), `ipv${family}`), term);
}

export function inSet(field: NftField, set: string): NftTerm {
  const lookup = expression("lookup", stringAttribute(1, set), be32(2, REGISTER_1));
  return { text: `${field.text} @${set}`, expressions: [field.load, lookup] };
}

/**
 * Looks up a constant that no packet need carry: a field of its length AND nothing XOR the constant.
 *
 * @param shown the constant as `nft` writes it. @param nothing zero of the same kind.
 */
export function constantInSet(
  field: NftField,
  constant: Uint8Array,
  [shown, nothing]: readonly [shown: string, nothing: string],
  set: string,
): NftTerm {
  const replace = expression(
    "bitwise",
    be32(1, REGISTER_1),
    be32(2, REGISTER_1),
    be32(3, constant.length),
    nested(4, attribute(1, new Uint8Array(constant.length))),
    nested(5, attribute(1, constant)),
  );
  const lookup = expression("lookup", stringAttribute(1, set), be32(2, REGISTER_1));
  return {
    text: `${field.text} and ${nothing} or ${shown} @${set}`,
    expressions: [field.load, replace, lookup],
  };
}

/** Writes octets into the packet, without touching a checksum. @param offset, length octets, as of a field. */
export function writeOctets(text: string, base: number, offset: number, value: Uint8Array): NftTerm {
  return storeOctets(text, base, offset, value, 0);
}

/** The same for a part of the IPv6 pseudo-header (RFC 8200 §8.1): the checksum of what follows is made right. */
export function writeSummedOctets(text: string, offset: number, value: Uint8Array): NftTerm {
  return storeOctets(text, PayloadBase.network, offset, value, L4CSUM_PSEUDOHDR);
}

function storeOctets(
  text: string,
  base: number,
  offset: number,
  value: Uint8Array,
  checksumFlags: number,
): NftTerm {
  const load = expression("immediate", be32(1, REGISTER_1), nested(2, attribute(1, value)));
  const store = expression(
    "payload",
    be32(5, REGISTER_1),
    be32(2, base),
    be32(3, offset),
    be32(4, value.length),
    be32(6, 0),
    be32(7, 0),
    be32(8, checksumFlags),
  );
  return { text, expressions: [load, store] };
}

/** Whatever its destination, the frame is for this host. Only chains of ingress may come here. */
export const FOR_THIS_HOST: NftTerm = {
  text: "meta pkttype set host",
  expressions: [
    expression("immediate", be32(1, REGISTER_1), nested(2, attribute(1, Uint8Array.of(PACKET_HOST)))),
    expression("meta", be32(2, META_PKTTYPE), be32(3, REGISTER_1)),
  ],
};

export const COUNTER: NftTerm = {
  text: "counter",
  expressions: [expression("counter", be64(1, 0n), be64(2, 0n))],
};
export const ACCEPT: NftTerm = { text: "accept", expressions: [verdict(Verdict.accept)] };
export const DROP: NftTerm = { text: "drop", expressions: [verdict(Verdict.drop)] };

/** In a chain of kind nat: to the first address of the interface on which the packet came in. */
export const REDIRECT: NftTerm = { text: "redirect", expressions: [expression("redir")] };

export function goTo(chain: string): NftTerm {
  return { text: `goto ${chain}`, expressions: [verdict(Verdict.goto, chain)] };
}

function verdict(code: number, chain?: string): Uint8Array {
  const target = chain === undefined ? [] : [stringAttribute(2, chain)];
  return expression("immediate", be32(1, REGISTER_VERDICT), nested(2, nested(2, be32(1, code), ...target)));
}
