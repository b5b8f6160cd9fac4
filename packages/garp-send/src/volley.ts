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

/** @returns those that did not leave. */
export type SendMany = (frames: readonly Uint8Array[]) => readonly RefusedFrame[];

/** Too many frames are on their way: the NIC is slower than we are. */
const QUEUE_FULL = "EAGAIN";

export class Volley {
  readonly #frames: readonly Uint8Array[];
  readonly #sendMany: SendMany;
  #at = 0;
  /** Places of frames that the queue had no room for; they are the next to leave. */
  #waiting: number[] = [];
  /** Errno by the place of each frame that will not leave. */
  readonly #refused = new Map<number, string>();

  /** @param frames encoded already: what has to be made first keeps the last one waiting. */
  constructor(frames: readonly Uint8Array[], sendMany: SendMany) {
    this.#frames = frames;
    this.#sendMany = sendMany;
  }

  /** Frames that have still to leave. */
  get left(): number {
    return this.#waiting.length + this.#frames.length - this.#at;
  }

  /** Sends the next frames, at most so many. @returns false if the queue was full: go on a moment later. */
  advance(most: number): boolean {
    const places = this.#waiting.splice(0, most);
    while (places.length < most && this.#at < this.#frames.length) places.push(this.#at++);
    const full: number[] = [];
    for (const { n, code } of this.#sendMany(places.map((place) => this.#frames[place]!))) {
      if (code === QUEUE_FULL) full.push(places[n]!);
      else this.#refused.set(places[n]!, code);
    }
    this.#waiting = [...full, ...this.#waiting];
    return full.length === 0;
  }

  /** What has not left by now never will. */
  giveUp(): void {
    for (const place of this.#waiting.splice(0)) this.#refused.set(place, QUEUE_FULL);
    while (this.#at < this.#frames.length) this.#refused.set(this.#at++, "ECANCELED");
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
