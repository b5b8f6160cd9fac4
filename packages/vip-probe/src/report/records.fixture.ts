/**
 * Records of routers and clients, by their times on their own clocks.
 *
 * @module
 */
import { formatTimestamp, type KnownRecord, parseLine } from "@viptools/records";
import { Chronicle } from "./chronicle.ts";

export const VIP = "192.0.2.100";
const MAC = "00:00:5e:00:01:33";
/** Of the wall clock, where it says nothing else: 2026-11-26. */
const WALL_NS = 1_795_651_200_000_000_000n;

/** One host: its boot, and by how much its wall clock is ahead. */
export interface Teller {
  readonly host: string;
  readonly boot?: string;
  readonly wallAheadMs?: number;
  /** What its monotonic clock shows when that of others shows 0. */
  readonly monotonicAtZeroMs?: number;
}

/** @param atMs since the scene's beginning. @throws {Error} if it is no record of ours. */
export function recordAt(
  { host, wallAheadMs = 0, monotonicAtZeroMs = 1_000_000 }: Teller,
  atMs: number,
  body: Readonly<Record<string, unknown>>,
): KnownRecord {
  const ns = (ms: number): bigint => BigInt(Math.round(ms * 1e6));
  const line = parseLine(
    JSON.stringify({
      v: 1,
      tool: "test",
      host,
      pid: 1,
      seq: 1,
      ts: formatTimestamp(WALL_NS + ns(atMs + wallAheadMs)),
      mono_ns: String(ns(atMs + monotonicAtZeroMs)),
      ...body,
    }),
  );
  if (line.kind !== "record") throw new Error(`this is no record: ${JSON.stringify(line)}`);
  return line.record;
}

export function state(
  teller: Teller,
  atMs: number,
  name: "initialize" | "backup" | "active",
  reason = "startup",
): KnownRecord {
  return recordAt(teller, atMs, {
    type: "vrrp.state",
    instance: "eth0/4/51",
    interface: "eth0",
    family: 4,
    vrid: 51,
    version: 3,
    state: name,
    previous: "initialize",
    reason,
    priority: 100,
    vips: [`${VIP}/32`],
    vmac: MAC,
    epoch: 1,
    boot_id: teller.boot ?? "boot",
  });
}

export function owned(
  teller: Teller,
  atMs: number,
  type: "vmac.up" | "vmac.down" | "vmac.fenced",
): KnownRecord {
  return recordAt(teller, atMs, {
    type,
    instance: "eth0/4/51",
    epoch: 1,
    mode: "macvlan",
    interface: "vrrp4-2-51",
    parent: "eth0",
    mac: MAC,
    vips: [`${VIP}/32`],
    took_us: 1,
    changes: [],
  });
}

export function sent(teller: Teller, atMs: number): KnownRecord {
  const frame = { form: "request", eth_src: MAC, sha: MAC, tha: MAC, interface: "eth0", n: 1 };
  return recordAt(teller, atMs, { type: "garp.sent", ip: VIP, ...frame });
}

export function heard(teller: Teller, atMs: number): KnownRecord {
  const packet = { kind: "gratuitous_request", operation: 1, sha: MAC, spa: VIP, tha: MAC, tpa: VIP };
  return recordAt(teller, atMs, {
    type: "arp.seen",
    interface: "eth0",
    direction: "in",
    flags: [],
    ...packet,
  });
}

export function lease(teller: Teller, atMs: number, validMs: number): KnownRecord {
  const boot_id = teller.boot ?? "boot";
  const body = { instances: ["eth0/4/51"], epoch: [1], valid_ms: validMs, boot_id };
  return recordAt(teller, atMs, { type: "vrrp.lease", ...body });
}

export function asked(teller: Teller, atMs: number, answerMs: number | null): KnownRecord {
  const rtt_us = answerMs === null ? null : answerMs * 1000;
  return recordAt(teller, atMs, { type: "probe.asked", target: VIP, kind: "icmp", n: 0, rtt_us });
}

export function lost(teller: Teller, atMs: number): KnownRecord {
  const boot_id = teller.boot ?? "boot";
  return recordAt(teller, atMs, { type: "probe.lost", target: VIP, kind: "icmp", boot_id });
}

export function back(teller: Teller, atMs: number, outageMs: number): KnownRecord {
  const body = { target: VIP, kind: "icmp", outage_ms: outageMs, lost: 3, boot_id: teller.boot ?? "boot" };
  return recordAt(teller, atMs, { type: "probe.back", ...body });
}

/** Each list is a log of its own. */
export function chronicleOf(...logs: readonly (readonly KnownRecord[])[]): Chronicle {
  const chronicle = new Chronicle();
  logs.forEach((records, n) => {
    const source = chronicle.openSource(`log ${n}`);
    for (const record of records) chronicle.hear(source, record);
  });
  return chronicle;
}
