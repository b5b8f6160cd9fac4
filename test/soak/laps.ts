/**
 * All there is to do, in its order.
 *
 * @module
 */
import type { Form } from "../lab/form.ts";
import { changes } from "./changes.ts";
import { advertsIn, recordsOfWire } from "./heard.ts";
import type { Work } from "./lap.ts";
import { recordsThrough } from "./records.ts";

export interface Amounts {
  readonly changes: number;
  readonly adverts: number;
  readonly records: number;
}

/** How changes are shared out: where links come and go, the kernel takes its time. */
const SHARES: readonly (Pick<Form, "mode" | "standby"> & { readonly share: number })[] = [
  { mode: "macvlan", standby: "absent", share: 0.1 },
  { mode: "macvlan", standby: "fenced", share: 0.45 },
  { mode: "rewrite", standby: "fenced", share: 0.45 },
];

/** @param also more programs behind the pipe of records. */
export function lapsOf(amounts: Amounts, seed: number, also: readonly string[]): Work[] {
  const laps = [
    ...SHARES.map(({ share, ...form }) => changes({ amount: Math.round(amounts.changes * share), form })),
    advertsIn(amounts.adverts, seed),
    recordsThrough(amounts.records, seed, also),
    recordsOfWire(amounts.records, seed),
  ];
  return laps.filter(({ amount }) => amount > 0);
}
