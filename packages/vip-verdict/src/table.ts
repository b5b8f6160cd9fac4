/**
 * What is known of troubles with a virtual IP address: one row each, causes before their consequences. Pure.
 *
 * docs/trouble.md shows the same from outside.
 *
 * @module
 */
import { FLUX_ROW, FOREIGN_VMAC_ROW, PORT_ROW, SILENCE_ROWS } from "./address-rows.ts";
import { DUPLICATE_ROW } from "./duplicate-rows.ts";
import { CHANGE_ROWS, HEALED_ROW, MISSING_ROW, TWO_ACTIVE_ROW } from "./election-rows.ts";
import { DELIVERY_ROW, FILTER_ROW, FIREWALL_ROWS, LINK_ROWS, SETTING_ROWS } from "./host-rows.ts";
import { ASKER_ROW, IGNORED_ROWS, STALE_ROW } from "./neighbour-rows.ts";
import { OWN_LIST_ROW, OWNER_ROWS } from "./owner-rows.ts";
import { PASSAGE_ROWS } from "./passage-rows.ts";
import { QUARREL_ROWS, REFUSAL_ROWS, REJECTION_ROW } from "./quarrel-rows.ts";
import type { Row } from "./row.ts";

/** Most important first among those of one severity. */
export const TABLE: readonly Row[] = [
  ...LINK_ROWS,
  ...FIREWALL_ROWS,
  FILTER_ROW,
  DELIVERY_ROW,
  ...PASSAGE_ROWS,
  ...QUARREL_ROWS,
  OWN_LIST_ROW,
  ...REFUSAL_ROWS,
  REJECTION_ROW,
  MISSING_ROW,
  TWO_ACTIVE_ROW,
  ...OWNER_ROWS,
  ...SETTING_ROWS,
  FLUX_ROW,
  FOREIGN_VMAC_ROW,
  DUPLICATE_ROW,
  PORT_ROW,
  ...SILENCE_ROWS,
  ASKER_ROW,
  HEALED_ROW,
  ...IGNORED_ROWS,
  STALE_ROW,
  ...CHANGE_ROWS,
];
