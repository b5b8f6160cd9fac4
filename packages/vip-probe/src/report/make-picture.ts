/**
 * From what the logs told to what the page draws: one clock, one beginning, only what belongs together. Pure.
 *
 * @module
 */
import { formatTimestamp } from "@viptools/records";
import type { Chronicle } from "./chronicle.ts";
import type { ClientHistory } from "./client-history.ts";
import { type ClockOffset, offsetTo } from "./clock-offset.ts";
import type { HostClock } from "./host-clock.ts";
import { labelsOf } from "./labels.ts";
import type { ClientLane, Picture, RouterLane } from "./picture.ts";
import type { RouterHistory } from "./router-history.ts";
import { storiesOf } from "./stories.ts";
import { TimeLine } from "./time-line.ts";
import { noteLeftOut, summaryWords, titleOf } from "./words.ts";

/** Around the probes' time, as a share of it. */
const MARGIN = 0.02;

/** @param notes what the logs' reading found. @returns undefined if there is nothing to draw. */
export function makePicture(chronicle: Chronicle, notes: readonly string[]): Picture | undefined {
  const { clients } = chronicle;
  const routers = relevantRouters(chronicle);
  const reference = (clients[0] ?? routers[0])?.clock;
  if (reference === undefined) return undefined;
  const offsets = offsetsOf(chronicle, reference, [...clients, ...routers]);
  const line = timeLineOf(clients, routers, offsets);
  const [clientLabels, routerLabels] = [labelsOf(clients), labelsOf(routers)];
  const clientLanes = clients.map((one, n) => clientLane(one, clientLabels[n]!, line));
  const routerLanes = routers.map((one, n) => routerLane(one, routerLabels[n]!, line));
  const beginsNs = BigInt(Math.round(line.fromUs + reference.wallAheadUs)) * 1000n;
  return {
    title: titleOf(clients),
    beginsAt: formatTimestamp(beginsNs),
    clockOf: reference.host,
    lengthMs: line.lengthMs,
    routers: routerLanes,
    clients: clientLanes,
    stories: storiesOf(clientLanes, routerLanes),
    clocks: [...new Set([...offsets.values()].map(({ words }) => words))],
    notes: [...notes, ...noteLeftOut(chronicle, routers.length)],
  };
}

/** Those that have an address which was asked for; all of them where none has. */
function relevantRouters({ routers, clients }: Chronicle): readonly RouterHistory[] {
  const targets = new Set(clients.map(({ target }) => target));
  const related = routers.filter(({ vips }) => [...targets].some((target) => vips.has(target)));
  return related.length > 0 ? related : routers;
}

function offsetsOf(
  chronicle: Chronicle,
  reference: HostClock,
  histories: readonly { readonly clock: HostClock }[],
): Map<HostClock, ClockOffset> {
  const heard = chronicle.heardAnnouncements();
  const clocks = new Set([reference, ...histories.map(({ clock }) => clock)]);
  return new Map([...clocks].map((clock) => [clock, offsetTo(reference, clock, heard)]));
}

/** The time of the probes; without any, all that the routers tell of. */
function timeLineOf(
  clients: readonly ClientHistory[],
  routers: readonly RouterHistory[],
  offsets: ReadonlyMap<HostClock, ClockOffset>,
): TimeLine {
  const ranges = (clients.length > 0 ? clients : routers).map((one) => {
    const { clock } = one;
    const offsetUs = offsets.get(clock)!.offsetUs;
    const { firstUs, lastUs } = "target" in one ? one : clock;
    return [firstUs + offsetUs, lastUs + offsetUs] as const;
  });
  const fromUs = Math.min(...ranges.map(([from]) => from));
  const toUs = Math.max(...ranges.map(([, to]) => to));
  const marginUs = Math.max(1000, (toUs - fromUs) * MARGIN);
  return new TimeLine(fromUs - marginUs, toUs + marginUs, offsets);
}

function routerLane(history: RouterHistory, label: string, line: TimeLine): RouterLane {
  const { clock, states, owned, announced, knownToUs } = history;
  const ms = (us: number): number => line.msOf(clock, us);
  const known = ms(knownToUs);
  return {
    label,
    states: states.flatMap(({ state, reason, knownToUs: provenUs, ...span }) => {
      const shown = line.clip(clock, span);
      const knownToMs = provenUs === undefined ? known : ms(provenUs);
      return shown === undefined ? [] : [{ ...shown, state, reason, knownToMs }];
    }),
    owned: owned.flatMap(({ mac, end, ...span }) => {
      const shown = line.clip(clock, span);
      return shown === undefined
        ? []
        : [{ ...shown, mac, knownToMs: known, ...(end === undefined ? {} : { end }) }];
    }),
    announced: announced.bins.flatMap(({ count, fromUs, toUs }) => {
      const shown = line.clip(clock, { fromUs, toUs });
      return shown === undefined ? [] : [{ ...shown, frames: count }];
    }),
  };
}

function clientLane(history: ClientHistory, label: string, line: TimeLine): ClientLane {
  const { clock, outages, asks, summary } = history;
  return {
    label,
    outages: outages.flatMap(({ fromUs, toUs, back, macBefore }) => {
      const span = line.clip(clock, { fromUs, toUs: toUs ?? history.lastUs });
      if (span === undefined) return [];
      return [
        {
          ...span,
          isOver: back !== undefined,
          ...(back === undefined ? {} : { lost: back.lost }),
          ...(macBefore === undefined ? {} : { macBefore }),
          ...(back?.mac_after === undefined ? {} : { macAfter: back.mac_after }),
        },
      ];
    }),
    asks: asks.bins.flatMap(({ fromUs, toUs, count, missing, min, max }) => {
      const span = line.clip(clock, { fromUs, toUs });
      if (span === undefined) return [];
      const answered =
        min === undefined || max === undefined ? {} : { quickestMs: min / 1000, slowestMs: max / 1000 };
      return [{ ...span, asks: count, lost: missing, ...answered }];
    }),
    ...(summary === undefined ? {} : { summary: summaryWords(summary) }),
  };
}
