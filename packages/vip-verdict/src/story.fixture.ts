/** Records by hand, as the tools write them, and what they are judged to mean: for tests. */
import { type KnownRecord, parseLine, type RecordBody } from "@viptools/records";
import type { Facts, Looked } from "./facts.ts";
import { gather } from "./gather.ts";
import { judge } from "./judge.ts";

export const VIP = "192.0.2.100";
export const VMAC = "00:00:5e:00:01:33";
export const MAC_A = "02:00:00:00:00:01";
export const MAC_B = "02:00:00:00:00:02";
export const MAC_C = "02:00:00:00:00:03";
export const MAC_D = "02:00:00:00:00:04";
export const INSTANCE = "eth0/4/51";

const LOOKED: Looked = {
  interface: "eth0",
  vrid: undefined,
  vips: [VIP],
  role: "client",
  macs: [MAC_C],
  own: ["192.0.2.3"],
  targets: [],
  neighbours: [],
  missed: [],
  lookedMs: 5000,
};

/** @param pid tells the runs of one tool apart. @throws {Error} for what is no record. */
export function record(body: RecordBody, pid = 1, second = 0): KnownRecord {
  const ts = `2026-11-26T00:00:${String(second).padStart(2, "0")}.000000000Z`;
  const line = parseLine(JSON.stringify({ v: 1, tool: "test", host: "t", pid, ts, seq: 1, ...body }));
  if (line.kind !== "record") throw new Error(`this is no record: ${JSON.stringify(line)}`);
  return line.record;
}

export function peer(more: Partial<Extract<RecordBody, { type: "vrrp.peer" }>> = {}): KnownRecord {
  const common = { address: "192.0.2.1", mac: VMAC, priority: 150, version: 3, interval_ms: 1000 } as const;
  return record({ type: "vrrp.peer", instance: INSTANCE, vips: [`${VIP}/32`], ...common, ...more });
}

export const PLAIN: string[] = ["from its NIC's own MAC"];
export const HERE: string[] = ["this host"];

/** Everybody was asked, in a run of its own. */
export function answered(ip: string, owners: readonly string[], more: object = {}, pid = 10): KnownRecord {
  const found = owners.map((mac) => ({ mac, answers: 3, rtt_us: 50 }));
  return record({ type: "garp.found", ip, interface: "eth0", asked: 3, owners: found, ...more }, pid);
}

/** One MAC alone was asked. */
export function askedAlone(ip: string, to: string, isAnswered: boolean): KnownRecord[] {
  const form = { form: "request", eth_src: MAC_C, sha: MAC_C, tha: "00:00:00:00:00:00" } as const;
  return [
    record({ type: "garp.probed", ip, interface: "eth0", n: 1, eth_dst: to, ...form }, 20),
    answered(ip, isAnswered ? [to] : [], {}, 20),
  ];
}

export function conflict(
  cause: Extract<RecordBody, { type: "vrrp.conflict" }>["cause"],
  detail = "as was heard",
): KnownRecord {
  return record({
    type: "vrrp.conflict",
    instance: INSTANCE,
    cause,
    peers: ["192.0.2.2", "192.0.2.1"],
    count: 1,
    detail,
  });
}

export function finding(
  code: string,
  found = "as was seen",
  severity: "error" | "warning" = "error",
): KnownRecord {
  return record({ type: "vmac.finding", code, severity, found, consequence: "bad", command: "mend it" });
}

export function factsOf(records: readonly KnownRecord[], looked: Partial<Looked> = {}): Facts {
  return gather(records, { ...LOOKED, ...looked });
}

/** @returns codes in their order, notes with a question mark. */
export function codes(records: readonly KnownRecord[], looked: Partial<Looked> = {}): string[] {
  return judge(factsOf(records, looked)).map(({ code, severity }) =>
    severity === "note" ? `${code}?` : code,
  );
}
