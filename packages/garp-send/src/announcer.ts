/**
 * Sends rounds of announcements on one interface, and says what became of them.
 *
 * @module
 */
import type { Moment } from "@viptools/cli";
import { monotonicNs, PacketSocket, realtimeNs } from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import { type Load, loadOf } from "./load.ts";
import { type Announcement, announcementsOf, type Target } from "./round.ts";
import type { Round } from "./schedule.ts";
import { Teller } from "./teller.ts";
import { type Tally, Volley } from "./volley.ts";

export type Write = (body: RecordBody, moment: Moment) => void;

/** What leaves in a round. */
export interface Burst extends Load {
  readonly n: number;
}

export class Announcer {
  readonly ifindex: number;
  readonly #interfaceName: string;
  readonly #socket: PacketSocket;
  readonly #write: Write;
  readonly #teller = new Teller();

  /** @throws {KernelError} EPERM without CAP_NET_RAW. */
  constructor(interfaceName: string, ifindex: number, write: Write) {
    this.ifindex = ifindex;
    this.#interfaceName = interfaceName;
    this.#socket = new PacketSocket({ ifindex });
    this.#write = write;
  }

  /**
   * One frame for each announcement of the round, all at once. Written about when all have left: soon, in the order of
   * sending.
   *
   * @param reports MLD reports.
   */
  send(
    round: Round,
    targets: readonly Target[],
    reports: readonly Uint8Array[],
    instance: string | undefined,
  ): Tally {
    const burst = { n: round.n, ...loadOf(reports, announcementsOf(round.forms, targets)) };
    const volley = this.load(burst);
    const startNs = monotonicNs();
    volley.advance(volley.left);
    return this.tell(burst, volley, startNs, instance);
  }

  /** @returns the frames, none of which has left. */
  load({ packed }: Load): Volley {
    return new Volley(packed.lengths.length, (first, count) => this.#socket.sendMany(packed, first, count));
  }

  /** Ends a volley, and writes about it. @param startNs when its first frame left. */
  tell(burst: Burst, volley: Volley, startNs: bigint, instance?: string): Tally {
    const moment = { realtimeNs: realtimeNs(), monotonicNs: monotonicNs() };
    volley.giveUp();
    const { n, reports, announcements } = burst;
    const tally = volley.tally(reports.length);
    const sent = announcements.filter((_, place) => volley.hasLeft(reports.length + place));
    const summary: RecordBody = {
      type: "garp.round",
      ...(instance === undefined ? {} : { instance }),
      interface: this.#interfaceName,
      n,
      ...tally,
      took_us: Number((moment.monotonicNs - startNs) / 1000n),
    };
    this.#teller.say([
      ...sent.map((announcement) => () => this.#write(this.#describe(announcement, n), moment)),
      () => this.#write(summary, moment),
    ]);
    return tally;
  }

  /** Writes what is left to write. */
  close(): void {
    this.#socket.close();
    this.#teller.close();
  }

  /** The same, as fast as it is read. @param drain waits for the reader. */
  async finish(drain: () => Promise<boolean>): Promise<void> {
    await this.#teller.finish(drain);
    this.#socket.close();
  }

  #describe(announcement: Announcement, n: number): RecordBody {
    return { type: "garp.sent", ...describeAnnouncement(announcement), interface: this.#interfaceName, n };
  }
}

type Sent = Omit<Extract<RecordBody, { type: "garp.sent" }>, "type" | "interface" | "n">;

/** What records say of a frame. */
export function describeAnnouncement({ kind, target }: Announcement): Sent {
  const { address, mac, isRouter, shape } = target;
  return {
    ip: address,
    form: kind,
    eth_src: mac,
    sha: mac,
    tha: target.targetMac(kind),
    ...(shape.to === undefined ? {} : { eth_dst: shape.to }),
    ...(shape.vlan === undefined ? {} : { vlan: shape.vlan }),
    ...(kind === "advertisement" ? { is_router: isRouter } : {}),
  };
}
