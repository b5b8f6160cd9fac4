/** Stories that the observer tells, with a clock that is only a number. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { Observer } from "./observer.ts";
import type { Advert } from "./sighting.ts";
import { advertOf, carpOf, type Heard, lines, MS, play, SECOND, steady } from "./story.fixture.ts";

const A = advertOf();
const B = advertOf({ address: "192.0.2.2", priority: 100 });
const BYE = { priority: 0, isLeaving: true };
const FAST = 100 * MS;
const v2 = { version: 2, checksumForm: undefined } as const;

const STORIES: readonly (readonly [name: string, heard: Heard[], untilMs: number, expected: string[]])[] = [
  ["nothing of a lone Active that goes on", steady(A, 0, 60_000), 60_000, []],
  [
    "a resignation, with the time from the farewell",
    [...steady(A, 0, 3000), [2400, { ...A, ...BYE }], ...steady(B, 3010, 6000)],
    6000,
    ["3010 changed 192.0.2.1 -> 192.0.2.2 resign 610"],
  ],
  [
    "silence of the old Active, with the time from its last advert",
    [...steady(A, 0, 3000), ...steady(B, 5609, 9000)],
    9000,
    ["5609 changed 192.0.2.1 -> 192.0.2.2 silent 3609"],
  ],
  [
    "a take-over of the lowest priority and nobody's silence before it",
    [...steady(A, 0, 1000), ...steady({ ...B, priority: 1 }, 3996, 6000)],
    6000,
    ["3996 changed 192.0.2.1 -> 192.0.2.2 silent 3996"],
  ],
  [
    "a Backup that misses two adverts only (--down-count 2), as soon as it is sure",
    [...steady(A, 0, 1000), ...steady(B, 2100, 6000)],
    6000,
    ["3100 changed 192.0.2.1 -> 192.0.2.2 silent 2100"],
  ],
  [
    "one that spoke before the old one could be missed, when that falls silent",
    [...steady(A, 0, 3000), ...steady(B, 2610, 9000)],
    9000,
    ["5610 changed 192.0.2.1 -> 192.0.2.2 early 610"],
  ],
  [
    "a higher priority",
    [...steady(B, 0, 3000), ...steady(A, 2850, 6000)],
    6000,
    ["2850 changed 192.0.2.2 -> 192.0.2.1 higher_priority 850"],
  ],
  [
    "a higher address of the same priority",
    [...steady(A, 0, 3000), ...steady({ ...B, priority: 150 }, 2850, 6000)],
    6000,
    ["2850 changed 192.0.2.1 -> 192.0.2.2 higher_address 850"],
  ],
  [
    "no conflict in one advert of the loser that crosses",
    [...steady(B, 0, 4000), ...steady(A, 2999, 9000)],
    9000,
    ["2999 changed 192.0.2.2 -> 192.0.2.1 higher_priority 999"],
  ],
  [
    "no conflict in a Backup that speaks up once and is answered",
    [...steady(A, 0, 9000), [3500, B]],
    9000,
    [],
  ],
  [
    "no conflict in one advert that goes to three unicast peers",
    [...steady(A, 0, 9000), [3500, B], [3500, B], [3501, B]],
    9000,
    [],
  ],
  [
    "an Active that is held up, and one that loses an advert: once in ten seconds",
    [...steady(A, 0, 3000), ...steady(A, 5300, 9000), ...steady(A, 10_300, 12_000)],
    12_000,
    ["5300 late 3300"],
  ],
  [
    "nothing late in a lone advert that is a little so",
    [...steady(A, 0, 3000), ...steady(A, 3600, 6000)],
    6000,
    [],
  ],
  ["silence, once, when the last Backup must have noticed", steady(A, 0, 3000), 60_000, ["6260 silent 4260"]],
  [
    "silence of version 2, whose skew is up to a second whatever the interval",
    steady(advertOf({ ...v2, intervalUs: 10 * SECOND }), 0, 10_000),
    60_000,
    ["33510 silent 33510"],
  ],
  [
    "silence after a farewell that nobody follows",
    [...steady(A, 0, 1000), [500, { ...A, ...BYE }]],
    60_000,
    ["4760 silent 4260"],
  ],
  [
    "the return of the only one, with the time without it",
    [...steady(A, 0, 1000), ...steady(A, 20_000, 22_000)],
    22_000,
    ["4260 silent 4260", "20000 changed 192.0.2.1 -> 192.0.2.1 silent 20000"],
  ],
  [
    "a take-over that comes after the silence was told",
    [...steady(A, 0, 1000), ...steady(B, 20_000, 22_000)],
    22_000,
    ["4260 silent 4260", "20000 changed 192.0.2.1 -> 192.0.2.2 silent 20000"],
  ],
  [
    "CARP: silence of the master, longer than VRRP's",
    [...steady(carpOf(), 0, 1000), ...steady(carpOf({ address: "192.0.2.2" }, 1, 100), 4665, 6000)],
    6000,
    ["4665 changed 192.0.2.1 -> 192.0.2.2 silent 4665"],
  ],
  [
    "CARP: a shorter interval wins",
    [...steady(carpOf({ address: "192.0.2.2" }, 1, 100), 0, 3000), ...steady(carpOf(), 3000, 6000)],
    6000,
    ["3000 changed 192.0.2.2 -> 192.0.2.1 higher_priority 218.75"],
  ],
  [
    "CARP: OpenBSD's farewell",
    [
      ...steady(carpOf(), 0, 2000),
      [1500, carpOf({ isLeaving: true }, 255, 255)],
      ...steady(carpOf({ address: "192.0.2.2" }, 1, 100), 2500, 4000),
    ],
    4000,
    ["2500 changed 192.0.2.1 -> 192.0.2.2 resign 1000"],
  ],
];
for (const [name, heard, untilMs, expected] of STORIES) {
  test(`Observer tells ${name}`, () => assert.deepEqual(lines(play(heard, untilMs)), expected));
}

test("Observer names two Actives at the second advert of the loser, and who is deaf at the fourth", () => {
  const told = play([...steady(A, 0, 30_000), ...steady(B, 5500, 30_000)], 30_000);
  assert.deepEqual(lines(told), [
    "6500 conflict two_active 192.0.2.2+192.0.2.1 x1",
    "8500 conflict one_way 192.0.2.2+192.0.2.1 x1",
    "16500 conflict two_active 192.0.2.2+192.0.2.1 x10",
    "18500 conflict one_way 192.0.2.2+192.0.2.1 x10",
    "26500 conflict two_active 192.0.2.2+192.0.2.1 x10",
    "28500 conflict one_way 192.0.2.2+192.0.2.1 x10",
  ]);
  const details = told.flatMap(({ body }) => (body.type === "vrrp.conflict" ? [body.detail] : []));
  assert.deepEqual(details.slice(0, 2), [
    "192.0.2.1 (priority 150) and 192.0.2.2 (priority 100) both advertise",
    "192.0.2.2 (priority 100) goes on beside 192.0.2.1 (priority 150): it does not hear it",
  ]);
});

test("Observer tells the end of a conflict: a farewell at once, silence when it is one", () => {
  const fight = [...steady(A, 0, 20_000), ...steady(B, 5500, 9000)];
  const byFarewell = play([...fight, [9000, { ...B, ...BYE }]], 20_000);
  assert.equal(lines(byFarewell).at(-1), "9000 healed 192.0.2.1");
  assert.equal(lines(play(fight, 20_000)).at(-1), "12760 healed 192.0.2.1");
  const loserStays = play([...steady(A, 0, 10_000), ...steady(B, 5500, 20_000)], 20_000);
  assert.deepEqual(lines(loserStays).slice(-4), [
    "12500 changed 192.0.2.1 -> 192.0.2.2 silent 500",
    "13260 conflict two_active 192.0.2.2+192.0.2.1 x3",
    "13260 conflict one_way 192.0.2.2+192.0.2.1 x1",
    "13260 healed 192.0.2.2",
  ]);
});

test("Observer tells silence, and no healing, when both Actives of a conflict stop", () => {
  const told = play([...steady(A, 0, 9000), ...steady(B, 5500, 9000)], 60_000);
  assert.equal(lines(told).at(-1), "12760 silent 4260");
  assert.equal(lines(told).filter((line) => line.includes("healed")).length, 0);
});

test("Observer sees two Actives that refuse each other and speak in turns", () => {
  // As keepalived 2.2.7 does it: whoever hears a bad advert waits a full interval again.
  const turns: Heard[] = [0, 1000, 5000, 6000, 9500, 13_000].map((atMs) => [atMs, A]);
  const between: Heard[] = [3000, 4000, 8000, 11_500].map((atMs) => [atMs, B]);
  assert.deepEqual(lines(play([...turns, ...between], 14_000)), [
    "4000 changed 192.0.2.1 -> 192.0.2.2 silent 2000",
    "5000 changed 192.0.2.2 -> 192.0.2.1 higher_priority 1000",
    "8000 conflict two_active 192.0.2.2+192.0.2.1 x1",
  ]);
});

const SECRET = "115,51,99,114,51,116,0,0";
const six = { family: 6, checksumForm: undefined, vips: ["fe80::100", "2001:db8::100"] } as const;

const DIFFERENCES: readonly (readonly [
  cause: string,
  of: Partial<Advert>,
  other: Partial<Advert>,
  detail: string,
])[] = [
  ["version_mismatch", v2, {}, "192.0.2.2: version 3, 192.0.2.1: version 2"],
  [
    "auth_mismatch",
    v2,
    { ...v2, authType: 1, secret: SECRET },
    "192.0.2.2: simple password, 192.0.2.1: no authentication",
  ],
  [
    "auth_mismatch",
    { ...v2, authType: 1, secret: SECRET },
    { ...v2, authType: 1, secret: "0,0,0,0,0,0,0,0" },
    "192.0.2.2 and 192.0.2.1 have different passwords",
  ],
  ["interval_mismatch", {}, { intervalUs: FAST }, "192.0.2.2: every 100 ms, 192.0.2.1: every 1000 ms"],
  [
    "vip_mismatch",
    {},
    { vips: ["192.0.2.100", "192.0.2.101"] },
    "192.0.2.2: 192.0.2.100 192.0.2.101, 192.0.2.1: 192.0.2.100",
  ],
  ["vrid_clash", {}, { vips: ["192.0.2.101"] }, "192.0.2.2: 192.0.2.101, 192.0.2.1: 192.0.2.100"],
  [
    "checksum_form",
    {},
    { checksumForm: "rfc9568" },
    "192.0.2.2: checksum of the message alone (RFC 9568), 192.0.2.1: checksum with a pseudo-header (keepalived, FRR)",
  ],
  [
    "wrong_mac",
    {},
    { mac: "02:00:00:00:00:0b" },
    "192.0.2.2: from 02:00:00:00:00:0b, 192.0.2.1: from 00:00:5e:00:01:33",
  ],
  ["vip_mismatch", six, { ...six, vips: ["fe80::101", "2001:db8::100"] }, ""],
  ["vrid_clash", six, { ...six, vips: ["fe80::100", "2001:db8::101"] }, ""],
  ["vip_mismatch", { ...six, vips: ["fe80::100"] }, { ...six, vips: ["fe80::101"] }, ""],
];
for (const [cause, of, other, detail] of DIFFERENCES) {
  test(`Observer names ${cause} with both sides: ${detail || JSON.stringify(other.vips)}`, () => {
    const first = advertOf(of);
    const second = advertOf({ address: "192.0.2.2", priority: 100, ...other });
    const told = play([
      [0, first],
      [500, second],
    ]);
    const found = told.flatMap(({ body }) => (body.type === "vrrp.conflict" ? [body] : []));
    assert.deepEqual(
      found.map(({ cause: name, peers, count }) => [name, peers, count]),
      [[cause, ["192.0.2.2", "192.0.2.1"], 1]],
    );
    if (detail !== "") assert.equal(found[0]!.detail, detail);
    assert.ok(!JSON.stringify(told).includes(SECRET), "a password is never told");
  });
}

test("Observer takes a list in another order for the same", () => {
  const vips = ["192.0.2.100", "192.0.2.101"];
  const told = play([
    [0, advertOf({ vips })],
    [500, { ...B, vips: [...vips].reverse() }],
  ]);
  assert.deepEqual(lines(told), []);
});

test("Observer compares the new Active with one that has left before", () => {
  const told = play([
    [0, A],
    [500, { ...A, ...BYE }],
    [1100, { ...B, vips: ["192.0.2.9"] }],
  ]);
  assert.deepEqual(lines(told), [
    "1100 changed 192.0.2.1 -> 192.0.2.2 resign 600",
    "1100 conflict vrid_clash 192.0.2.2+192.0.2.1 x1",
  ]);
});

const MACS: readonly (readonly [name: string, adverts: Advert[], detail: string | undefined])[] = [
  ["the right virtual MAC", [A], undefined],
  ["a NIC's own MAC, if all use theirs", [advertOf({ mac: "02:00:00:00:00:0a" })], undefined],
  [
    "the virtual MAC of another VRID",
    [advertOf({ mac: "00:00:5e:00:01:34" })],
    "192.0.2.1: from 00:00:5e:00:01:34, the virtual MAC of VRID 52 over IPv4, needs 00:00:5e:00:01:33",
  ],
  [
    "the virtual MAC of the other family",
    [advertOf({ ...six, mac: "00:00:5e:00:01:33" })],
    "192.0.2.1: from 00:00:5e:00:01:33, the virtual MAC of VRID 51 over IPv4, needs 00:00:5e:00:02:33",
  ],
  [
    "CARP over IPv6, which uses the block of IPv4",
    [carpOf({ family: 6, mac: "00:00:5e:00:01:33" })],
    undefined,
  ],
  [
    "one address that speaks from two NICs in turn",
    ["a", "b", "a"].map((last) => advertOf({ mac: `02:00:00:00:00:0${last}` })),
    "192.0.2.1: from 02:00:00:00:00:0b and 02:00:00:00:00:0a in turn",
  ],
  [
    "a router that has got another NIC",
    ["a", "b", "b"].map((last) => advertOf({ mac: `02:00:00:00:00:0${last}` })),
    undefined,
  ],
];
for (const [name, adverts, detail] of MACS) {
  test(`Observer judges the MAC of ${name}`, () => {
    const told = play(adverts.map((advert, n) => [n * 1000, advert]));
    const found = told.flatMap(({ body }) => (body.type === "vrrp.conflict" ? [body] : []));
    assert.deepEqual(
      found.map(({ cause, detail: said }) => [cause, said]),
      detail === undefined ? [] : [["wrong_mac", detail]],
    );
  });
}

test("Observer tells CARP and VRRP of one number apart, and that they clash", () => {
  const carp = carpOf({ address: "192.0.2.9", mac: "00:00:5e:00:01:33" });
  const told = play([
    [0, A],
    [500, carp],
    [1000, A],
    [1500, carp],
  ]);
  assert.deepEqual(lines(told, true), [
    "0 peer 192.0.2.1 150",
    "500 peer 192.0.2.9 -",
    "500 conflict vrid_clash 192.0.2.9+192.0.2.1 x1",
    "1000 conflict vrid_clash 192.0.2.1+192.0.2.9 x1",
  ]);
});

test("Observer keeps segments, families and numbers apart", () => {
  const others = [{ vlans: [100] }, { vlans: [100, 200] }, { ...six, address: "fe80::1" }, { vrid: 52 }];
  const told = play([A, ...others.map(advertOf)].map((advert, n) => [n, advert]));
  assert.deepEqual(
    told.map(({ body }) => (body as RecordOf<"vrrp.peer">).instance),
    ["eth0/4/51", "eth0.100/4/51", "eth0.100.200/4/51", "eth0/6/51", "eth0/4/52"],
  );
});

test("Observer counts what is not asked for, and tells nothing of it", () => {
  const observer = new Observer({ vrid: 51, family: 4 });
  const told = play(
    [
      [0, A],
      [1, advertOf({ vrid: 52 })],
      [2, advertOf(six)],
    ],
    undefined,
    observer,
  );
  assert.deepEqual(lines(told, true), ["0 peer 192.0.2.1 150"]);
  assert.equal(observer.counters()["other_vrid"], 2);
});
