/**
 * From packets to records: what is told of each, what is only counted, and when it is enough.
 *
 * Frames come in as they lie in a socket's or a file's memory, and most leave as the octets of their lines: nothing is
 * made for each of them.
 *
 * @module
 */
import type { BulkLines, Context, Moment } from "@viptools/cli";
import { LinkType } from "@viptools/wire";
import { MutableClaim } from "./claim.ts";
import { Filter } from "./filter.ts";
import { LineRenderer, type PacketTime } from "./line-renderer.ts";
import type { ListenOptions } from "./options.ts";
import { ownerBody } from "./owner-record.ts";
import { type OwnerEvent, OwnerTable } from "./owners.ts";
import { readFrame } from "./read-frame.ts";
import { bodyOf } from "./record-body.ts";
import { Direction, Protocol, Sighting } from "./sighting.ts";
import { ANYBODY, WatchList } from "./watch.ts";

/** More names of interfaces than this share the number of the first one. */
const SOURCES_MAX = 512;

export class Reporter {
  /** Names of interfaces and files, which are counted in what follows. */
  readonly sources: string[] = [];
  readonly owners: OwnerTable = new OwnerTable();
  /** Called once, when what was waited for was seen, or enough of it. */
  onDone: (() => void) | undefined;
  /** Of the packet that is told now. */
  readonly #time: PacketTime = { seconds: 0, nanoseconds: 0, monoSeconds: -1, monoNanoseconds: 0 };
  readonly #context: Context;
  readonly #options: ListenOptions;
  readonly #filter: Filter;
  readonly #watched: WatchList | undefined;
  readonly #sighting = new Sighting();
  readonly #claim = new MutableClaim();
  readonly #renderer: LineRenderer;
  /** Undefined where people read, or fields are chosen. */
  readonly #bulk: BulkLines | undefined;
  readonly #counts = { seen: 0, malformed: 0, filtered: 0, other: 0, owner_events: 0, untold: 0 };
  #second = -1;
  #toldInSecond = 0;
  #hasSeenIt = false;
  #isDone = false;

  constructor(context: Context, options: ListenOptions) {
    this.#context = context;
    this.#options = options;
    this.#filter = new Filter(options.filter);
    this.#watched = options.watched.length === 0 ? undefined : new WatchList(options.watched);
    this.#renderer = new LineRenderer(context.output.writer, this.sources);
    this.#bulk = context.output.isHuman ? undefined : context.output.openBulk();
  }

  /** True if what `--until` waits for was seen. */
  get hasSeenIt(): boolean {
    return this.#hasSeenIt;
  }

  /** Nothing more is told. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The time of the last packet of a file, by which its ages are told; undefined with interfaces. */
  get clockUs(): number | undefined {
    return this.#time.monoSeconds < 0 ? this.#claim.atUs : undefined;
  }

  counters(): Record<string, number> {
    const { columns, forgotten } = this.owners;
    return { ...this.#counts, owners_known: columns.size, owners_forgotten: forgotten };
  }

  /** @returns the number of an interface or file of this name. */
  sourceOf(name: string): number {
    const known = this.sources.indexOf(name);
    if (known >= 0) return known;
    return this.sources.length < SOURCES_MAX ? this.sources.push(name) - 1 : 0;
  }

  /**
   * A packet from a capture file.
   *
   * @param bytes valid during the call.
   * @param linkType 1 Ethernet, 113 or 276 Linux cooked; of others nothing is known.
   * @param length how long it was on the wire.
   * @param source as {@link sourceOf} counts it.
   * @returns whether it is one of those that are asked for.
   */
  packet(
    bytes: Uint8Array,
    linkType: number,
    seconds: number,
    nanoseconds: number,
    length: number,
    source = 0,
  ): boolean {
    this.#setTime(seconds, nanoseconds, -1, 0);
    return this.#hear(bytes, linkType, length, source, 0, Direction.unknown);
  }

  /** An Ethernet frame from an interface; both times are the packet's. The rest as {@link packet} has it. */
  frame(
    bytes: Uint8Array,
    length: number,
    source: number,
    vlan: number,
    direction: number,
    time: Readonly<PacketTime>,
  ): boolean {
    this.#setTime(time.seconds, time.nanoseconds, time.monoSeconds, time.monoNanoseconds);
    return this.#hear(bytes, LinkType.ethernet, length, source, vlan, direction);
  }

  /**
   * Tells what was held back until now.
   *
   * @param nowUs on the clock of the packets; infinity at the end.
   * @param moment what its records are stamped with; left out: now.
   */
  advance(nowUs: number, moment?: Moment): void {
    if (nowUs < this.owners.dueUs) return;
    for (const event of this.owners.due(nowUs)) this.#writeOwners(event, moment);
  }

  /** The end of a file: its last packet is the last moment that there is. */
  finish(): void {
    this.advance(Number.POSITIVE_INFINITY, this.#moment());
  }

  #setTime(seconds: number, nanoseconds: number, monoSeconds: number, monoNanoseconds: number): void {
    this.#time.seconds = seconds;
    this.#time.nanoseconds = nanoseconds;
    this.#time.monoSeconds = monoSeconds;
    this.#time.monoNanoseconds = monoNanoseconds;
  }

  #hear(
    bytes: Uint8Array,
    linkType: number,
    length: number,
    source: number,
    vlan: number,
    direction: number,
  ): boolean {
    if (this.#isDone) return false;
    const sighting = this.#sighting;
    readFrame(sighting, bytes, linkType, length, vlan, direction);
    if (sighting.protocol === Protocol.none) {
      this.#counts.other += 1;
      return false;
    }
    if (sighting.isMalformed) this.#counts.malformed += 1;
    const isWanted =
      this.#filter.lets(sighting) &&
      (this.#watched === undefined ? this.#tellAll(source) : this.#tellWatched(this.#watched, source));
    if (!isWanted) this.#counts.filtered += 1;
    return isWanted;
  }

  #tellAll(source: number): true {
    const isClaim = this.#readClaim(source);
    if (this.#hasRoom()) this.#tellSeen(source);
    else this.#counts.untold += 1;
    this.#finishSeen();
    if (isClaim) this.#tellOwners(this.owners.claim(this.#claim));
    return true;
  }

  /** Of watched addresses, the first claim is told, and then only what is new. */
  #tellWatched(watched: WatchList, source: number): boolean {
    const claim = this.#claim;
    if (!this.#readClaim(source)) return false;
    const expected = watched.expectedOf(this.#sighting.bytes, claim.addressAt, claim.addressLength);
    if (expected === undefined) return false;
    claim.expected = expected;
    if (this.owners.columns.find(claim.key) === undefined) this.#tellSeen(source);
    const event = this.owners.claim(claim);
    this.#finishSeen();
    this.#tellOwners(event);
    return true;
  }

  /** @returns false if the sighting claims nothing. */
  #readClaim(source: number): boolean {
    const claim = this.#claim;
    const { seconds, nanoseconds, monoSeconds, monoNanoseconds } = this.#time;
    claim.seconds = seconds;
    claim.nanoseconds = nanoseconds;
    claim.expected = ANYBODY;
    claim.atUs =
      monoSeconds < 0 ? seconds * 1e6 + nanoseconds / 1e3 : monoSeconds * 1e6 + monoNanoseconds / 1e3;
    if (claim.atUs >= this.owners.dueUs) this.advance(claim.atUs, this.#moment());
    return claim.read(this.#sighting, source);
  }

  /** Takes one of the places of the present packet's second. */
  #hasRoom(): boolean {
    const { seconds } = this.#time;
    if (seconds !== this.#second) {
      this.#second = seconds;
      this.#toldInSecond = 0;
    }
    if (this.#toldInSecond >= this.#options.inSecond) return false;
    this.#toldInSecond += 1;
    return true;
  }

  #tellSeen(source: number): void {
    if (this.#options.isSilent) return;
    const sighting = this.#sighting;
    const bulk = this.#bulk;
    if (bulk === undefined || sighting.isMalformed) {
      this.#context.write(bodyOf(sighting, this.sources[source]!), this.#moment());
      return;
    }
    const sequence = this.#context.output.nextSequence();
    bulk.add(this.#renderer.render(bulk.bytes, bulk.length, sighting, source, this.#time, sequence));
  }

  /** Counts it, whether it was told or known, and ends if it is enough. */
  #finishSeen(): void {
    const { kind } = this.#sighting;
    this.#counts.seen += 1;
    this.#lookFor(kind);
    if (this.#counts.seen >= this.#options.limit) this.#end();
  }

  /** What the present packet has changed. */
  #tellOwners(event: OwnerEvent | undefined): void {
    if (event !== undefined) this.#writeOwners(event, this.#moment());
  }

  #writeOwners(event: OwnerEvent, moment: Moment | undefined): void {
    this.#counts.owner_events += 1;
    this.#context.write(ownerBody(event, this.sources), moment);
    this.#lookFor(event.kind);
  }

  #lookFor(kind: number): void {
    if ((this.#options.until & (1 << kind)) === 0) return;
    this.#hasSeenIt = true;
    this.#end();
  }

  #end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.onDone?.();
  }

  #moment(): Moment {
    const { seconds, nanoseconds, monoSeconds, monoNanoseconds } = this.#time;
    const realtimeNs = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    if (monoSeconds < 0) return { realtimeNs };
    return { realtimeNs, monotonicNs: BigInt(monoSeconds) * 1_000_000_000n + BigInt(monoNanoseconds) };
  }
}
