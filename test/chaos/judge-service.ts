/**
 * S9 and S7: when a client had to be served, and was not. Pure.
 *
 * @module
 */
import { type Dealt, type Observed, slackUs, type Violation } from "./observed.ts";
import { priorityOf } from "./script.ts";
import { joined, type Span, without } from "./spans.ts";

/**
 * While nothing happens and one host is well, the client is served again after a lease, a down interval and the time in
 * which its switch and its neighbour cache are told.
 */
export function judgeService(observed: Observed): Violation[] {
  const { script, story, startUs, dealt, isServedAtEnd } = observed;
  const isMixed = [...script.makes.values()].includes("keepalived");
  const due = joined(servedSpans(observed));
  const away = story.outages.map(({ startUs: fromUs, outageMs }) => ({
    fromUs,
    toUs: fromUs + outageMs * 1000,
  }));
  const late = away.flatMap((outage) => without([outage], gapsOf(due, observed)));
  const found = late
    .filter(({ fromUs, toUs }) => toUs - fromUs > slackUs(observed))
    .map(({ fromUs, toUs }): Violation => {
      const sentence = `nobody served the client for ${((toUs - fromUs) / 1000).toFixed(1)} ms, ${((fromUs - startUs) / 1000).toFixed(1)} ms after the beginning, when somebody had to`;
      return { property: "S9", sentence, isBesideKeepalived: isMixed };
    });
  if (!isServedAtEnd)
    found.push({
      property: "S9",
      sentence: "the client is not served in the end",
      isBesideKeepalived: isMixed,
    });
  return [...found, ...dealt.flatMap((one) => judgePlanned(observed, one, isMixed))];
}

/** How long it may take from the last thing that happened: a lease, a down interval of the last in rank, and 200 ms. */
function recoveryUs({ script: { advertMs, makes } }: Observed): number {
  const skew = (256 - priorityOf(makes.size - 1)) / 256;
  return ((2.5 + 3 + skew) * advertMs + 200) * 1000;
}

/** Stretches in which nothing begins or ends, and somebody is well: without the time that recovery may take. */
function servedSpans(observed: Observed): Span[] {
  const { dealt, startUs, endUs, script } = observed;
  const moments = [
    startUs,
    ...dealt.flatMap(({ fromUs, toUs, wellUs }) => [fromUs, toUs, wellUs]),
    endUs,
  ].sort((x, y) => x - y);
  const isWell = (host: string, span: Span): boolean =>
    !dealt.some(
      ({ blow, fromUs, wellUs }) => blow.host === host && fromUs < span.toUs && wellUs > span.fromUs,
    );
  return moments.slice(1).flatMap((toUs, n) => {
    const fromUs = moments[n]!;
    const span = { fromUs, toUs };
    const isAnyWell = [...script.makes.keys()].some((host) => isWell(host, span));
    const dueUs = fromUs + recoveryUs(observed) + slackUs(observed);
    return isAnyWell && dueUs < toUs ? [{ fromUs: dueUs, toUs }] : [];
  });
}

/** What lies between the spans. */
function gapsOf(spans: readonly Span[], { startUs, endUs }: Observed): Span[] {
  return without([{ fromUs: startUs - 60e6, toUs: endUs + 60e6 }], spans);
}

/** Room around a planned change that must be free of everything else for it to be judged. */
const ALONE_US = 1_500_000;

/** A planned change of a pair that is well loses nothing. */
function judgePlanned(observed: Observed, one: Dealt, isMixed: boolean): Violation[] {
  const { dealt, story, script } = observed;
  if ((one.blow.kind !== "stop" && one.blow.kind !== "resign") || isMixed) return [];
  const aloneUs = ALONE_US + 4 * script.advertMs * 1000;
  const near = { fromUs: one.fromUs - aloneUs, toUs: one.fromUs + aloneUs };
  const isAlone = dealt.every(
    (other) => other === one || other.wellUs < near.fromUs || other.fromUs > near.toUs,
  );
  if (!isAlone) return [];
  const lost = story.outages
    .filter(({ startUs }) => startUs >= one.fromUs && startUs < near.toUs)
    .reduce((sum, outage) => sum + outage.lost, 0);
  if (lost === 0) return [];
  const sentence = `a planned change (${one.blow.kind} on ${one.blow.host}) lost ${lost} asks`;
  return [{ property: "S7", sentence }];
}
