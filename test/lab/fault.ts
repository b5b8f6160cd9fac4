/**
 * One fault and what came of it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { monotonicUs } from "@viptools/kernel";
import type { KnownRecord } from "@viptools/records";
import { type Network, portState } from "./network.ts";
import { monotonicUsOf } from "./record-log.ts";
import { inNamespace, must } from "./shell.ts";

export type LinkFault = "link loss" | "silent loss";
const INJECT = fileURLToPath(new URL("./inject.js", import.meta.url));

/** Takes a host's link, or all that passes at its ports, away right after its next advert. @returns when, microseconds of CLOCK_MONOTONIC. */
export function breakAfterAdvert(network: Network, host: string, fault: LinkFault): number {
  const { port } = network.host(host);
  const command =
    fault === "link loss" ? ["ip", "link", "set", port, "down"] : portState(network.portsOf(host), "0");
  const argv = inNamespace(network.switchNamespace, ["node", INJECT, port, ...command]);
  return Number(must(argv).trim());
}

export function mend(network: Network, host: string, fault: LinkFault): void {
  if (fault === "link loss") network.linkUp(host);
  else network.portOn(host);
}

/** How the new Active came to speak, each in milliseconds from the step before. */
export interface Phases {
  /** Before all of them: from `vrrp.prepare` to `vmac.prepared`; undefined where there was no time for it. */
  readonly prepareMs: number | undefined;
  /** From the fault to `vrrp.state active`. */
  readonly detectMs: number;
  /** To `vmac.up`: the kernel has confirmed everything. */
  readonly ownMs: number;
  /** To the first `garp.sent`. */
  readonly announceMs: number;
}

/** @param records of the host that took over. @returns undefined where they are not recorded. */
export function phasesAfter(records: readonly KnownRecord[], faultUs: number): Phases | undefined {
  const after = records.filter((record) => monotonicUsOf(record) >= faultUs);
  const active = after.find((record) => record.type === "vrrp.state" && record.state === "active");
  const up = after.find((record) => record.type === "vmac.up");
  const sent = after.find((record) => record.type === "garp.sent");
  if (active === undefined || up === undefined || sent === undefined) return undefined;
  const [activeUs, upUs, sentUs] = [active, up, sent].map(monotonicUsOf) as [number, number, number];
  return {
    prepareMs: prepareMsOf(after.filter((record) => monotonicUsOf(record) <= activeUs)),
    detectMs: (activeUs - faultUs) / 1000,
    ownMs: (upUs - activeUs) / 1000,
    announceMs: (sentUs - upUs) / 1000,
  };
}

function prepareMsOf(records: readonly KnownRecord[]): number | undefined {
  const asked = records.findLast(({ type }) => type === "vrrp.prepare");
  const prepared = records.findLast(({ type }) => type === "vmac.prepared");
  if (asked === undefined || prepared === undefined) return undefined;
  return (monotonicUsOf(prepared) - monotonicUsOf(asked)) / 1000;
}

/** Now, on the clock of records. */
export function nowUs(): number {
  return monotonicUs();
}
