/**
 * Durations on command lines.
 *
 * @module
 */

const US_PER_UNIT: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };
/** A timer has no more than 2^31 ms, and one that is asked for more fires at once. */
const US_MAX = 24 * 24 * US_PER_UNIT["h"]!;
const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)?$/;

/**
 * Reads `10ms`, `1.5s`, `2m`; a bare number is seconds.
 *
 * @param mostUs the longest that is taken; 24 days if left out.
 * @returns whole microseconds.
 * @throws {SyntaxError} if the text is no duration, or a longer one.
 */
export function parseDurationUs(text: string, mostUs: number = US_MAX): number {
  const [, number, unit = "s"] = DURATION.exec(text) ?? [];
  if (number === undefined) {
    throw new SyntaxError(
      `Cannot read duration "${text}": needs a number with ms, s or m, like 100ms or 1.5s`,
    );
  }
  const us = Math.round(Number(number) * US_PER_UNIT[unit]!);
  if (us <= mostUs) return us;
  throw new SyntaxError(
    `Cannot take duration "${text}": needs at most ${Math.floor(mostUs / US_PER_UNIT["h"]!)}h`,
  );
}
