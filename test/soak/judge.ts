/**
 * What is wrong with a lap: pure.
 *
 * @module
 */
import type { Lap } from "./lap.ts";
import { GROWTH_MAX, growthOf, type Measured } from "./memory.ts";
import type { Story } from "./watch.ts";

const KIB_IN_MIB = 1024;

/** @param slackKib what memory may grow by in any case. @returns a sentence for each fault. */
export function faultsOf({ title, stories, leftovers }: Lap, slackKib: number): string[] {
  const faults = stories.flatMap((story) =>
    [
      ...growing("memory", [story.resident, story.used], slackKib),
      ...growing("what V8 holds", [story.held], slackKib),
      ...kept(story),
    ].map((fault) => `${story.name}: ${fault}`),
  );
  return [...faults, ...leftovers.map((line) => `left over: ${line}`)].map((fault) => `${title}: ${fault}`);
}

/** @param views of the same memory, each with what is only there for a while: what has leaked is in all of them. */
function growing(what: string, views: readonly (readonly Measured[])[], slackKib: number): string[] {
  const growths = views.map((series) => growthOf(series, slackKib));
  if (growths.some(({ verdict }) => verdict === "too few samples"))
    return [`${what} was looked at too seldom to judge it: needs more work`];
  if (growths.some(({ verdict }) => verdict === "flat")) return [];
  const { growth, earlyKib, lateKib } = growths.reduce((one, other) =>
    one.growth < other.growth ? one : other,
  );
  const [early, late] = [earlyKib, lateKib].map((kib) => (kib / KIB_IN_MIB).toFixed(1));
  const most = GROWTH_MAX * 100;
  return [
    `${what} grew by ${(growth * 100).toFixed(1)} % after the first tenth, from ${early} to ${late} MiB: at most ${most} % is flat`,
  ];
}

function kept({ before, after }: Story): string[] {
  const descriptors = [...after.descriptors].flatMap(([kind, count]) => {
    const more = count - (before.descriptors.get(kind) ?? 0);
    return more > 0 ? [`has ${more} more descriptors of ${kind} open than before`] : [];
  });
  const timers = after.timers - before.timers;
  return timers > 0 ? [...descriptors, `has ${timers} more timers than before`] : descriptors;
}
