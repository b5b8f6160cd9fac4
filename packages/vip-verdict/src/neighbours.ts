/**
 * What `ip neigh show dev IF` prints: pure.
 *
 * @module
 */
import type { Neighbour } from "./facts.ts";

/** `192.0.2.100 lladdr 00:00:5e:00:01:33 router STALE`; of other lines nothing is taken. */
const LINE = /^([0-9a-f.:]+) (?:dev \S+ )?(?:lladdr ([0-9a-f:]{17}) )?(?:[a-z_]+ +)*([A-Z]+)\s*$/;

export function readNeighbours(text: string): Neighbour[] {
  return text.split("\n").flatMap((line) => {
    const [, ip, mac, state] = LINE.exec(line) ?? [];
    return ip === undefined || state === undefined ? [] : [{ ip, mac, state }];
  });
}
