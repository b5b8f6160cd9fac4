/**
 * A silent loss while a host beside the routers sends bad adverts as fast as it was told: each make amid them and without.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Make, type Pair, settledPair } from "../lab/failover.ts";
import { KINDS_OF_GARBAGE } from "../lab/garbage.ts";
import { end } from "../lab/shell.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";

export interface AmidGarbageOptions {
  readonly advertMs: number;
  readonly badPerSecond: number;
  readonly rounds: number;
  readonly makes?: readonly Make[];
  readonly warmups?: number;
}

/** keepalived's pair does not come to rest amid them: bad packets silence its router. */
const MAKES: readonly Make[] = ["viptools"];
const STRANGER = "d";
const SENDER = fileURLToPath(new URL("../lab/garbage.js", import.meta.url));
/** Longer than any fault is played; it is ended before. */
const LONGEST_S = 600;

/** @returns `ms` of each make, and of `MAKE amid bad adverts` `ms` and `bad/s`, as the switch has seen them. */
export async function amidGarbage(options: AmidGarbageOptions): Promise<Rounds> {
  const { advertMs, badPerSecond, rounds, makes = MAKES, warmups } = options;
  const pairs: (readonly [Make, Pair])[] = [];
  try {
    for (const make of makes) pairs.push([make, await settledPair(make, advertMs, [STRANGER])]);
    const contenders = pairs.flatMap(([make, pair]): Contender[] => [
      { name: make, run: async () => ({ ms: await lossMs(pair) }) },
      { name: `${make} amid bad adverts`, run: () => amid(pair, badPerSecond) },
    ]);
    return await contest(contenders, rounds, warmups);
  } finally {
    for (const [, pair] of pairs) await pair.remove();
  }
}

async function lossMs(pair: Pair): Promise<number> {
  return (await pair.measure("silent loss")).outageMs;
}

async function amid(pair: Pair, badPerSecond: number): Promise<Record<string, number>> {
  const { network } = pair;
  const { mac } = network.host(STRANGER);
  const ofEach = Math.round((badPerSecond * LONGEST_S) / KINDS_OF_GARBAGE.length);
  const argv = ["node", SENDER, String(badPerSecond), String(ofEach), "bad", mac];
  const sender = network.start(STRANGER, argv, ["ignore", "pipe", "inherit"]);
  await new Promise((resolve) => sender.stdout!.once("data", resolve));
  const [before, beganMs] = [network.framesFrom(STRANGER), performance.now()];
  const ms = await lossMs(pair);
  const sent = network.framesFrom(STRANGER) - before;
  const seconds = (performance.now() - beganMs) / 1000;
  await end(sender);
  return { ms, "bad/s": sent / seconds };
}
