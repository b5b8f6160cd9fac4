/**
 * Which ask an answer belongs to that does not say it, and which answered ask ends an outage. Pure.
 *
 * @module
 */
import type { Ask } from "./outage.ts";

/**
 * The newest ask that had been made when the answer came: a process that wakes late finds answers to several asks
 * together, each with its own time. Older ones only of the last moments, or what is left over would fill an outage.
 *
 * @param atUs when the answer came. @returns the place of the ask; undefined if all that it may answer are answered.
 */
export function placeOfUnnumbered(asks: readonly Ask[], atUs: number, momentsUs: number): number | undefined {
  const newest = asks.findLastIndex((ask) => ask.atUs <= atUs);
  for (let at = newest; at >= 0; at -= 1) {
    const { sentUs, answeredAtUs } = asks[at]!;
    if (at < newest && atUs - sentUs > momentsUs) return undefined;
    if (answeredAtUs === undefined) return at;
  }
  return undefined;
}

/**
 * Asks that wait in this host's own queue, as for a neighbour that is not found, are answered together when the target
 * is back: late, and the younger the sooner. A slow network answers each as late as the next.
 *
 * @param first the first answered ask after lost ones.
 * @param isKnown whether the fate of an ask is known.
 * @returns the place of the ask that ends the outage: `first`, or the quickest of those that follow until its answer if
 * that one took less than half as long; undefined while that cannot be known.
 */
export function placeOfEnd(
  asks: readonly Ask[],
  first: number,
  isKnown: (ask: Ask) => boolean,
): number | undefined {
  const answerUs = asks[first]!.answeredAtUs!;
  let quickest = first;
  for (let at = first + 1; at < asks.length; at += 1) {
    const isAfter = asks[at]!.atUs >= answerUs;
    // No other one was made until it was answered: nothing can have waited for long.
    if (isAfter && at === first + 1) return first;
    if (isAfter && !isKnown(asks[at]!)) return undefined;
    if (delayOf(asks[at]!) < delayOf(asks[quickest]!)) quickest = at;
    if (isAfter) return choose(asks, first, quickest);
  }
  return first === asks.length - 1 || isKnown(asks.at(-1)!) ? choose(asks, first, quickest) : undefined;
}

function choose(asks: readonly Ask[], first: number, quickest: number): number {
  return delayOf(asks[quickest]!) < delayOf(asks[first]!) / 2 ? quickest : first;
}

function delayOf({ atUs, answeredAtUs }: Ask): number {
  return (answeredAtUs ?? Number.POSITIVE_INFINITY) - atUs;
}
