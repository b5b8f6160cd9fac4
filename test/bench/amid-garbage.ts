/**
 * A silent loss while a host beside the routers sends bad adverts, and the same without them. A pair of keepalived does not
 * come to rest amid them: bad packets silence its router.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Pair, settledPair } from "../lab/failover.ts";
import { KINDS_OF_GARBAGE } from "../lab/garbage.ts";
import { end } from "../lab/shell.ts";
import { contest, type Rounds } from "./contest.ts";

export interface AmidGarbageOptions {
  readonly advertMs: number;
  readonly badPerSecond: number;
  readonly rounds: number;
}

const STRANGER = "d";
const SENDER = fileURLToPath(new URL("../lab/garbage.js", import.meta.url));
/** Longer than any fault is played; it is ended before. */
const LONGEST_S = 600;

/** @returns `ms` of `viptools`, and of `viptools amid bad adverts` `ms` and `bad/s`, as the switch has seen them. */
export async function amidGarbage({ advertMs, badPerSecond, rounds }: AmidGarbageOptions): Promise<Rounds> {
  const pair = await settledPair("viptools", advertMs, [STRANGER]);
  try {
    const contenders = [
      { name: "viptools", run: async () => ({ ms: await lossMs(pair) }) },
      { name: "viptools amid bad adverts", run: () => amid(pair, badPerSecond) },
    ];
    return await contest(contenders, rounds);
  } finally {
    await pair.remove();
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
  const sender = await network.startService(STRANGER, argv);
  const [before, beganMs] = [network.framesFrom(STRANGER), performance.now()];
  const ms = await lossMs(pair);
  const sent = network.framesFrom(STRANGER) - before;
  const seconds = (performance.now() - beganMs) / 1000;
  await end(sender);
  return { ms, "bad/s": sent / seconds };
}
