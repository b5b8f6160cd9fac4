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

/** What is written in one turn of the loop. */
const RECORDS_IN_TURN = 100;

type Write = (body: RecordBody, moment: Moment) => void;

export class Announcer {
  readonly #interfaceName: string;
  readonly #socket: PacketSocket;
  readonly #write: Write;
  /** What is left to write of the rounds that have left. */
  #untold: (() => void)[] = [];
  #isTelling = false;

  /** @throws {KernelError} EPERM without CAP_NET_RAW. */
  constructor(interfaceName: string, ifindex: number, write: Write) {
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
    const startNs = monotonicNs();
    const tally: Tally = { sent: 0, reports: 0, fenced: 0, failed: 0 };
    for (const report of reports) if (this.#sendOne(report, tally)) tally.reports += 1;
    const announcements = announcementsOf(round.forms, targets);
    const sent = announcements.filter(({ kind, target }) => this.#sendOne(target.frame(kind), tally));
    const moment = { realtimeNs: realtimeNs(), monotonicNs: monotonicNs() };
    const summary: RecordBody = {
      type: "garp.round",
      ...(instance === undefined ? {} : { instance }),
      interface: this.#interfaceName,
      n: round.n,
      ...tally,
      took_us: Number((moment.monotonicNs - startNs) / 1000n),
    };
    for (const announcement of sent) this.#untold.push(() => this.#tell(announcement, round.n, moment));
    this.#untold.push(() => this.#write(summary, moment));
    this.#tellSome();
    return tally;
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
