import assert from "node:assert/strict";
import test from "node:test";
import type { AcceptedAdvert } from "./receive.ts";
import { WireReports } from "./wire-reports.ts";

const SECOND = 1_000_000;
const bad = (why: "ttl" | "vrid", source = "192.0.2.66") =>
  ({ kind: "rejected", why, source, detail: `bad ${why}` }) as const;

test("V3-7.1-n V3-7.1-o a thousand bad packets make one record, and one more after ten seconds with the rest", () => {
  const reports = new WireReports("eth0/4/51");
  const said = Array.from({ length: 1000 }, (_, n) => reports.reject(bad("ttl"), n * 1000)).flat();
  assert.deepEqual(said, [
    {
      type: "vrrp.rejected",
      instance: "eth0/4/51",
      cause: "ttl",
      peers: ["192.0.2.66"],
      count: 1,
      detail: "bad ttl",
    },
  ]);
  assert.deepEqual(reports.due(9 * SECOND), []);
  assert.deepEqual(
    reports.due(10 * SECOND).map((record) => "count" in record && record.count),
    [999],
  );
  assert.equal(reports.counters()["rejected_ttl"], 1000);
});

test("another virtual router's adverts are counted, not reported", () => {
  const reports = new WireReports("eth0/4/51");
  assert.deepEqual(reports.reject(bad("vrid"), 0), []);
  assert.equal(reports.counters()["rejected_vrid"], 1);
});

test("a forger with many addresses fills no record", () => {
  const reports = new WireReports("eth0/4/51");
  for (let n = 0; n < 100; n++) reports.reject(bad("ttl", `10.0.0.${n}`), 1);
  const [record] = reports.due(20 * SECOND);
  assert.equal(record?.type === "vrrp.rejected" && record.peers.length, 8);
});

const advert = (more: Partial<AcceptedAdvert>): AcceptedAdvert => ({
  address: "192.0.2.1",
  priority: 150,
  advertUs: SECOND,
  isFromHigherAddress: false,
  mac: "00:00:5e:00:01:33",
  vips: ["192.0.2.100"],
  checksumForm: "pseudo-header",
  trailer: undefined,
  ...more,
});

const OWN = { advertUs: SECOND, priority: 100, vips: ["192.0.2.100"], vmac: "00:00:5e:00:01:33" };
const COMPARED: [string, Partial<AcceptedAdvert>, string[]][] = [
  ["nothing of an equal advert", {}, []],
  ["V3-7.1-l another interval", { advertUs: 200_000 }, ["interval_mismatch"]],
  ["V3-7.1-m another list", { vips: ["192.0.2.7"] }, ["vip_mismatch"]],
  ["adverts from a NIC's own MAC", { mac: "02:00:00:00:00:01" }, ["wrong_mac"]],
  ["both", { advertUs: 200_000, vips: [] }, ["interval_mismatch", "vip_mismatch"]],
];
for (const [name, more, causes] of COMPARED) {
  test(`compare() reports ${name}, once`, () => {
    const reports = new WireReports("eth0/4/51");
    const say = () => reports.compare(advert(more), OWN, 0).map((r) => "cause" in r && r.cause);
    assert.deepEqual(say(), causes);
    assert.deepEqual(say(), []);
  });
}

const OWNERS: [string, number, number, string[]][] = [
  ["V3-7.1-k V3-8.3.2-b another owner at an owner", 255, 255, ["two_active"]],
  ["nothing of an owner at a Backup", 255, 100, []],
  ["nothing of a lower priority at an owner, which answers it", 100, 255, []],
];
for (const [name, theirs, ours, causes] of OWNERS) {
  test(`compare() reports ${name}`, () => {
    const own = { ...OWN, priority: ours };
    const said = new WireReports("eth0/4/51").compare(advert({ priority: theirs }), own, 0);
    assert.deepEqual(
      said.map((r) => "cause" in r && r.cause),
      causes,
    );
  });
}
