/** The judges themselves: what was planted is found, and nothing else. */
import assert from "node:assert/strict";
import test from "node:test";
import type { KnownRecord } from "@viptools/records";
import type { PortFrame } from "../lab/taps.ts";
import { judge } from "./judge.ts";
import type { Dealt, Observed } from "./observed.ts";
import { type Blow, type Script, scriptOf } from "./script.ts";

const S = 1_000_000;
const ADVERT_MS = 100;

function lease(atUs: number, more: object = {}): KnownRecord {
  const head = {
    v: 1,
    tool: "vrrp-elect",
    host: "t",
    pid: 1,
    ts: "",
    seq: 1,
    mono_ns: `${Math.round(atUs)}000`,
  };
  const body = { type: "vrrp.lease", instances: ["eth0/4/51"], epoch: [1], valid_ms: 250, boot_id: "" };
  return { ...head, ...body, ...more } as unknown as KnownRecord;
}

function advert(host: string, atUs: number, priority = 100): PortFrame {
  return { host, atUs, source: "00:00:5e:00:01:33", kind: "advert", priority, isVoice: true };
}

function reply(host: string, atUs: number): PortFrame {
  return { host, atUs, source: "00:00:5e:00:01:33", kind: "arp_reply", priority: undefined, isVoice: true };
}

/** Times of adverts, from and up to. */
function beats(fromUs: number, toUs: number): number[] {
  const times = [];
  for (let atUs = fromUs; atUs < toUs; atUs += ADVERT_MS * 1000) times.push(atUs);
  return times;
}

const KILLED: Blow = { kind: "kill all", host: "a", atMs: 2000, lastsMs: 4000 };
const SCRIPT: Script = {
  seed: 1,
  advertMs: ADVERT_MS,
  form: { mode: "macvlan", standby: "absent", family: 4 },
  makes: new Map([
    ["a", "viptools"],
    ["b", "viptools"],
  ]),
  blows: [KILLED],
};
const dealtOf = (blow: Blow, wellUs = (blow.atMs + blow.lastsMs) * 1000): Dealt => ({
  blow,
  fromUs: blow.atMs * 1000,
  toUs: (blow.atMs + blow.lastsMs) * 1000,
  wellUs,
});
/** a speaks until it is killed at 2 s, b from 2.35 s until a is back at 8 s. */
const OF_A = [...beats(-S, 2 * S), ...beats(8 * S, 12 * S)];
const OF_B = beats(2.35 * S, 8 * S);
const BACKUP = { type: "vrrp.state", state: "backup" };
const GOOD: Observed = {
  script: SCRIPT,
  startUs: 0,
  endUs: 12 * S,
  dealt: [dealtOf(KILLED)],
  frames: [...OF_A.map((at) => advert("a", at)), ...OF_B.map((at) => advert("b", at))].sort(
    (x, y) => x.atUs - y.atUs,
  ),
  story: {
    asked: 6500,
    startUs: -S,
    endUs: 12 * S,
    lost: 180,
    outages: [{ startUs: 2 * S, outageMs: 360, lost: 180 }],
    isAway: false,
  },
  records: new Map([
    ["a", OF_A.map((at) => lease(at))],
    ["b", [...OF_B.map((at) => lease(at)), lease(8 * S, BACKUP)]],
  ]),
  errors: new Map([
    ["a", ""],
    ["b", ""],
  ]),
  isServedAtEnd: true,
  activeAtEnd: ["a"],
  leftOver: new Map([["a", []]]),
  stallMs: 1,
};

const outage = (startUs: number, outageMs: number): Observed["story"] => ({
  ...GOOD.story,
  outages: [{ startUs, outageMs, lost: outageMs / 2 }],
});
const stop = (atMs: number): Dealt => dealtOf({ kind: "stop", host: "b", atMs, lastsMs: 500 });
const withFrames = (...more: PortFrame[]): PortFrame[] =>
  [...GOOD.frames, ...more].sort((x, y) => x.atUs - y.atUs);

/** a has just become Active, and what it wrote of that did not come into the log. */
function onlyAdvertAt(atUs: number): Partial<Observed> {
  const frames = GOOD.frames.filter((frame) => frame.host !== "a" || frame.atUs > 8 * S);
  const records = OF_A.filter((at) => at > 8 * S).map((at) => lease(at));
  return {
    frames: [advert("a", atUs), ...frames],
    records: new Map([...GOOD.records, ["a", [lease(atUs, { settling: true }), ...records]]]),
  };
}

/** What is planted, and which property has to be named; none: it must be borne. */
const ROWS: readonly (readonly [name: string, change: Partial<Observed>, found: readonly string[]])[] = [
  ["nothing", {}, []],
  ["S2 a Backup answers", { frames: withFrames(reply("b", S)) }, ["S2"]],
  ["S2 a Backup advertises", { frames: withFrames(advert("b", S)) }, ["S2"]],
  ["a Backup says goodbye", { frames: withFrames(advert("b", S, 0)) }, []],
  [
    "S1 the lease of a killed Active has run out, and it answers",
    { frames: withFrames(reply("a", 4 * S)) },
    ["S2"],
  ],
  ["a killed Active answers while its lease may run", { frames: withFrames(reply("a", 2.2 * S)) }, []],
  ["a lease was on its way when the tools were killed", onlyAdvertAt(1.99 * S), []],
  ["S2 a router without a lease advertises, and is killed later", onlyAdvertAt(1.9 * S), ["S2"]],
  [
    "S1 both have permission",
    { records: new Map([...GOOD.records, ["a", beats(-S, 12 * S).map((at) => lease(at))]]) },
    ["S1"],
  ],
  [
    "both have permission, and one is cut off",
    {
      records: new Map([...GOOD.records, ["a", beats(-S, 12 * S).map((at) => lease(at))]]),
      dealt: [dealtOf({ ...KILLED, kind: "silent loss", lastsMs: 6000 })],
    },
    [],
  ],
  [
    "both have permission, and the port of one takes time to come back",
    {
      records: new Map([...GOOD.records, ["a", beats(-S, 12 * S).map((at) => lease(at))]]),
      dealt: [dealtOf({ ...KILLED, kind: "silent loss", lastsMs: 5700 }, 8 * S)],
    },
    [],
  ],
  ["S9 nobody answers while nothing happens", { story: outage(10 * S, 400) }, ["S9"]],
  ["S9 a take-over takes too long", { story: outage(2 * S, 1500) }, ["S9"]],
  ["a take-over takes the skew of the last in rank, too", { story: outage(2 * S, 815) }, []],
  ["S9 nobody answers in the end", { isServedAtEnd: false }, ["S9"]],
  [
    "nobody answers while nobody is well",
    { dealt: [...GOOD.dealt, dealtOf({ ...KILLED, host: "b" })], story: outage(2 * S, 4000) },
    [],
  ],
  ["S7 a planned stop loses", { dealt: [stop(3000)], story: outage(3.1 * S, 40) }, ["S7"]],
  [
    "a planned stop beside a kill loses",
    { dealt: [...GOOD.dealt, stop(3000)], story: outage(3.1 * S, 40) },
    [],
  ],
  [
    "S5 an advert is missing",
    { frames: GOOD.frames.filter(({ atUs }) => atUs < 5 * S || atUs > 5.4 * S) },
    ["S5"],
  ],
  ["S3 something is left over", { leftOver: new Map([["a", ["links + vrrp4-2-51"]]]) }, ["S3"]],
  ["S8 a tool fails", { errors: new Map([["a", "x: this is a bug of ours, please report it"]]) }, ["S8"]],
  ["two are Active in the end", { activeAtEnd: ["a", "b"] }, ["one Active"]],
  ["the wrong one is Active in the end", { activeAtEnd: ["b"] }, ["one Active"]],
  [
    "the first has resigned, and another is Active in the end",
    {
      activeAtEnd: ["b"],
      dealt: [...GOOD.dealt, dealtOf({ kind: "resign", host: "a", atMs: 9000, lastsMs: 100 })],
    },
    [],
  ],
];
for (const [name, change, found] of ROWS)
  test(`judge: ${name}`, () => {
    const violations = judge({ ...GOOD, ...change });
    assert.deepEqual(
      violations.map(({ property }) => property),
      found,
      violations.map(({ sentence }) => sentence).join("; "),
    );
  });

test("scriptOf() repeats, and never strikes a host that has not come to itself", () => {
  const limits = { routersMax: 5, blowsMax: 7, advertMinMs: 10, advertMaxMs: 1000 };
  for (let seed = 0; seed < 500; seed++) {
    const script = scriptOf(seed, limits);
    assert.deepEqual(scriptOf(seed, limits), script);
    for (const host of script.makes.keys()) {
      const own = script.blows.filter((blow) => blow.host === host);
      own.slice(1).forEach((blow, n) => {
        assert.ok(blow.atMs >= own[n]!.atMs + own[n]!.lastsMs, `seed ${seed}`);
      });
    }
    const theirs = script.blows.filter(({ host }) => script.makes.get(host) === "keepalived");
    for (const { kind } of theirs) assert.match(kind, /^(stop|link loss|silent loss)$/);
  }
});
