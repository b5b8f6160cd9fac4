/**
 * What the routers did around each outage, in order: the picture in words. Pure.
 *
 * @module
 */
import type { ClientLane, OutageSpan, OutageStory, RouterLane, StoryEvent } from "./picture.ts";

const STORIES_MAX = 8;
const EVENTS_MAX = 40;
/** Causes come before what is felt, and announcements may come after. */
const AROUND_MS = 200;

/** @returns the longest outages, the longest one first. */
export function storiesOf(clients: readonly ClientLane[], routers: readonly RouterLane[]): OutageStory[] {
  const events = routers.flatMap(eventsOf);
  return clients
    .flatMap((client) => client.outages.map((outage) => ({ client: client.label, outage })))
    .toSorted((one, other) => lengthOf(other.outage) - lengthOf(one.outage))
    .slice(0, STORIES_MAX)
    .map(({ client, outage }) => storyOf(client, outage, events));
}

interface TimedEvent {
  readonly atMs: number;
  readonly lane: string;
  readonly what: string;
}

function storyOf(client: string, outage: OutageSpan, all: readonly TimedEvent[]): OutageStory {
  // What stands at 0 began before the picture.
  const around = all.filter(
    ({ atMs }) => atMs > 0 && atMs >= outage.fromMs - AROUND_MS && atMs <= outage.toMs + AROUND_MS,
  );
  const felt = [
    { atMs: outage.fromMs, lane: client, what: `first lost ask${at(outage.macBefore)}` },
    ...(outage.isOver
      ? [{ atMs: outage.toMs, lane: client, what: `first answered ask${at(outage.macAfter)}` }]
      : []),
  ];
  const events: StoryEvent[] = [...felt, ...around]
    .toSorted((one, other) => one.atMs - other.atMs)
    .map(({ atMs, lane, what }) => ({ afterMs: atMs - outage.fromMs, lane, what }));
  return {
    client,
    outage,
    events: events.slice(0, EVENTS_MAX),
    leftOut: Math.max(0, events.length - EVENTS_MAX),
  };
}

function eventsOf({ label: lane, states, owned, announced }: RouterLane): TimedEvent[] {
  return [
    ...states.map(({ fromMs, state, reason }) => ({ atMs: fromMs, lane, what: `${state} (${reason})` })),
    ...owned.map(({ fromMs, mac }) => ({ atMs: fromMs, lane, what: `owns the address, with ${mac}` })),
    ...owned.flatMap(({ toMs, end }) =>
      end === undefined
        ? []
        : [{ atMs: toMs, lane, what: end === "down" ? "has released the address" : "muted by the kernel" }],
    ),
    ...announced.map(({ fromMs, frames }) => ({
      atMs: fromMs,
      lane,
      what: frames === 1 ? "announces the address" : `announces the address, ${frames} frames`,
    })),
  ];
}

function lengthOf({ fromMs, toMs }: OutageSpan): number {
  return toMs - fromMs;
}

function at(mac: string | undefined): string {
  return mac === undefined ? "" : `; answered by ${mac}`;
}
