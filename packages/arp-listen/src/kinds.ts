/**
 * What packets are called: kinds as numbers, because they are told a million times, and the words that people and
 * records use for them.
 *
 * @module
 */

/** Places in {@link KIND_NAMES}. */
export const Kind = {
  request: 0,
  reply: 1,
  probe: 2,
  announcement: 3,
  gratuitousRequest: 4,
  gratuitousReply: 5,
  otherOperation: 6,
  solicitation: 7,
  /** An answer to a question. */
  advertisement: 8,
  /** Nobody asked: what a gratuitous ARP is for IPv4. */
  unsolicitedAdvertisement: 9,
  dad: 10,
  malformedArp: 11,
  malformedNdp: 12,
  changed: 13,
  conflict: 14,
  flipFlop: 15,
} as const;

/** As records say them; of malformed packets and of owners, the end of the record's type. */
export const KIND_NAMES = [
  "request",
  "reply",
  "probe",
  "announcement",
  "gratuitous_request",
  "gratuitous_reply",
  "other",
  "solicitation",
  "advertisement",
  "advertisement",
  "dad",
  "malformed",
  "malformed",
  "changed",
  "conflict",
  "flip_flop",
] as const;

const bits = (...kinds: number[]): number => kinds.reduce((mask, kind) => mask | (1 << kind), 0);

/** Kinds that say "this address is at this MAC" to all or to one. */
export const CLAIMING: number = bits(
  Kind.reply,
  Kind.announcement,
  Kind.gratuitousRequest,
  Kind.gratuitousReply,
  Kind.advertisement,
  Kind.unsolicitedAdvertisement,
);

const GROUPS: Readonly<Record<string, number>> = {
  gratuitous: bits(
    Kind.announcement,
    Kind.gratuitousRequest,
    Kind.gratuitousReply,
    Kind.unsolicitedAdvertisement,
  ),
  arp: bits(0, 1, 2, 3, 4, 5, 6),
  ndp: bits(7, 8, 9, 10),
};
const OWNER_KINDS = bits(Kind.changed, Kind.conflict, Kind.flipFlop);

/** Every word that a kind can be asked for by. */
export const KIND_WORDS: readonly string[] = [...new Set<string>(KIND_NAMES), ...Object.keys(GROUPS)];
/** Those of packets, which a filter can let through. */
export const PACKET_WORDS: readonly string[] = KIND_WORDS.filter(
  (word) => (kindsOf(word) & OWNER_KINDS) === 0,
);

/** @param word one of {@link KIND_WORDS}. @returns a bit for each kind that is meant; 0 for another word. */
export function kindsOf(word: string): number {
  if (Object.hasOwn(GROUPS, word)) return GROUPS[word]!;
  return bits(...KIND_NAMES.flatMap((name, kind) => (name === word ? [kind] : [])));
}
