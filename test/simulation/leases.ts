/**
 * Who may serve and who may speak as the virtual router, from when to when: what the kernels know of leases.
 *
 * @module
 */
import type { Router } from "./router.ts";

export interface Span {
  readonly host: number;
  readonly network: number;
  readonly fromUs: number;
  toUs: number;
  /** Why its host became Active; "resumed" if it was Active and mute before. */
  readonly cause: string;
}

/** Two that may speak at once: one began while the lease of the other ran. */
export interface Meeting {
  readonly older: Span;
  readonly newer: Span;
  /**
   * The newer one cannot have waited for the older one's silence: the latest advert was still on its way when it decided,
   * or it was Active itself since.
   */
  readonly isCrossing: boolean;
  /** The newer one has to yield to the older one. */
  readonly isOutranked: boolean;
}

export type LeaseKind = "speaking" | "leaving" | "settling";

interface Slot {
  serve: Span | undefined;
  voice: Span | undefined;
  cause: string | undefined;
  sentUs: number;
  /** Its process has died: what the next one is granted is another lease. */
  isOrphan: boolean;
  /** When an advert last did not leave. */
  failedUs: number;
  /** When it was last Active, and gave that up. */
  releasedUs: number;
  router: Router | undefined;
}

export class Leases {
  readonly meetings: Meeting[] = [];
  readonly serves: Span[] = [];
  readonly voices: Span[] = [];
  readonly #slots: Slot[][];
  readonly #delayUs: number;

  /** @param delayUs the longest delay of a packet. */
  constructor(networks: number, hosts: number, delayUs: number) {
    const slot = (): Slot => ({
      serve: undefined,
      voice: undefined,
      cause: undefined,
      isOrphan: false,
      sentUs: -Infinity,
      failedUs: -Infinity,
      releasedUs: -Infinity,
      router: undefined,
    });
    this.#slots = Array.from({ length: networks }, () => Array.from({ length: hosts }, slot));
    this.#delayUs = delayUs;
  }

  sent(router: Router, hasLeft: boolean, nowUs: number): void {
    Object.assign(this.#slotOf(router), hasLeft ? { router, sentUs: nowUs } : { failedUs: nowUs });
  }

  /** An advert that did not leave makes nobody heard: the one that does finds it Active for long. */
  becameActive(router: Router, reason: string, nowUs: number): void {
    const slot = this.#slotOf(router);
    slot.cause = slot.failedUs === nowUs ? undefined : reason;
  }

  granted(router: Router, kind: LeaseKind, sinceUs: number, untilUs: number, nowUs: number): void {
    const slot = this.#slotOf(router);
    const cause = slot.cause ?? "resumed";
    if (kind === "speaking") slot.cause = undefined;
    else close(slot.voice, nowUs);
    if (untilUs <= nowUs) return;
    const fresh = { host: router.host.index, network: router.network, fromUs: nowUs, toUs: untilUs, cause };
    if (isOpen(slot.serve, nowUs)) slot.serve.toUs = untilUs;
    else {
      slot.serve = { ...fresh };
      this.serves.push(slot.serve);
    }
    if (kind !== "speaking") return;
    if (isOpen(slot.voice, nowUs) && !slot.isOrphan) slot.voice.toUs = untilUs;
    else {
      slot.voice = fresh;
      slot.isOrphan = false;
      this.voices.push(fresh);
      this.#meet(slot, fresh, sinceUs);
    }
  }

  /** No longer Active: mute at once. */
  released(router: Router, nowUs: number): void {
    const slot = this.#slotOf(router);
    close(slot.serve, nowUs);
    close(slot.voice, nowUs);
    if (slot.serve !== undefined) slot.releasedUs = nowUs;
    Object.assign(slot, { serve: undefined, voice: undefined, cause: undefined });
  }

  /** Nobody tells the kernel to let go. @returns when the last lease ends. */
  abandoned(router: Router): number {
    const slot = this.#slotOf(router);
    const endUs = Math.max(slot.serve?.toUs ?? 0, slot.voice?.toUs ?? 0);
    Object.assign(slot, { serve: undefined, cause: undefined, isOrphan: true });
    return endUs;
  }

  #slotOf({ network, host }: Router): Slot {
    return this.#slots[network]![host.index]!;
  }

  #meet(own: Slot, newer: Span, sinceUs: number): void {
    for (const slot of this.#slots[newer.network]!) {
      if (slot === own || !isOpen(slot.voice, newer.fromUs)) continue;
      const isCrossing = slot.sentUs + this.#delayUs >= sinceUs || own.releasedUs >= slot.sentUs;
      const isOutranked = slot.router!.ranksAbove(own.router!);
      this.meetings.push({ older: slot.voice, newer, isCrossing, isOutranked });
    }
  }
}

function isOpen(span: Span | undefined, nowUs: number): span is Span {
  return span !== undefined && span.toUs > nowUs;
}

function close(span: Span | undefined, nowUs: number): void {
  if (span !== undefined) span.toUs = Math.min(span.toUs, nowUs);
}
