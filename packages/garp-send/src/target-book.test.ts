import assert from "node:assert/strict";
import test from "node:test";
import { type Owner, TargetBook } from "./target-book.ts";

const OWNER: Owner = {
  mac: "00:00:5e:00:01:33",
  vips: ["192.0.2.1/32", "2001:db8::1/128"],
  isRouter: false,
  hasReports: true,
};

test("TargetBook keeps what was laid out ahead, for the same owner", () => {
  const book = new TargetBook();
  book.prepare("eth0/4/51", OWNER);
  const { targets, addresses, reports } = book.of("eth0/4/51", { ...OWNER, vips: [...OWNER.vips] });
  assert.deepEqual([...addresses], ["192.0.2.1", "2001:db8::1"]);
  assert.deepEqual(
    targets.map(({ address }) => address),
    [...addresses],
  );
  const load = book.load("eth0/4/51", OWNER, ["request"]);
  assert.deepEqual(
    load.announcements.map(({ kind }) => kind),
    ["request", "advertisement"],
  );
  assert.equal(load.reports, reports);
  assert.equal(reports.length, 1);
  assert.equal(load.packed.lengths.length, 3);
  assert.equal(book.load("eth0/4/51", { ...OWNER }, ["request"]), load, "not made again");
  assert.notEqual(book.load("eth0/4/51", OWNER, ["request", "reply"]), load);
});

const OTHERS: [string, Partial<Owner>][] = [
  ["another MAC", { mac: "00:00:5e:00:01:34" }],
  ["another address", { vips: ["192.0.2.1/32", "2001:db8::2/128"] }],
  ["one address less", { vips: ["192.0.2.1/32"] }],
  ["another order", { vips: [...OWNER.vips].reverse() }],
  ["another router flag", { isRouter: true }],
  ["the NIC's MAC, which the kernel reports", { hasReports: false }],
];
for (const [name, change] of OTHERS) {
  test(`TargetBook makes new targets of an owner with ${name}`, () => {
    const book = new TargetBook();
    book.prepare("eth0/4/51", OWNER);
    const owner = { ...OWNER, ...change };
    const before = book.load("eth0/4/51", OWNER, ["request"]);
    assert.notEqual(book.load("eth0/4/51", owner, ["request"]), before);
    const { targets, reports } = book.of("eth0/4/51", owner);
    assert.deepEqual(
      targets.map(({ address, mac, isRouter }) => [address, mac, isRouter]),
      owner.vips.map((vip) => [vip.split("/")[0], owner.mac, owner.isRouter]),
    );
    const hasIpv6 = owner.vips.some((vip) => vip.includes(":"));
    assert.equal(reports.length, owner.hasReports && hasIpv6 ? 1 : 0);
  });
}
