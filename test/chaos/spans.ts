/**
 * Stretches of time, and what they have in common. Pure.
 *
 * @module
 */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** @param spans in any order. @returns those that touch joined, in order. */
export function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((x, y) => x.fromUs - y.fromUs)) {
    const last = result.at(-1);
    if (last === undefined || span.fromUs > last.toUs) result.push(span);
    else result[result.length - 1] = { fromUs: last.fromUs, toUs: Math.max(last.toUs, span.toUs) };
  }
  return result;
}

/** @param xs, ys each joined. */
export function common(xs: readonly Span[], ys: readonly Span[]): Span[] {
  return xs.flatMap((x) =>
    ys
      .map((y) => ({ fromUs: Math.max(x.fromUs, y.fromUs), toUs: Math.min(x.toUs, y.toUs) }))
      .filter(({ fromUs, toUs }) => fromUs < toUs),
  );
}

/** @returns what of them lies in none of the others. */
export function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  let left = joined(spans);
  for (const { fromUs, toUs } of others)
    left = left.flatMap((span) =>
      [
        { fromUs: span.fromUs, toUs: Math.min(span.toUs, fromUs) },
        { fromUs: Math.max(span.fromUs, toUs), toUs: span.toUs },
      ].filter((part) => part.fromUs < part.toUs),
    );
  return left;
}

export function holds(spans: readonly Span[], atUs: number): boolean {
  return spans.some(({ fromUs, toUs }) => fromUs <= atUs && atUs <= toUs);
}

/** @returns the same, begun earlier and ended later. */
export function widened(spans: readonly Span[], beforeUs: number, afterUs: number): Span[] {
  return joined(spans.map(({ fromUs, toUs }) => ({ fromUs: fromUs - beforeUs, toUs: toUs + afterUs })));
}
