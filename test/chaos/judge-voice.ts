/**
 * S1 and S2: who spoke as the virtual router without permission, and who had it beside another. Pure.
 *
 * @module
 */
import { cutOff, type Observed, slackUs, type Violation } from "./observed.ts";
import { permissionSpans } from "./permission-spans.ts";
import { common, holds, joined, type Span, widened, without } from "./spans.ts";

export function judgeVoice(observed: Observed): Violation[] {
  const permitted = new Map(
    [...observed.records].map(([host, records]) => [host, permissionSpans(records)] as const),
  );
  return [...strayVoices(observed, permitted), ...doublePermissions(observed, permitted)];
}

type Permitted = ReadonlyMap<string, readonly Span[]>;

/**
 * A lease is written after the advert it is for. Whose tool was killed may have had one that never came into the log, or
 * that was on its way through the pipe: it may speak as long as that lasts.
 */
function strayVoices(observed: Observed, permitted: Permitted): Violation[] {
  const { frames, dealt, script } = observed;
  const slack = slackUs(observed);
  return [...permitted].flatMap(([host, spans]) => {
    const unlogged = dealt
      .filter(({ blow }) => blow.host === host && blow.kind.startsWith("kill"))
      .map(({ fromUs }) => ({ fromUs, toUs: fromUs + 3 * script.advertMs * 1000 }));
    const may = joined([...widened(spans, slack, slack), ...widened(unlogged, slack, slack)]);
    const strays = frames.filter(
      (frame) =>
        frame.host === host &&
        frame.isVoice &&
        // Priority 0 is how an owner says goodbye.
        !(frame.kind === "advert" && frame.priority === 0) &&
        !holds(may, frame.atUs),
    );
    if (strays.length === 0) return [];
    const { kind, source, atUs } = strays[0]!;
    const sinceMs = (atUs - observed.startUs) / 1000;
    const sentence = `${host} spoke ${strays.length} times without permission, first ${sinceMs.toFixed(1)} ms after the beginning: ${kind} from ${source}`;
    return [{ property: "S2", sentence }];
  });
}

/** Two that do not hear each other may both be Active; when they do, one goes within one advert interval. */
function doublePermissions(observed: Observed, permitted: Permitted): Violation[] {
  const { script } = observed;
  const limitUs = script.advertMs * 1000 + slackUs(observed);
  const hosts = [...permitted.keys()];
  return hosts.flatMap((x, n) =>
    hosts.slice(n + 1).flatMap((y): Violation[] => {
      const apart = joined([...cutOff(observed, x), ...cutOff(observed, y)]);
      const both = without(common(permitted.get(x)!, permitted.get(y)!), apart);
      const worst = both.find(({ fromUs, toUs }) => toUs - fromUs > limitUs);
      if (worst === undefined) return [];
      const [atMs, forMs] = [(worst.fromUs - observed.startUs) / 1000, (worst.toUs - worst.fromUs) / 1000];
      const sentence = `${x} and ${y} both had permission for ${forMs.toFixed(1)} ms, ${atMs.toFixed(1)} ms after the beginning; ${(limitUs / 1000).toFixed(1)} are allowed`;
      return [{ property: "S1", sentence }];
    }),
  );
}
