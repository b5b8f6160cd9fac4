/**
 * Sends rounds of announcements on one interface, and says what became of them.
 *
 * @module
 */
import { KernelError, monotonicUs, PacketSocket } from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import { type Announcement, announcementsOf, encodeFrame, type Target } from "./round.ts";
import type { Round } from "./schedule.ts";

export interface Tally {
  /** Frames that the kernel took, reports included. */
  sent: number;
  /** MLD reports among them. */
  reports: number;
  fenced: number;
  failed: number;
}

export class Announcer {
  readonly #interfaceName: string;
  readonly #socket: PacketSocket;
  readonly #write: (body: RecordBody) => void;

  /** @throws {KernelError} EPERM without CAP_NET_RAW. */
  constructor(interfaceName: string, ifindex: number, write: (body: RecordBody) => void) {
    this.#interfaceName = interfaceName;
    this.#socket = new PacketSocket({ ifindex });
    this.#write = write;
  }

  /**
   * One frame for each announcement of the round. Written about when all have left.
   *
   * @param reports MLD reports. They leave first, so that the switch lets through what the announcements bring about.
   */
  send(
    round: Round,
    targets: readonly Target[],
    reports: readonly Uint8Array[],
    instance: string | undefined,
  ): Tally {
    const startUs = monotonicUs();
    const tally: Tally = { sent: 0, reports: 0, fenced: 0, failed: 0 };
    for (const report of reports) if (this.#sendOne(report, tally)) tally.reports += 1;
    const announcements = announcementsOf(round.forms, targets);
    const sent = announcements.filter((announcement) => this.#sendOne(encodeFrame(announcement), tally));
    const tookUs = monotonicUs() - startUs;
    for (const announcement of sent) this.#tell(announcement, round.n);
    this.#write({
      type: "garp.round",
      ...(instance === undefined ? {} : { instance }),
      interface: this.#interfaceName,
      n: round.n,
      ...tally,
      took_us: tookUs,
    });
    return tally;
  }

  close(): void {
    this.#socket.close();
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

  #tell({ form, target }: Announcement, n: number): void {
    const { address, mac, isRouter } = target;
    this.#write({
      type: "garp.sent",
      ip: address,
      form,
      eth_src: mac,
      sha: mac,
      tha: mac,
      ...(form === "advertisement" ? { is_router: isRouter } : {}),
      interface: this.#interfaceName,
      n,
    });
  }
}
