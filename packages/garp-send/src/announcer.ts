/**
 * Sends rounds of announcements on one interface, and says what became of them.
 *
 * @module
 */
import { KernelError, monotonicUs, PacketSocket } from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import type { Ipv4, Mac } from "@viptools/wire";
import { encodeAnnouncement, type Form } from "./announcement.ts";
import type { Round } from "./schedule.ts";

export interface Target {
  readonly address: Ipv4;
  readonly mac: Mac;
}

export interface Tally {
  sent: number;
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

  /** One frame of each form for each target: first one form for all, then the next. Written about when all have left. */
  send(round: Round, targets: readonly Target[], instance: string | undefined): Tally {
    const startUs = monotonicUs();
    const tally: Tally = { sent: 0, fenced: 0, failed: 0 };
    const sent = round.forms.flatMap((form) =>
      targets.filter((target) => this.#sendOne(form, target, tally)).map((target) => ({ form, target })),
    );
    const tookUs = monotonicUs() - startUs;
    for (const { form, target } of sent) this.#tell(form, target, round.n);
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
  #sendOne(form: Form, { address, mac }: Target, tally: Tally): boolean {
    try {
      this.#socket.send(encodeAnnouncement(form, address, mac));
      tally.sent += 1;
      return true;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (error.code === "ENOBUFS") tally.fenced += 1;
      else tally.failed += 1;
      return false;
    }
  }

  #tell(form: Form, { address, mac }: Target, n: number): void {
    const macs = { eth_src: mac, sha: mac, tha: mac };
    this.#write({ type: "garp.sent", ip: address, form, ...macs, interface: this.#interfaceName, n });
  }
}
