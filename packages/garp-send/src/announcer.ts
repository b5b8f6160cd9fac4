/**
 * Sends rounds of announcements on one interface, and says what became of them.
 *
 * A thousand records take longer to write than their frames to send. They are written a part in each turn of the loop, so
 * that what comes in meanwhile, the end of a lease for one, is read in time.
 *
 * @module
 */
import type { Moment } from "@viptools/cli";
import { KernelError, monotonicNs, PacketSocket, realtimeNs } from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import { type Announcement, announcementsOf, type Target } from "./round.ts";
import type { Round } from "./schedule.ts";

export interface Tally {
  /** Frames that the kernel took, reports included. */
  sent: number;
  /** MLD reports among them. */
  reports: number;
  fenced: number;
  failed: number;
}

/** A round of which a part has left. */
export interface OutgoingRound {
  readonly round: Round;
  readonly instance: string | undefined;
  readonly reports: readonly Uint8Array[];
  readonly announcements: readonly Announcement[];
  /** Frames in all. */
  readonly length: number;
  readonly tally: Tally;
  /** Frames that were tried. */
  next: number;
  startNs: bigint | undefined;
}

export function openRound(
  round: Round,
  targets: readonly Target[],
  reports: readonly Uint8Array[],
  instance: string | undefined,
): OutgoingRound {
  const announcements = announcementsOf(round.forms, targets);
  const tally = { sent: 0, reports: 0, fenced: 0, failed: 0 };
  const length = reports.length + announcements.length;
  return { round, instance, reports, announcements, length, tally, next: 0, startNs: undefined };
}

/** What is written in one turn of the loop. */
const RECORDS_IN_TURN = 100;

type Write = (body: RecordBody, moment: Moment) => void;

export class Announcer {
  readonly ifindex: number;
  readonly #interfaceName: string;
  readonly #socket: PacketSocket;
  readonly #write: Write;
  /** What is left to write of the rounds that have left. */
  #untold: (() => void)[] = [];
  #isTelling = false;

  /** @throws {KernelError} EPERM without CAP_NET_RAW. */
  constructor(interfaceName: string, ifindex: number, write: Write) {
    this.ifindex = ifindex;
    this.#interfaceName = interfaceName;
    this.#socket = new PacketSocket({ ifindex });
    this.#write = write;
  }

  /**
   * One frame for each announcement of the round. Written about when all have left: soon, in the order of sending.
   *
   * @param reports MLD reports. They leave first, so that the switch lets through what the announcements bring about.
   */
  send(
    round: Round,
    targets: readonly Target[],
    reports: readonly Uint8Array[],
    instance: string | undefined,
  ): Tally {
    const outgoing = openRound(round, targets, reports, instance);
    this.advance(outgoing, Number.POSITIVE_INFINITY);
    return outgoing.tally;
  }

  /**
   * Sends the next frames of a round; writes of the round when it is complete.
   *
   * @returns how many were tried.
   */
  advance(outgoing: OutgoingRound, most: number): number {
    const { round, tally, reports, announcements } = outgoing;
    outgoing.startNs ??= monotonicNs();
    const first = outgoing.next;
    const end = Math.min(outgoing.length, first + most);
    for (const report of reports.slice(first, end)) if (this.#sendOne(report, tally)) tally.reports += 1;
    const part = announcements.slice(Math.max(0, first - reports.length), Math.max(0, end - reports.length));
    const sent = part.filter(({ kind, target }) => this.#sendOne(target.frame(kind), tally));
    outgoing.next = end;
    const moment = { realtimeNs: realtimeNs(), monotonicNs: monotonicNs() };
    for (const announcement of sent) this.#untold.push(() => this.#tell(announcement, round.n, moment));
    if (end === outgoing.length) {
      const summary = this.#summaryOf(outgoing, Number((moment.monotonicNs - outgoing.startNs) / 1000n));
      this.#untold.push(() => this.#write(summary, moment));
    }
    this.#tellSome();
    return end - first;
  }

  #summaryOf({ round, instance, tally }: OutgoingRound, tookUs: number): RecordBody {
    return {
      type: "garp.round",
      ...(instance === undefined ? {} : { instance }),
      interface: this.#interfaceName,
      n: round.n,
      ...tally,
      took_us: tookUs,
    };
  }

  /** Writes what is left to write. */
  close(): void {
    this.#socket.close();
    for (const tell of this.#untold.splice(0)) tell();
  }

  #tellSome(): void {
    if (this.#isTelling) return;
    for (const tell of this.#untold.splice(0, RECORDS_IN_TURN)) tell();
    if (this.#untold.length === 0) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      this.#tellSome();
    });
  }

  /** A fence drops a frame before the queue does, with the same errno: who may not speak is told so. */
  #sendOne(frame: Uint8Array, tally: Tally): boolean {
    try {
      this.#socket.send(frame);
      tally.sent += 1;
      return true;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (error.code === "ENOBUFS") tally.fenced += 1;
      else tally.failed += 1;
      return false;
    }
  }

  #tell({ kind, target }: Announcement, n: number, moment: Moment): void {
    const { address, mac, isRouter } = target;
    const body: RecordBody = {
      type: "garp.sent",
      ip: address,
      form: kind,
      eth_src: mac,
      sha: mac,
      tha: mac,
      ...(kind === "advertisement" ? { is_router: isRouter } : {}),
      interface: this.#interfaceName,
      n,
    };
    this.#write(body, moment);
  }
}
