/**
 * Sets a scene for one test: hosts, and a clean end whatever happens.
 *
 * @module
 */
import { Network } from "./network.ts";
import { PipeRouter, type Router, type RouterOptions } from "./router.ts";
import { sleep, waitFor } from "./shell.ts";

/** True under `npm run test:full`: whole matrices instead of one row each. */
export const IS_FULL = process.env["VIPTOOLS_FULL"] === "1";

/** For `test(…, { skip })`: namespaces need root, and a test that does not run says so. */
export const needsRoot: { skip: string | false } = {
  skip: process.geteuid?.() === 0 ? false : "needs root: network namespaces",
};

/** For rows that only the whole matrices play. */
export const inFull: { skip: string | false } = {
  skip: IS_FULL ? needsRoot.skip : "played by npm run test:full",
};

/** Builds hosts, plays, and clears away. What a failed scene leaves in its folder is kept and named. */
export async function onStage(
  names: readonly string[],
  play: (network: Network) => Promise<void>,
): Promise<void> {
  const network = new Network(names);
  let hasFailed = true;
  try {
    await network.settle();
    await play(network);
    hasFailed = false;
  } finally {
    await network.remove(hasFailed);
    if (hasFailed) process.stderr.write(`captures and logs of the failed scene: ${network.folder}\n`);
  }
}

/** How long a Backup may need at most to become Active, with room for a noisy machine. */
export function patienceMs(advertMs: number): number {
  return advertMs * 5 + 10_000;
}

/** Of the low one of a pair. */
export const PRIORITY_OF_B = 100;

/** S9: one lease, one down interval of b, and 200 ms. */
export function longestOutageMs(advertMs: number): number {
  return 2.5 * advertMs + 3 * advertMs + ((256 - PRIORITY_OF_B) * advertMs) / 256 + 200;
}

export async function untilActive(what: string, router: Router, advertMs: number): Promise<void> {
  await waitFor(`${what} to be Active`, patienceMs(advertMs), () => {
    if (router instanceof PipeRouter) router.mustRun();
    return router.isActive() || undefined;
  });
}

/** Two pipes on a and b; a is Active and settled. */
export async function startPair(
  network: Network,
  advertMs: number,
  more: Partial<RouterOptions> = {},
): Promise<{ a: PipeRouter; b: PipeRouter }> {
  const a = new PipeRouter(network, "a", { priority: 150, advertMs, ...more });
  const b = new PipeRouter(network, "b", { priority: PRIORITY_OF_B, advertMs, ...more });
  await Promise.all([a.ready(), b.ready()]);
  await waitFor("a to be Active and b to be Backup", patienceMs(advertMs), () => {
    for (const router of [a, b]) router.mustRun();
    return (a.isActive() && b.isElected("backup")) || undefined;
  });
  await sleep(advertMs * 3);
  return { a, b };
}
