/**
 * What lanes are called: the host alone, and more only where that would not tell them apart. Pure.
 *
 * @module
 */
import type { ClientHistory } from "./client-history.ts";
import type { RouterHistory } from "./router-history.ts";
import { shown } from "./shown.ts";

/** @returns one label each, in their order. */
export function labelsOf(histories: readonly (RouterHistory | ClientHistory)[]): string[] {
  const hosts = histories.map(({ clock }) => shown(clock.host));
  const full = histories.map((one, n) => `${hosts[n]} ${shown(detailOf(one))}`);
  const labels = hosts.map((host, n) => (isOnly(hosts, host) && "name" in histories[n]! ? host : full[n]!));
  return labels.map((label, n) => {
    const earlier = labels.slice(0, n).filter((other) => other === label).length;
    return earlier === 0 ? label : `${label} (${earlier + 1})`;
  });
}

function detailOf(history: RouterHistory | ClientHistory): string {
  return "name" in history ? history.name : `${history.how} ${history.target}`;
}

function isOnly(all: readonly string[], one: string): boolean {
  return all.filter((other) => other === one).length === 1;
}
