/**
 * Why a row has no test of its own: `decisions.txt`.
 *
 * @module
 */

/**
 * `elsewhere`: somebody else does it, and the reason says who and how that can be seen. `not yet`: it is missing.
 * `not applicable`: it cannot arise here.
 */
export const KINDS = ["elsewhere", "not yet", "not applicable"] as const;
export type Kind = (typeof KINDS)[number];

export interface Decision {
  readonly kind: Kind;
  readonly reason: string;
}

/**
 * Lines of `ID… | KIND | reason`; several rows may share one.
 *
 * @throws {SyntaxError} naming the line.
 */
export function parseDecisions(text: string): Map<string, Decision> {
  const decisions = new Map<string, Decision>();
  for (const [n, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const [ids = "", kind = "", reason, ...rest] = line.split(" | ");
    if (reason === undefined || rest.length > 0 || !KINDS.includes(kind as Kind))
      throw new SyntaxError(`Cannot read decision in line ${n + 1}: ${line.slice(0, 60)}`);
    for (const id of ids.split(" ")) {
      if (decisions.has(id)) throw new SyntaxError(`${id} is decided twice, again in line ${n + 1}`);
      decisions.set(id, { kind: kind as Kind, reason });
    }
  }
  return decisions;
}
