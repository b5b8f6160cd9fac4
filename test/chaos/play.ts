/**
 * Plays a script in the lab, and tells what was seen.
 *
 * @module
 */
import { monotonicUs, realtimeNs } from "@viptools/kernel";
import { Client } from "../lab/client.ts";
import { type Dump, differingLines, dumpHost } from "../lab/dump.ts";
import { kindsOf, vipOf } from "../lab/form.ts";
import { Network } from "../lab/network.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import { patienceMs } from "../lab/stage.ts";
import { StallWatch } from "../lab/stalls.ts";
import { Taps } from "../lab/taps.ts";
import { dealing } from "./deal.ts";
import { Member } from "./member.ts";
import type { Dealt, Observed } from "./observed.ts";
import { type Blow, RECOVERY_MS, type Script } from "./script.ts";

const CLIENT = "z";
const EVERYBODY_EVERY_MS = 20;

/** @param look is given the lab's folder of captures and logs, before it is removed. */
export async function play<T>(script: Script, look: (observed: Observed, folder: string) => T): Promise<T> {
  const network = new Network([...script.makes.keys(), CLIENT]);
  let result: T;
  try {
    await network.settle();
    result = look(await playOn(network, script), network.folder);
  } finally {
    await network.remove(true);
  }
  return result;
}

async function playOn(network: Network, script: Script): Promise<Observed> {
  const members = [...script.makes.keys()].map((host, rank) => new Member(network, script, host, rank));
  const before = new Map(ours(script).map((host): [string, Dump] => [host, dumpHost(network, host)]));
  await Promise.all(members.map((member) => member.start()));
  await untilSettled(network, script, members);
  const stalls = new StallWatch();
  const taps = new Taps(network);
  await taps.open(members.map(({ host }) => host));
  const { ping, neighbour } = kindsOf(script.form);
  const client = new Client(network, CLIENT, ping, vipOf(script.form));
  // Who is asked as everybody answers if it can: only so is a second voice heard.
  const asker = new Client(network, CLIENT, neighbour, vipOf(script.form), EVERYBODY_EVERY_MS);
  await sleep(1000);
  const startUs = monotonicUs();
  const dealt = (
    await Promise.all(members.map((member) => dealAll(network, script, member, startUs)))
  ).flat();
  await sleep(RECOVERY_MS + 8 * script.advertMs);
  const activeAtEnd = members.filter((member) => member.isActive()).map(({ host }) => host);
  const isServedAtEnd = isServed(network, script);
  const endUs = monotonicUs();
  const story = await client.stop();
  await asker.stop();
  const frames = onMonotonicClock(await taps.close());
  stalls.stop();
  const stallMs = await stalls.longestMs();
  for (const member of members) await member.stop();
  const leftOver = new Map(
    [...before].map(([host, dump]) => [host, differingLines(dump, dumpHost(network, host))] as const),
  );
  const told = members.filter(({ host }) => script.makes.get(host) === "viptools");
  return {
    script,
    startUs,
    endUs,
    dealt,
    frames,
    story,
    records: new Map(told.map((member) => [member.host, member.records()])),
    errors: new Map(told.map((member) => [member.host, member.errors()])),
    isServedAtEnd,
    activeAtEnd,
    leftOver,
    stallMs,
  };
}

function ours({ makes }: Script): string[] {
  return [...makes].filter(([, make]) => make === "viptools").map(([host]) => host);
}

/** The first is Active, nobody else is, and the client is served. */
async function untilSettled(network: Network, script: Script, members: readonly Member[]): Promise<void> {
  await waitFor("the first to be Active alone", patienceMs(script.advertMs) + 10_000, () =>
    members.every((member, n) => member.isActive() === (n === 0)) ? true : undefined,
  );
  await waitFor(
    "the client to be served",
    patienceMs(script.advertMs),
    () => isServed(network, script) || undefined,
  );
}

function isServed(network: Network, { form }: Script): boolean {
  return network.run(CLIENT, ["ping", "-c", "1", "-W", "1", vipOf(form)]).code === 0;
}

/** One after the other: who has not come to itself is not struck again. */
async function dealAll(network: Network, script: Script, member: Member, startUs: number): Promise<Dealt[]> {
  const dealt: Dealt[] = [];
  for (const blow of script.blows.filter(({ host }) => host === member.host)) {
    await sleep(blow.atMs - (monotonicUs() - startUs) / 1000);
    dealt.push(await deal(network, script, member, blow));
  }
  return dealt;
}

async function deal(network: Network, script: Script, member: Member, blow: Blow): Promise<Dealt> {
  const { strike, undo } = dealing(network, script, member, blow.kind);
  const fromUs = monotonicUs();
  await strike();
  await sleep(blow.lastsMs - (monotonicUs() - fromUs) / 1000);
  const toUs = monotonicUs();
  await undo();
  return { blow, fromUs, toUs, wellUs: monotonicUs() };
}

/** Captures are stamped with the time of day. */
function onMonotonicClock<T extends { readonly atUs: number }>(frames: readonly T[]): T[] {
  const offsetUs = Number(realtimeNs() / 1000n) - monotonicUs();
  return frames.map((frame) => ({ ...frame, atUs: frame.atUs - offsetUs }));
}
