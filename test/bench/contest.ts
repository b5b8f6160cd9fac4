/**
 * Several ways to do the same, in turn, round after round: what disturbs the machine disturbs all of them.
 *
 * @module
 */
import { median } from "../lab/failover.ts";
import { cell, formatTable } from "../lab/table.ts";

/** One way to do it. @returns named figures of one round. */
export interface Contender {
  readonly name: string;
  run(): Promise<Readonly<Record<string, number>>>;
}

/** The figures of all rounds, by contender. */
export type Rounds = ReadonlyMap<string, readonly Readonly<Record<string, number>>[]>;

/** @param warmups rounds that are not counted: files and code come into the caches. */
export async function contest(
  contenders: readonly Contender[],
  rounds: number,
  warmups = 1,
): Promise<Rounds> {
  const results = new Map(contenders.map(({ name }) => [name, [] as Readonly<Record<string, number>>[]]));
  for (let n = -warmups; n < rounds; n++) {
    for (const { name, run } of contenders) {
      const figures = await run();
      if (n >= 0) results.get(name)!.push(figures);
    }
  }
  return results;
}

export function medianOf(rounds: Rounds, name: string, figure: string): number {
  return median(rounds.get(name)!.map((round) => round[figure]!));
}

/** @returns the median of one contender's figure divided by that of another's. */
export function ratioOf(rounds: Rounds, figure: string, name: string, other: string): number {
  return medianOf(rounds, name, figure) / medianOf(rounds, other, figure);
}

/** A row for each contender: its rounds, and median and spread of each figure. */
export function tableOfRounds(rounds: Rounds): string {
  const figures = Object.keys([...rounds.values()][0]![0]!);
  const rows = [...rounds].map(([name, all]) => [
    name,
    String(all.length),
    ...figures.flatMap((figure) => {
      const values = all.map((round) => round[figure]!);
      return [cell(median(values)), `${cell(Math.min(...values))} .. ${cell(Math.max(...values))}`];
    }),
  ]);
  const heading = ["", "rounds", ...figures.flatMap((figure) => [figure, "spread"])];
  return formatTable([heading, ...rows]);
}
