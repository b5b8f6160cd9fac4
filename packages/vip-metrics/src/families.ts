/**
 * What is measured, as data: names and units as Prometheus wants them (a counter ends in `_total`, a time is in seconds).
 * Pure.
 *
 * @module
 */

export interface Family {
  readonly type: "gauge" | "counter" | "untyped";
  readonly help: string;
}

export const FAMILIES = {
  viptools_up: { type: "gauge", help: "1 while the pipe runs, 0 after its end" },
  viptools_state: {
    type: "gauge",
    help: "1 for the state of the virtual router, 0 for the others; 0 for all after the end of the pipe",
  },
  viptools_state_changes_total: { type: "counter", help: "Changes of state of the virtual router" },
  viptools_last_change_timestamp_seconds: {
    type: "gauge",
    help: "When the virtual router last changed its state",
  },
  viptools_priority: { type: "gauge", help: "Effective priority of the virtual router on this host" },
  viptools_adverts_total: { type: "counter", help: "Adverts that this host has sent as Active" },
  viptools_adverts_rejected_total: {
    type: "counter",
    help: "Adverts of others that were refused, by what was wrong",
  },
  viptools_conflicts_total: {
    type: "counter",
    help: "Disagreements with other routers, by what was wrong",
  },
  viptools_stalls_total: { type: "counter", help: "Times that the elector was held up" },
  viptools_lease_remaining_seconds: {
    type: "gauge",
    help: "How long this host might still act as Active when the file was written",
  },
  viptools_owned: { type: "gauge", help: "1 while this host answers for the addresses" },
  viptools_ownership_events_total: {
    type: "counter",
    help: "What vmac-ctl has told of the addresses: up, down, fenced, repaired, error",
  },
  viptools_take_over_seconds: {
    type: "gauge",
    help: "How long the last taking of the addresses took, to the last confirmation of the kernel",
  },
  viptools_announcements_total: {
    type: "counter",
    help: "Announcements by what became of them: sent, fenced, failed",
  },
  viptools_address_events_total: {
    type: "counter",
    help: "What was heard of watched addresses: changed, conflict, flip_flop",
  },
  viptools_check_ok: { type: "gauge", help: "1 if the health check passed last time" },
  viptools_check_changes_total: { type: "counter", help: "Changes between passing and failing" },
  viptools_tool_errors_total: { type: "counter", help: "Errors that the tool has told" },
  viptools_tool_counter: { type: "untyped", help: "What the tool counts itself, as it last told" },
  viptools_records_total: { type: "counter", help: "Records of the tool that came to the end of the pipe" },
  viptools_last_record_timestamp_seconds: {
    type: "gauge",
    help: "When the tool wrote its last record that came to the end of the pipe",
  },
  viptools_values_refused_total: {
    type: "counter",
    help: "Values without a series of their own, because there are too many names already",
  },
  viptools_written_timestamp_seconds: { type: "gauge", help: "When this file was written" },
} as const;

export type FamilyName = keyof typeof FAMILIES;
