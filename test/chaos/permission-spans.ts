/**
 * When a host was permitted to speak as the virtual router, by its own records. Pure.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";
import { monotonicUsOf } from "../lab/record-log.ts";
import { joined, type Span } from "./spans.ts";

/** @param records of one host, in any order. */
export function permissionSpans(records: readonly KnownRecord[]): Span[] {
  const spans: Span[] = [];
  const cut = (atUs: number): void => {
    for (const [n, span] of spans.entries())
      if (span.toUs > atUs) spans[n] = { fromUs: Math.min(span.fromUs, atUs), toUs: atUs };
  };
  for (const record of [...records].sort((x, y) => monotonicUsOf(x) - monotonicUsOf(y))) {
    const atUs = monotonicUsOf(record);
    if (record.type === "vrrp.lease") {
      // Who leaves or settles serves, and does not speak.
      if (record.leaving === true || record.settling === true) cut(atUs);
      else spans.push({ fromUs: atUs, toUs: atUs + record.valid_ms * 1000 });
    } else if (record.type === "vrrp.state" && record.state !== "active") cut(atUs);
  }
  return joined(spans);
}
