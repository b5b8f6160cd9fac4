/**
 * All benches, in the order in which they run and are shown. A new one is a function that returns `Rounds`, or steps of a
 * series, and an entry in one of these lists.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import { PIPES } from "./benches-of-pipes.ts";
import { ROUTERS } from "./benches-of-routers.ts";
import { ANNOUNCING, LISTENING } from "./benches-of-wire.ts";

export const BENCHES: readonly Bench[] = [...ROUTERS, ...ANNOUNCING, ...LISTENING, ...PIPES];
