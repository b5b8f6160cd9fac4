import assert from "node:assert/strict";
import test from "node:test";
import { type Owner, TargetBook } from "./target-book.ts";

const OWNER: Owner = {
  mac: "00:00:5e:00:01:33",
  vips: ["192.0.2.1/32", "2001:db8::1/128"],
  isRouter: false,
  hasReports: true,
};

test("TargetBook keeps what was encoded ahead, for the same owner", () => {
  const book = new TargetBook();
  book.prepare("eth0/4/51", OWNER);
  const { targets: ahead, reports } = book.of("eth0/4/51", { ...OWNER, vips: [...OWNER.vips] });
  const frames = ahead.map((target) => target.frame(target.kind("request")));
  const later = book.of("eth0/4/51", OWNER).targets.map((target) => target.frame(target.kind("request")));
  assert.deepEqual(
    ahead.map(({ address }) => address),
    ["192.0.2.1", "2001:db8::1"],
  );
  assert.equal(reports.length, 1);
  assert.equal(book.of("eth0/4/51", OWNER).reports, reports);
  for (const [n, frame] of frames.entries()) assert.equal(later[n], frame, "the same octets, not made again");
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
    const { targets, reports } = book.of("eth0/4/51", owner);
    assert.deepEqual(
      targets.map(({ address, mac, isRouter }) => [address, mac, isRouter]),
      owner.vips.map((vip) => [vip.split("/")[0], owner.mac, owner.isRouter]),
    );
    const hasIpv6 = owner.vips.some((vip) => vip.includes(":"));
    assert.equal(reports.length, owner.hasReports && hasIpv6 ? 1 : 0);
  });
}
