/**
 * What befalls which host when: made from a seed, which repeats it. Pure.
 *
 * @module
 */
import { FORMS, type Form } from "../lab/form.ts";
import { PIPE_TOOLS } from "../lab/router.ts";
import { Random } from "../simulation/random.ts";

export type Make = "viptools" | "keepalived";

/** What can befall a host: what it is called, and whether it may befall a keepalived too. */
const KINDS = [
  { kind: "stop", isForAll: true },
  { kind: "link loss", isForAll: true },
  { kind: "silent loss", isForAll: true },
  { kind: "resign", isForAll: false },
  { kind: "flush", isForAll: false },
  { kind: "deletion", isForAll: false },
  ...[...PIPE_TOOLS, "all" as const].flatMap((tool) => [
    { kind: `kill ${tool}` as const, isForAll: false },
    { kind: `freeze ${tool}` as const, isForAll: false },
  ]),
] as const;
export type BlowKind = (typeof KINDS)[number]["kind"];

/** @param rank of a host, from 0 on. @returns its router's priority. */
export function priorityOf(rank: number): number {
  return 200 - 20 * rank;
}

export interface Blow {
  readonly kind: BlowKind;
  readonly host: string;
  /** From the beginning of the blows. */
  readonly atMs: number;
  /** Then it is undone: mended, thawed, started again. */
  readonly lastsMs: number;
}

export interface Script {
  readonly seed: number;
  readonly advertMs: number;
  readonly form: Form;
  /** By host, the one of the highest priority first. */
  readonly makes: ReadonlyMap<string, Make>;
  /** In the order of their times; never two on one host at once. */
  readonly blows: readonly Blow[];
  /** More for vmac-ctl follow. */
  readonly followArgs?: string;
}

export interface Limits {
  /** Of all hosts. */
  readonly routersMax: number;
  readonly blowsMax: number;
  /** None but the intervals from the one to the other are chosen. */
  readonly advertMinMs: number;
  readonly advertMaxMs: number;
}

const ADVERTS_MS = [10, 20, 50, 100, 100, 300, 1000];
/** More processes than two cores can run in time say nothing about short intervals. */
const CROWD = 3;
const CROWD_ADVERT_MIN_MS = 100;
const KEEPALIVED_PERMILLE = 250;
const HOSTS = ["a", "b", "c", "d", "e"];

/** @returns the same for the same seed and limits. */
export function scriptOf(seed: number, { routersMax, blowsMax, advertMinMs, advertMaxMs }: Limits): Script {
  const random = new Random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.below(list.length))]!;
  const hosts = HOSTS.slice(0, 2 + Math.floor(random.below(routersMax - 1)));
  const isCrowd = hosts.length > CROWD;
  const advertMs = pick(
    ADVERTS_MS.filter(
      (ms) => ms >= advertMinMs && ms <= advertMaxMs && (!isCrowd || ms >= CROWD_ADVERT_MIN_MS),
    ),
  );
  const form = pick(FORMS);
  // Beside keepalived, virtual MACs are those that both know.
  const isMixed = form.family === 4 && form.mode !== "address" && random.happens(KEEPALIVED_PERMILLE);
  const stranger = isMixed ? pick(hosts) : undefined;
  const makes = new Map(
    hosts.map((host): [string, Make] => [host, host === stranger ? "keepalived" : "viptools"]),
  );
  const count = 2 + Math.floor(random.below(blowsMax - 1));
  const times: Blow[] = [];
  let atMs = 0;
  for (let n = 0; n < count; n++) {
    const host = pick(hosts);
    const before = times.findLast((blow) => blow.host === host);
    // What was started again has to come to itself.
    const freeMs = before === undefined ? 0 : before.atMs + before.lastsMs + RECOVERY_MS + 3 * advertMs;
    atMs = Math.max(atMs, freeMs);
    const kind = pick(KINDS.filter(({ isForAll }) => isForAll || makes.get(host) === "viptools")).kind;
    times.push({ kind, host, atMs, lastsMs: Math.round(300 + random.below(8 * advertMs + 1500)) });
    atMs += Math.round(random.below(4 * advertMs + 1200));
  }
  return { seed, advertMs, form, makes, blows: times };
}

/** What a host needs to be itself again after it was started: processes have to start on a busy machine. */
export const RECOVERY_MS = 2500;

/** For people: one line. */
export function titleOf({ seed, advertMs, form, makes, blows }: Script): string {
  const all = [...makes.values()];
  const theirs = all.filter((make) => make === "keepalived").length;
  const who = theirs === 0 ? `${all.length} routers` : `${all.length} routers, one of them keepalived`;
  const how = `${form.mode} ${form.standby} IPv${form.family} at ${advertMs} ms`;
  return `seed ${seed}: ${who}, ${how}, ${blows.length} blows`;
}
