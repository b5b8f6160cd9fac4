/**
 * Records of what was seen, written as the octets of their lines: the same that `RecordOutput` would write, without an
 * object and its texts for each packet. Whatever repeats is made once, by the same JSON.stringify.
 *
 * @module
 */
import { formatTimestamp, SCHEMA_VERSION } from "@viptools/records";
import { ArpField, ipv6FromBytes, NeighbourField, NeighbourFlag } from "@viptools/wire";
import { putIpv4, putMac, putNanoseconds, putNineDigits, putNumber, putOctets, putText } from "./ascii.ts";
import { Ipv6Field } from "./classify-ndp.ts";
import { flagNames } from "./flags.ts";
import { KIND_NAMES, Kind } from "./kinds.ts";
import { Direction, half, Protocol, type Sighting } from "./sighting.ts";

/** What every record of this process says of its writer. */
export interface Writer {
  readonly tool: string;
  readonly host: string;
  readonly pid: number;
}

/** When a packet was captured: by the packet's own clocks. */
export interface PacketTime {
  /** Since 1970, whole. */
  seconds: number;
  /** 0 to 999,999,999. */
  nanoseconds: number;
  /** CLOCK_MONOTONIC; -1 for a packet from a file. */
  monoSeconds: number;
  monoNanoseconds: number;
}

/** `2026-11-25T08:56:39.` */
const SECOND_LENGTH = 20;
/** Beginnings that are kept: a flood of VLAN numbers and operations must not fill the memory. */
const KEPT_MAX = 4096;
const OPERATIONS = 0x10000;
const KINDS = 16;
const DIRECTIONS = 3;
const VLANS = 0x1000;
const QUOTE = 0x22;

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const MONO = octets('Z","mono_ns":"');
const SEQ_AFTER_MONO = octets('","seq":');
const SEQ = octets('Z","seq":');
const ETH_SRC = octets(',"eth_src":"');
const ETH_DST = octets('","eth_dst":"');
const ETH_DST_ALONE = octets(',"eth_dst":"');
const SHA = octets('","sha":"');
const SHA_ALONE = octets(',"sha":"');
const SPA = octets('","spa":"');
const THA = octets('","tha":"');
const TPA = octets('","tpa":"');
const SOURCE = octets('","source":"');
const SOURCE_ALONE = octets(',"source":"');
const DESTINATION = octets('","destination":"');
const TARGET = octets('","target":"');
const LINK_LAYER = octets('","lladdr":"');

export class LineRenderer {
  readonly #sources: readonly string[];
  readonly #arpHead: Uint8Array;
  readonly #ndpHead: Uint8Array;
  /** The text of the current second: packets come many to a second. */
  readonly #second = new Uint8Array(SECOND_LENGTH);
  #secondOf = -1;
  /** From `,"interface"` to before `,"eth_src"`. */
  readonly #places = new Map<number, Uint8Array>();
  #placeKey = -1;
  #place: Uint8Array = new Uint8Array();
  readonly #endings = new Map<number, Uint8Array>();

  /** @param sources interfaces or files, which the sightings count; the array may grow. */
  constructor(writer: Writer, sources: readonly string[]) {
    this.#sources = sources;
    const head = (type: string): Uint8Array =>
      octets(`${JSON.stringify({ v: SCHEMA_VERSION, type, ...writer }).slice(0, -1)},"ts":"`);
    this.#arpHead = head("arp.seen");
    this.#ndpHead = head("ndp.seen");
  }

  /**
   * Writes the line of a sighting that is not malformed, its end included.
   *
   * @param out with room for 4,096 octets from `at` on.
   * @param sequence the record's `seq`.
   * @returns the place behind the line.
   */
  render(
    out: Uint8Array,
    at: number,
    sighting: Sighting,
    source: number,
    time: PacketTime,
    sequence: number,
  ): number {
    const isArp = sighting.protocol === Protocol.arp;
    let to = putOctets(out, at, isArp ? this.#arpHead : this.#ndpHead);
    to = this.#putTime(out, to, time);
    to = putNumber(out, to, sequence);
    to = putOctets(out, to, this.#placeOf(sighting, source));
    to = putEthernet(out, to, sighting);
    to = isArp ? putArp(out, to, sighting) : putNdp(out, to, sighting);
    return putOctets(out, to, this.#endingOf(sighting.flags));
  }

  #putTime(out: Uint8Array, at: number, time: PacketTime): number {
    const { seconds, nanoseconds, monoSeconds, monoNanoseconds } = time;
    if (seconds !== this.#secondOf) {
      this.#secondOf = seconds;
      putText(this.#second, 0, formatTimestamp(BigInt(seconds) * 1_000_000_000n).slice(0, SECOND_LENGTH));
    }
    const to = putNineDigits(out, putOctets(out, at, this.#second), nanoseconds);
    if (monoSeconds < 0) return putOctets(out, to, SEQ);
    const mono = putNanoseconds(out, putOctets(out, to, MONO), monoSeconds, monoNanoseconds);
    return putOctets(out, mono, SEQ_AFTER_MONO);
  }

  #placeOf(sighting: Sighting, source: number): Uint8Array {
    const { kind, direction, vlan } = sighting;
    const operation =
      sighting.protocol === Protocol.arp ? half(sighting.bytes, sighting.at + ArpField.operation) : 0;
    const key = (((source * VLANS + vlan) * DIRECTIONS + direction) * KINDS + kind) * OPERATIONS + operation;
    if (key !== this.#placeKey) {
      this.#placeKey = key;
      this.#place = this.#places.get(key) ?? this.#makePlace(key, sighting, source, operation);
    }
    return this.#place;
  }

  #makePlace(key: number, sighting: Sighting, source: number, operation: number): Uint8Array {
    const { kind, direction, vlan } = sighting;
    const fields = {
      interface: this.#sources[source],
      vlan: vlan === 0 ? undefined : vlan,
      direction: direction === Direction.unknown ? undefined : direction === Direction.in ? "in" : "out",
      kind: KIND_NAMES[kind],
      operation: sighting.protocol === Protocol.arp ? operation : undefined,
    };
    const place = octets(`,${JSON.stringify(fields).slice(1, -1)}`);
    if (this.#places.size >= KEPT_MAX) this.#places.clear();
    this.#places.set(key, place);
    return place;
  }

  #endingOf(flags: number): Uint8Array {
    const known = this.#endings.get(flags);
    if (known !== undefined) return known;
    const ending = octets(`,"flags":${JSON.stringify(flagNames(flags))}}\n`);
    this.#endings.set(flags, ending);
    return ending;
  }
}

/** Leaves the last text open: what follows begins with its quote, where there is one. */
function putEthernet(out: Uint8Array, at: number, sighting: Sighting): number {
  const { bytes, sourceAt, destinationAt } = sighting;
  if (sourceAt < 0 && destinationAt < 0) return at;
  let to = at;
  if (sourceAt >= 0) to = putMac(out, putOctets(out, to, ETH_SRC), bytes, sourceAt);
  if (destinationAt < 0) return to;
  return putMac(out, putOctets(out, to, sourceAt < 0 ? ETH_DST_ALONE : ETH_DST), bytes, destinationAt);
}

function isOpen({ sourceAt, destinationAt }: Sighting): boolean {
  return sourceAt >= 0 || destinationAt >= 0;
}

function putArp(out: Uint8Array, at: number, sighting: Sighting): number {
  const { bytes, at: arp } = sighting;
  let to = putOctets(out, at, isOpen(sighting) ? SHA : SHA_ALONE);
  to = putMac(out, to, bytes, arp + ArpField.senderMac);
  to = putIpv4(out, putOctets(out, to, SPA), bytes, arp + ArpField.senderIp);
  to = putMac(out, putOctets(out, to, THA), bytes, arp + ArpField.targetMac);
  to = putIpv4(out, putOctets(out, to, TPA), bytes, arp + ArpField.targetIp);
  out[to] = QUOTE;
  return to + 1;
}

function putNdp(out: Uint8Array, at: number, sighting: Sighting): number {
  const { bytes, at: ip, messageAt, linkLayerAt, kind } = sighting;
  const target = messageAt + NeighbourField.target;
  let to = putOctets(out, at, isOpen(sighting) ? SOURCE : SOURCE_ALONE);
  to = putText(out, to, ipv6FromBytes(bytes, ip + Ipv6Field.source));
  to = putOctets(out, to, DESTINATION);
  to = putText(out, to, ipv6FromBytes(bytes, ip + Ipv6Field.destination));
  to = putText(out, putOctets(out, to, TARGET), ipv6FromBytes(bytes, target));
  if (linkLayerAt >= 0) to = putMac(out, putOctets(out, to, LINK_LAYER), bytes, linkLayerAt);
  out[to] = QUOTE;
  if (kind !== Kind.advertisement && kind !== Kind.unsolicitedAdvertisement) return to + 1;
  return putOctets(out, to + 1, ADVERTISED[bytes[messageAt + NeighbourField.flags]! >> 5]!);
}

/** By the three flags of an advertisement. */
const ADVERTISED: readonly Uint8Array[] = Array.from({ length: 8 }, (_, n) => {
  const said = n << 5;
  const fields = {
    is_router: (said & NeighbourFlag.router) !== 0,
    is_solicited: (said & NeighbourFlag.solicited) !== 0,
    is_override: (said & NeighbourFlag.override) !== 0,
  };
  return octets(`,${JSON.stringify(fields).slice(1, -1)}`);
});
