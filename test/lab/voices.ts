/**
 * Who spoke as the virtual router, when: pure analysis of what entered the switch (S1).
 *
 * @module
 */
import type { PortFrame } from "./taps.ts";

/** A stretch of time in which two hosts spoke as the virtual router by turns. */
export interface Contest {
  /** The first frame of the newcomer. */
  readonly startUs: number;
  /** From there to the last frame of the one that lost: how long both spoke. */
  readonly overlapUs: number;
  readonly from: string;
  readonly to: string;
}

/**
 * Every change of voice, and for how long the old one went on. A newcomer's first frame starts a contest; it lasts until
 * the other one is heard no more, or takes over again after having been silent for `quietUs`.
 */
export function findContests(frames: readonly PortFrame[], quietUs: number): Contest[] {
  const contests: Contest[] = [];
  const lastHeard = new Map<string, number>();
  let speaker: string | undefined;
  for (const { host, atUs } of frames.filter((frame) => frame.isVoice)) {
    const last = contests.at(-1);
    if (speaker === undefined) {
      speaker = host;
    } else if (host !== speaker) {
      const isOldVoice =
        last !== undefined && host === last.from && atUs - (lastHeard.get(host) ?? 0) < quietUs;
      if (isOldVoice) {
        contests[contests.length - 1] = { ...last, overlapUs: atUs - last.startUs };
      } else {
        contests.push({ startUs: atUs, overlapUs: 0, from: speaker, to: host });
        speaker = host;
      }
    }
    lastHeard.set(host, atUs);
  }
  return contests;
}

/** How often the next frame of the virtual router came from another host than the last one: what a switch goes through. */
export function countMoves(frames: readonly PortFrame[]): number {
  const speakers = frames.filter(({ isVoice }) => isVoice).map(({ host }) => host);
  return speakers.filter((host, n) => n > 0 && host !== speakers[n - 1]).length;
}

/** Every change of the one that advertises, and for how long the old one went on: two Actives would do it side by side. */
export function findHandovers(frames: readonly PortFrame[], advertMs: number): Contest[] {
  const adverts = frames.filter(({ kind, priority = 0 }) => kind === "advert" && priority > 0);
  return findContests(
    adverts.map((frame) => ({ ...frame, isVoice: true })),
    3 * advertMs * 1000,
  );
}

/** Adverts of each virtual MAC by itself. @returns distances, milliseconds. */
export function gapsMs(frames: readonly PortFrame[]): number[] {
  const last = new Map<string, number>();
  const gaps: number[] = [];
  for (const { kind, source, atUs } of frames) {
    if (kind !== "advert") continue;
    const before = last.get(source);
    if (before !== undefined) gaps.push((atUs - before) / 1000);
    last.set(source, atUs);
  }
  return gaps;
}
