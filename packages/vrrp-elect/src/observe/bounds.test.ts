/** A forger's adverts fill neither the memory nor the output, and what is known stays known. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordBody } from "@viptools/records";
import { BAD_CAUSES } from "./message.ts";
import { Observer } from "./observer.ts";
import type { BadAdvert } from "./sighting.ts";
import { advertOf, type Heard, lineOf, lines, MS, play, SECOND, steady } from "./story.fixture.ts";

const LIMITS = { routers: 20, routersOfOne: 4, strangers: 3 };

function bad(observer: Observer, atUs: number, more: Partial<BadAdvert> = {}): RecordBody[] {
  const badAdvert: BadAdvert = {
    vlans: [],
    family: 4,
    vrid: 51,
    source: "192.0.2.66",
    cause: "ttl",
    detail: "TTL is 1, needs 255",
    ...more,
  };
  return observer.hear("eth0", { kind: "bad", bad: badAdvert }, atUs).map(({ body }) => body);
}

test("Observer holds no more routers than it may, counts the rest, and says so once", () => {
  const observer = new Observer({ limits: LIMITS });
  const forged: Heard[] = Array.from({ length: 1000 }, (_, n) => [
    n / 10,
    advertOf({ vrid: 1 + (n % 255), vlans: [1 + n], address: `10.0.${n >> 8}.${n & 255}` }),
  ]);
  const told = play(forged, undefined, observer);
  assert.equal(told.filter(({ body }) => body.type === "vrrp.peer").length, LIMITS.routers);
  assert.equal(told.filter(({ body }) => body.type === "tool.error").length, 1);
  const { routers, virtual_routers, untracked, adverts } = observer.counters();
  assert.deepEqual([routers, virtual_routers, untracked, adverts], [20, 20, 980, 1000]);
});

test("Observer goes on with whom it knows while a forger invents addresses for the same VRID", () => {
  const observer = new Observer({ limits: LIMITS });
  const forged: Heard[] = Array.from({ length: 200 }, (_, n) => [
    3000 + n,
    advertOf({ address: `10.0.0.${n}`, priority: 1, intervalUs: 10_000 }),
  ]);
  const told = play([...steady(advertOf(), 0, 9000), ...forged], 9000, observer);
  assert.deepEqual(
    lines(told).filter((line) => line.includes("silent") || line.includes("changed")),
    [],
  );
  assert.equal(observer.virtualRouters[0]!.size, LIMITS.routersOfOne);
  assert.equal(observer.virtualRouters[0]!.active?.address, "192.0.2.1");
});

test("Observer forgets who has been silent for a minute, and has room again", () => {
  const observer = new Observer({ limits: LIMITS });
  const forged: Heard[] = Array.from({ length: 30 }, (_, n) => [n, advertOf({ vrid: 100 + n })]);
  play(forged, 50, observer);
  assert.equal(observer.counters()["routers"], 20);
  observer.advance(120 * SECOND);
  assert.equal(observer.counters()["routers"], 0);
  assert.deepEqual(lines(play([[121_000, advertOf()]], undefined, observer), true), [
    "121000 peer 192.0.2.1 150",
  ]);
});

test("Observer makes room within one virtual router as well", () => {
  const observer = new Observer({ limits: LIMITS });
  const others: Heard[] = [2, 3, 4].map((n) => [n, advertOf({ address: `192.0.2.${n}`, priority: n })]);
  play([...others, ...steady(advertOf(), 10, 70_000)], undefined, observer);
  const told = play([[71_500, advertOf({ address: "192.0.2.9", priority: 9 })]], undefined, observer);
  assert.ok(lines(told, true).includes("71500 peer 192.0.2.9 9"), lines(told, true).join());
});

test("V3-7.1-n Observer counts bad adverts exactly by cause, and tells each cause seldom", () => {
  const observer = new Observer();
  play([[0, advertOf()]], undefined, observer);
  const told = BAD_CAUSES.flatMap((cause, n) =>
    Array.from({ length: 100 + n }, (_, i) => bad(observer, 1000 + i * MS, { cause })).flat(),
  );
  assert.deepEqual(
    told.map(lineOf),
    BAD_CAUSES.map((cause) => `rejected ${cause} 192.0.2.66 x1`),
  );
  BAD_CAUSES.forEach((cause, n) => {
    assert.equal(observer.counters()[`rejected_${cause}`], 100 + n, cause);
  });
  assert.deepEqual(
    observer.finish().map(lineOf),
    BAD_CAUSES.map((cause, n) => `rejected ${cause} 192.0.2.66 x${99 + n}`),
  );
});

test("Observer believes nothing of a bad advert", () => {
  const observer = new Observer();
  const told = play(steady(advertOf(), 0, 3000), undefined, observer);
  for (let atUs = 3 * SECOND; atUs < 20 * SECOND; atUs += 100 * MS) {
    told.push(...observer.advance(atUs));
    bad(observer, atUs, { source: "192.0.2.1" });
  }
  assert.deepEqual(
    lines(told).filter((line) => line.includes("silent")),
    ["6260 silent 4260"],
  );
});

test("Observer gathers the bad adverts of invented numbers in one place", () => {
  const observer = new Observer({ limits: LIMITS });
  const told = Array.from({ length: 250 }, (_, n) =>
    bad(observer, n, { vrid: 1 + n, vlans: [1 + n] }),
  ).flat();
  const instances = told.flatMap((body) => (body.type === "vrrp.rejected" ? [body.instance] : []));
  assert.deepEqual(instances, ["eth0.1/4/1", "eth0.2/4/2", "eth0.3/4/3", "eth0/4/0"]);
  const [last] = observer.finish().slice(-1);
  assert.ok(last?.type === "vrrp.rejected");
  assert.deepEqual([last.count, last.detail], [246, "VRID 250: TTL is 1, needs 255"]);
});

test("Observer counts packets that the capture has cut, and blames nobody", () => {
  const observer = new Observer();
  assert.deepEqual(observer.hear("eth0", { kind: "cut" }, 0), []);
  assert.equal(observer.cut, 1);
});
