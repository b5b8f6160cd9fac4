/**
 * The frames of one round on their way: what has left, what was refused and why.
 *
 * @module
 */
import type { RefusedFrame } from "@viptools/kernel";

export interface Tally {
  /** Frames that the kernel took, reports included. */
  sent: number;
  /** MLD reports among them. */
  reports: number;
  fenced: number;
  failed: number;
}

/** Sends frames from one place on. @returns those that did not leave. */
export type SendMany = (first: number, count: number) => readonly RefusedFrame[];

/** Too many frames are on their way: the NIC is slower than we are. */
const QUEUE_FULL = "EAGAIN";

export class Volley {
  readonly #total: number;
  readonly #sendMany: SendMany;
  #at = 0;
  /** Places of frames that the queue had no room for; they are the next to leave. */
  #waiting: number[] = [];
  /** Errno by the place of each frame that will not leave. */
  readonly #refused = new Map<number, string>();

  /** @param total how many frames there are. */
  constructor(total: number, sendMany: SendMany) {
    this.#total = total;
    this.#sendMany = sendMany;
  }

  /** Frames that have still to leave. */
  get left(): number {
    return this.#waiting.length + this.#total - this.#at;
  }

  /** Sends the next frames, at most so many. @returns false if the queue was full: go on a moment later. */
  advance(most: number): boolean {
    const again = this.#waiting.splice(0, most);
    const count = Math.min(most - again.length, this.#total - this.#at);
    const tried = [...again.flatMap((place) => this.#sendMany(place, 1)), ...this.#sendMany(this.#at, count)];
    this.#at += count;
    const full = tried.filter(({ code }) => code === QUEUE_FULL).map(({ n }) => n);
    for (const { n, code } of tried) if (code !== QUEUE_FULL) this.#refused.set(n, code);
    this.#waiting = [...full, ...this.#waiting];
    return full.length === 0;
  }

  /** What has not left by now never will. */
  giveUp(): void {
    for (const place of this.#waiting.splice(0)) this.#refused.set(place, QUEUE_FULL);
    while (this.#at < this.#total) this.#refused.set(this.#at++, "ECANCELED");
  }

  hasLeft(place: number): boolean {
    return place < this.#at && !this.#refused.has(place) && !this.#waiting.includes(place);
  }

  /**
   * A fence drops a frame before the queue does, with the same errno: who may not speak is told so.
   *
   * @param reports how many of the first frames are MLD reports.
   */
  tally(reports: number): Tally {
    const codes = [...this.#refused.values()];
    const fenced = codes.filter((code) => code === "ENOBUFS").length;
    const refusedReports = [...this.#refused.keys()].filter((place) => place < reports).length;
    return {
      sent: this.#at - this.#waiting.length - codes.length,
      reports: reports - refusedReports,
      fenced,
      failed: codes.length - fenced,
    };
  }
}
