/**
 * Durations on command lines.
 *
 * @module
 */

const US_PER_UNIT: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };
const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)?$/;

/**
 * Reads `10ms`, `1.5s`, `2m`; a bare number is seconds.
 *
 * @returns whole microseconds.
 * @throws {SyntaxError} if the text is no duration.
 */
export function parseDurationUs(text: string): number {
  const [, number, unit = "s"] = DURATION.exec(text) ?? [];
  if (number === undefined) {
    throw new SyntaxError(
      `Cannot read duration "${text}": needs a number with ms, s or m, like 100ms or 1.5s`,
    );
  }
  return Math.round(Number(number) * US_PER_UNIT[unit]!);
}
