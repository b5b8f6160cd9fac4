import assert from "node:assert/strict";
import test from "node:test";
import { patientTimes, quickTimes } from "./asking-times.ts";
import { Findings } from "./findings.ts";

const MS = 1000;
const S = 1000 * MS;
const nobody = { count: undefined, intervalUs: undefined, deadlineUs: Number.POSITIVE_INFINITY };

const forDeadline = Number.POSITIVE_INFINITY;

const TIMES: [string, Partial<Parameters<typeof quickTimes>[0]>, number[], number][] = [
  ["nothing said", {}, [0, 60, 120], 200],
  ["a count", { count: 1 }, [0], 200],
  ["an interval", { intervalUs: 1 * S }, [0, 1000, 2000], 200],
  ["a deadline", { deadlineUs: 3 * S }, [0, 1000, 2000], forDeadline],
  ["count and deadline, as scripts say it", { count: 2, deadlineUs: 3 * S }, [0, 1000], forDeadline],
  [
    "a deadline before the last question",
    { count: 5, intervalUs: 100 * MS, deadlineUs: 250 * MS },
    [0, 100, 200],
    forDeadline,
  ],
];
for (const [name, more, asks, listen] of TIMES) {
  test(`quickTimes() with ${name}`, () => {
    const { asksUs, listenUs } = quickTimes({ ...nobody, ...more });
    assert.deepEqual([asksUs.map((us) => us / MS), listenUs / MS], [asks, listen]);
  });
}

const PATIENT: [string, number, number[], number][] = [
  ["shortest", 0, [0, 1000, 2000], 2000],
  ["half", 0.5, [500, 2000, 3500], 2000],
];
for (const [name, random, asks, listen] of PATIENT) {
  test(`patientTimes() at its ${name}: three questions 1 s to 2 s apart, and 2 s to answer`, () => {
    const { asksUs, listenUs } = patientTimes(nobody, () => random);
    assert.deepEqual([asksUs.map((us) => us / MS), listenUs / MS], [asks, listen]);
  });
}

const MINE = "02:00:00:00:00:01";
const OTHER = "02:00:00:00:00:02";
const THIRD = "02:00:00:00:00:03";
const HOST = {
  nic: { name: "eth0" },
  interfaces: new Map([["192.0.2.9", "eth1"]]),
  macs: new Set([MINE]),
} as unknown as ConstructorParameters<typeof Findings>[1];

test("Findings: every MAC that answered, in the order of its first answer, with its quickest", () => {
  const findings = new Findings(["192.0.2.5", "2001:db8::5"], HOST);
  findings.noteAsked("192.0.2.5", 1000);
  assert.ok(findings.noteClaim({ ip: "192.0.2.5", owner: THIRD }, 1400));
  assert.ok(findings.noteClaim({ ip: "192.0.2.5", owner: OTHER }, 1500));
  findings.noteAsked("192.0.2.5", 61_000);
  assert.ok(findings.noteClaim({ ip: "192.0.2.5", owner: THIRD }, 61_300));
  assert.ok(findings.noteClaim({ ip: "192.0.2.5", owner: OTHER }, 61_700));
  assert.deepEqual(findings.bodies(), [
    {
      type: "garp.found",
      ip: "192.0.2.5",
      interface: "eth0",
      asked: 2,
      owners: [
        { mac: THIRD, answers: 2, rtt_us: 300 },
        { mac: OTHER, answers: 2, rtt_us: 500 },
      ],
    },
    { type: "garp.found", ip: "2001:db8::5", interface: "eth0", asked: 0, owners: [] },
  ]);
  assert.ok(findings.isAnyTaken);
  assert.equal(findings.unasked, 1);
});

test("Findings: a flood of invented owners is told by 64 of them, and each means that it is taken", () => {
  const findings = new Findings(["192.0.2.5"], HOST);
  findings.noteAsked("192.0.2.5", 0);
  const claim = (owner: string): boolean => findings.noteClaim({ ip: "192.0.2.5", owner }, 1);
  claim(OTHER);
  for (let n = 0; n < 100_000; n++) assert.ok(claim(`forged ${n}`));
  assert.ok(claim(OTHER));
  const { owners } = findings.bodies()[0]!;
  assert.equal(owners.length, 64);
  assert.deepEqual(owners[0], { mac: OTHER, answers: 2, rtt_us: 1 });
});

test("Findings: what was not asked, and what came before the question, is no answer", () => {
  const findings = new Findings(["192.0.2.5"], HOST);
  assert.equal(findings.noteClaim({ ip: "192.0.2.5", owner: OTHER }, 1), false);
  findings.noteAsked("192.0.2.5", 2);
  assert.equal(findings.noteClaim({ ip: "192.0.2.6", owner: OTHER }, 3), false);
  findings.takeBack("192.0.2.5");
  assert.equal(findings.noteClaim({ ip: "192.0.2.5", owner: OTHER }, 4), false);
  assert.equal(findings.isAnyTaken, false);
});

test("Findings: this host itself is nobody else, and is named", () => {
  const findings = new Findings(["192.0.2.9"], HOST);
  findings.noteAsked("192.0.2.9", 0);
  assert.equal(findings.noteClaim({ ip: "192.0.2.9", owner: MINE }, 10), false);
  assert.equal(findings.isAnyTaken, false);
  assert.deepEqual(findings.bodies(), [
    {
      type: "garp.found",
      ip: "192.0.2.9",
      interface: "eth0",
      asked: 1,
      own_interface: "eth1",
      owners: [{ mac: MINE, answers: 1, rtt_us: 10, is_own: true }],
    },
  ]);
});
