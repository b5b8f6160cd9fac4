/**
 * How a cost grows with its work: pure.
 *
 * @module
 */

export interface Point {
  readonly work: number;
  readonly cost: number;
}

/** Above n log n over any span that is measured here; a quadratic is far above. */
export const EXPONENT_MAX = 1.3;

/**
 * The exponent of `cost = factor · work ^ exponent` by least squares over the logarithms: 1 where twice the work costs
 * twice as much, 2 where it costs four times as much.
 *
 * @throws {RangeError} if there are not two different works, or one that has no logarithm.
 */
export function exponentOf(points: readonly Point[]): number {
  const logs = points.map(({ work, cost }) => ({ x: Math.log(work), y: Math.log(cost) }));
  if (logs.some(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y)))
    throw new RangeError("an exponent needs works and costs above 0");
  const [meanX, meanY] = [mean(logs.map(({ x }) => x)), mean(logs.map(({ y }) => y))];
  const spread = sum(logs.map(({ x }) => (x - meanX) ** 2));
  if (!(spread > 0)) throw new RangeError("an exponent needs at least two different works");
  return sum(logs.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread;
}

/** That between the two largest works, where a start-up that costs the same each time weighs least. */
export function lastExponentOf(points: readonly Point[]): number {
  return exponentOf([...points].sort((a, b) => a.work - b.work).slice(-2));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
