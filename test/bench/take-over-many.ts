/**
 * How long it takes until the network has heard of the last of many addresses: from the new Active's first advert to the
 * last address's first announcement, ours beside keepalived's.
 *
 * @module
 */
import { ManyVipsPair, manyVips, type Taker } from "../lab/many-vips.ts";
import type { Step } from "./bench.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";

export interface TakeOverManyOptions {
  /** How many addresses, step by step. */
  readonly counts: readonly number[];
  readonly rounds: number;
  readonly takers?: readonly Taker[];
  /** Of all routers. */
  readonly advertMs?: number;
  readonly warmups?: number;
}

/** The two forms of our Backup, and what they are held against. */
const TAKERS: readonly Taker[] = ["absent", "fenced", "keepalived"];
/** keepalived with 4,000 addresses does not keep shorter ones: it flaps before it is settled. */
const ADVERT_MS = 1000;

/** @returns for each count `first ms` and `last ms` of each taker in each round. */
export async function takeOverMany(options: TakeOverManyOptions): Promise<Step[]> {
  const steps: Step[] = [];
  for (const count of options.counts) steps.push({ work: count, rounds: await playCount(count, options) });
  return steps;
}

async function playCount(count: number, options: TakeOverManyOptions): Promise<Rounds> {
  const { rounds, takers = TAKERS, advertMs = ADVERT_MS, warmups } = options;
  const vips = manyVips(count);
  const pairs = new Map<Taker, ManyVipsPair>();
  try {
    // One after the other: who starts beside others takes a moment longer, and its Backup takes over.
    for (const taker of takers) {
      const pair = new ManyVipsPair(taker, vips, advertMs);
      pairs.set(taker, pair);
      await pair.settle();
    }
    return await contest([...pairs].map(contender), rounds, warmups);
  } finally {
    for (const pair of pairs.values()) await pair.remove();
  }
}

function contender([name, pair]: readonly [Taker, ManyVipsPair]): Contender {
  const run = async (): Promise<Record<string, number>> => {
    const { firstMs, lastMs } = await pair.measure();
    return { "first ms": firstMs, "last ms": lastMs };
  };
  return { name, run };
}
