/**
 * How long a client is without the VIP after each fault, and how many of its 500 asks a second are lost: ours beside
 * keepalived and FRR's vrrpd.
 *
 * @module
 */

import { type Fault, type Make, type Measured, type Pair, settledPair } from "../lab/failover.ts";
import type { Phases } from "../lab/fault.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";

export interface OutageOptions {
  readonly advertMs: number;
  /** In the order in which each round plays them; "fail-back" only right after "planned stop". */
  readonly faults: readonly Fault[];
  readonly rounds: number;
  readonly makes?: readonly Make[];
  readonly warmups?: number;
}

const MAKES: readonly Make[] = ["viptools", "keepalived", "FRR"];
const PHASES = { prepareMs: "prepare", detectMs: "detect", ownMs: "own", announceMs: "announce" } as const;

/**
 * @returns for each fault `FAULT, ms` and `FAULT, lost`; of ours `FAULT, prepare ms`, where there was time for it,
 *   `FAULT, detect ms`, `FAULT, own ms` and `FAULT, announce ms` too, each from the step before.
 */
export async function outage(options: OutageOptions): Promise<Rounds> {
  const { advertMs, faults, rounds, makes = MAKES, warmups } = options;
  const pairs: (readonly [Make, Pair])[] = [];
  try {
    for (const make of makes) pairs.push([make, await settledPair(make, advertMs)]);
    const contenders = pairs.map(
      ([name, pair]): Contender => ({ name, run: () => playFaults(pair, faults) }),
    );
    return await contest(contenders, rounds, warmups);
  } finally {
    for (const [, pair] of pairs) await pair.remove();
  }
}

async function playFaults(pair: Pair, faults: readonly Fault[]): Promise<Record<string, number>> {
  let figures: Record<string, number> = {};
  for (const fault of faults) figures = { ...figures, ...figuresOf(await pair.measure(fault)) };
  return figures;
}

function figuresOf({ fault, outageMs, lost, phases }: Measured): Record<string, number> {
  const figures: Record<string, number> = { [`${fault}, ms`]: outageMs, [`${fault}, lost`]: lost };
  if (phases === undefined) return figures;
  for (const [phase, name] of Object.entries(PHASES)) {
    const ms = phases[phase as keyof Phases];
    if (ms !== undefined) figures[`${fault}, ${name} ms`] = ms;
  }
  return figures;
}
