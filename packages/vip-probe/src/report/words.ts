/**
 * Sentences of the page. Pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { Chronicle } from "./chronicle.ts";
import type { ClientHistory } from "./client-history.ts";

/** What was asked, and the worst of it. */
export function titleOf(clients: readonly ClientHistory[]): string {
  if (clients.length === 0) return "What the routers did";
  const targets = [...new Set(clients.map(({ target }) => target))];
  const lengths = clients.flatMap(({ outages, lastUs }) =>
    outages.map(({ fromUs, toUs }) => ((toUs ?? lastUs) - fromUs) / 1000),
  );
  const worst = lengths.length === 0 ? "no outage" : `longest outage ${Math.max(...lengths).toFixed(1)} ms`;
  return `${targets.slice(0, 4).join(", ")}${targets.length > 4 ? " …" : ""}: ${worst}`;
}

export function summaryWords(record: RecordOf<"probe.summary">): string {
  const { asked, lost, outages, outage_ms, answer_p50_ms, answer_p95_ms, answer_p99_ms, answer_max_ms } =
    record;
  const times = [answer_p50_ms, answer_p95_ms, answer_p99_ms, answer_max_ms].map((ms) => ms?.toFixed(2));
  const answers =
    answer_p50_ms === undefined
      ? "no answer"
      : `answers in ${times[0]} ms (p50), ${times[1]} (p95), ${times[2]} (p99), ${times[3]} (max)`;
  return `${asked} asked, ${lost} lost in ${outages} ${outages === 1 ? "outage" : "outages"}, the longest ${outage_ms.toFixed(1)} ms; ${answers}`;
}

/** What is not in the picture, so that nobody takes it for nothing. */
export function noteLeftOut(chronicle: Chronicle, drawnRouters: number): string[] {
  const { routers, clients, timeless, leftOut } = chronicle;
  const hidden = routers.length - drawnRouters;
  const spans = [...routers, ...clients].reduce((sum, { leftOut: count }) => sum + count, 0);
  const silent = clients.filter(({ asks }) => asks.bins.length === 0).length;
  return [
    ...(hidden > 0
      ? [`${hidden} virtual routers in the logs have none of the asked addresses, and are not drawn.`]
      : []),
    ...(leftOut > 0 ? [`${leftOut} records are of more lanes than are drawn.`] : []),
    ...(spans > 0 ? [`${spans} of the oldest spans are not drawn: there were too many.`] : []),
    ...(timeless > 0 ? [`${timeless} records have no monotonic time, and are not drawn.`] : []),
    ...(silent > 0
      ? [`${silent} probes wrote no record of each ask (vip-probe --each): only their outages are drawn.`]
      : []),
  ];
}
