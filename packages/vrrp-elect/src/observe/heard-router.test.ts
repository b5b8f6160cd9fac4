/** What is told of a router: when it is first heard, and whenever something of it changes. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import type { Advert } from "./sighting.ts";
import { advertOf, carpOf, type Heard, play } from "./story.fixture.ts";

function peers(heard: readonly Heard[], untilMs?: number): RecordOf<"vrrp.peer">[] {
  return play(heard, untilMs).flatMap(({ body }) =>
    body.type === "vrrp.peer" ? [body as RecordOf<"vrrp.peer">] : [],
  );
}

test("vrrp.peer tells all of a router, once", () => {
  const told = peers([0, 1000, 2000].map((atMs) => [atMs, advertOf()]));
  assert.deepEqual(told, [
    {
      type: "vrrp.peer",
      instance: "eth0/4/51",
      address: "192.0.2.1",
      mac: "00:00:5e:00:01:33",
      priority: 150,
      version: 3,
      vips: ["192.0.2.100/32"],
      interval_ms: 1000,
      notes: ["checksum with a pseudo-header (keepalived, FRR)"],
    },
  ]);
});

const v2 = { version: 2, checksumForm: undefined } as const;
const CHANGES: readonly (readonly [
  what: string,
  before: Partial<Advert>,
  after: Partial<Advert>,
  shown: object,
])[] = [
  ["priority", {}, { priority: 90 }, { priority: 90 }],
  ["MAC", {}, { mac: "00:00:5e:00:00:51" }, { mac: "00:00:5e:00:00:51" }],
  ["version", v2, { authType: 0 }, { version: 3 }],
  ["VIPs", {}, { vips: ["192.0.2.7"] }, { vips: ["192.0.2.7/32"] }],
  ["interval", {}, { intervalUs: 500_000 }, { interval_ms: 500 }],
  ["checksum form", {}, { checksumForm: "rfc9568" }, { notes: ["checksum of the message alone (RFC 9568)"] }],
  ["authentication", v2, { ...v2, authType: 1, secret: "1" }, { notes: ["simple password"] }],
  ["authentication", v2, { ...v2, authType: 9 }, { notes: ["authentication type 9"] }],
  ["trailer", v2, { ...v2, trailer: "keepalived-hmac" }, { notes: ["trailer: keepalived-hmac"] }],
  ["unicast", v2, { ...v2, isUnicast: true, ttl: 254 }, { notes: ["unicast, TTL 254"] }],
  ["NIC", v2, { ...v2, mac: "02:00:00:00:00:0a" }, { notes: ["from its NIC's own MAC"] }],
  [
    "destination",
    v2,
    { ...v2, destinationMac: "33:33:00:00:00:12" },
    { notes: ["to MAC 33:33:00:00:00:12, needs 01:00:5e:00:00:12"] },
  ],
];
for (const [what, before, after, shown] of CHANGES) {
  test(`vrrp.peer tells another ${what}: ${JSON.stringify(shown)}`, () => {
    const told = peers([
      [0, advertOf(before)],
      [1000, advertOf(after)],
      [2000, advertOf(after)],
    ]);
    assert.equal(told.length, 2);
    assert.deepEqual({ ...told[1], ...shown }, told[1]);
  });
}

test("vrrp.peer tells of CARP what it has instead of a priority", () => {
  const [told] = peers([[0, carpOf({ vlans: [100, 200] }, 1, 128)]]);
  assert.equal(told?.priority, undefined);
  assert.deepEqual(
    [told?.protocol, told?.interval_ms, told?.notes],
    ["carp", 1500, ["vhid 51", "advskew 128", "advbase 1 s", "VLAN 100 in 200"]],
  );
});

test("vrrp.peer does not take a farewell for another priority", () => {
  const bye = advertOf({ priority: 0, isLeaving: true });
  const told = peers([
    [0, advertOf()],
    [1500, bye],
    [3000, advertOf()],
  ]);
  assert.deepEqual(
    told.map(({ priority }) => priority),
    [150],
  );
  assert.deepEqual(
    peers([[0, bye]]).map(({ priority }) => priority),
    [0],
  );
});

test("vrrp.peer is told once a second at most, and the last word is not lost", () => {
  const flood: Heard[] = Array.from({ length: 990 }, (_, n) => [n, advertOf({ priority: 1 + (n % 200) })]);
  const told = peers(flood, 5000);
  assert.deepEqual(
    told.map(({ priority }) => priority),
    [1, 190],
  );
});
