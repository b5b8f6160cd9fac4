export * from "./instance.ts";
export * from "./line.ts";
export { ARP_KINDS, NDP_KINDS, PROBE_KINDS } from "./neighbour-records.ts";
export { type Head, SCHEMA_VERSION } from "./record-type.ts";
export {
  type KnownRecord,
  type RecordBody,
  type RecordOf,
  VOCABULARY,
  type VrrpStateName,
} from "./vocabulary.ts";
