import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord, RecordOf } from "@viptools/records";
import { LeaseBook } from "./lease-book.ts";
import { type GateChoice, VoiceGate } from "./voice-gate.ts";

const VIP = "192.0.2.100";
const INSTANCE = "eth0/4/51";
const router = { instance: INSTANCE, vips: [`${VIP}/32`] };
const state = (name: string, more: object = {}): object => ({
  type: "vrrp.state",
  ...router,
  state: name,
  ...more,
});
const owner = (type: string): object => ({ type, ...router });
const lease = (fromMs: number, more: object = {}): object => ({
  type: "vrrp.lease",
  instances: [INSTANCE],
  epoch: [1],
  mono_ns: String(fromMs * 1e6),
  valid_ms: 250,
  boot_id: "here",
  ...more,
});
const ACTIVE = [state("active"), lease(0)];
const OTHER = state("active", { instance: "eth0/4/52", vips: ["192.0.2.99/32"] });

const ROWS: [string, GateChoice, object[], number, string | undefined][] = [
  ["where nobody speaks of virtual routers", "auto", [], 0, undefined],
  ["where somebody has to", "lease", [], 0, "no_router"],
  ["for the leased Active", "auto", ACTIVE, 249, undefined],
  ["for the leased Active", "lease", ACTIVE, 249, undefined],
  ["when the lease has run out", "auto", ACTIVE, 250, "no_lease"],
  ["for an Active without a lease yet", "auto", [state("active")], 0, "no_lease"],
  ["for a Backup", "auto", [state("backup")], 0, "not_active"],
  ["for a Backup whose old lease runs", "auto", [...ACTIVE, state("backup")], 1, "not_active"],
  ["for one that leaves", "auto", [...ACTIVE, lease(10, { leaving: true })], 20, "no_lease"],
  ["for one that only settles", "auto", [state("active"), lease(0, { settling: true })], 1, "no_lease"],
  ["on a lease of another boot", "auto", [state("active"), lease(0, { boot_id: "there" })], 0, "no_lease"],
  ["where only other addresses are spoken of", "auto", [OTHER], 0, "no_router"],
  ["for a Backup where records mean nothing", "none", [state("backup")], 0, undefined],
  ["before vmac-ctl has taken it", "auto", [owner("vmac.prepared"), ...ACTIVE], 0, "not_owned"],
  ["when vmac-ctl has taken it", "auto", [owner("vmac.prepared"), ...ACTIVE, owner("vmac.up")], 0, undefined],
  ["when vmac-ctl is fenced", "auto", [...ACTIVE, owner("vmac.up"), owner("vmac.fenced")], 0, "not_owned"],
  ["behind keepalived, which leases nothing", "auto", [owner("vmac.up")], 0, undefined],
  ["behind keepalived, where there has to be a lease", "lease", [owner("vmac.up")], 0, "no_lease"],
  [
    "by the new virtual router of an old address",
    "auto",
    [state("initialize", { instance: "eth0/4/9" }), ...ACTIVE],
    0,
    undefined,
  ],
];
for (const [name, choice, records, atMs, wanted] of ROWS) {
  test(`VoiceGate ${choice} says ${wanted ?? "yes"} ${name}`, () => {
    const leases = new LeaseBook("here");
    const gate = new VoiceGate(choice, leases);
    for (const record of records as KnownRecord[]) {
      if (record.type === "vrrp.lease") leases.note(record as RecordOf<"vrrp.lease">);
      gate.note(record);
    }
    assert.equal(gate.refusal(VIP, atMs * 1000), wanted);
  });
}
