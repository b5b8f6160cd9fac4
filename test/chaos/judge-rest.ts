/**
 * S3, S5, S8 and the end: what is left on the hosts, whether adverts left in time, and what the tools said. Pure.
 *
 * @module
 */
import { gapsMs } from "../lab/voices.ts";
import { type Observed, slackUs, type Violation } from "./observed.ts";
import { permissionSpans } from "./permission-spans.ts";
import { holds, without } from "./spans.ts";

export function judgeRest(observed: Observed): Violation[] {
  return [
    ...judgeEnd(observed),
    ...judgeLeftOver(observed),
    ...judgeAdverts(observed),
    ...judgeErrors(observed),
  ];
}

/** All is mended: one is Active, and it is the first, unless that was asked to give up its role. */
function judgeEnd({ activeAtEnd, script, dealt }: Observed): Violation[] {
  const isMixed = [...script.makes.values()].includes("keepalived");
  const [first] = script.makes.keys();
  const hasResigned = dealt.some(({ blow }) => blow.kind === "resign" && blow.host === first);
  if (activeAtEnd.length === 1 && (activeAtEnd[0] === first || hasResigned)) return [];
  const who = hasResigned ? "there has to be one Active" : `${first} has to be the only Active`;
  const sentence = `in the end ${who}, and there are: ${activeAtEnd.join(", ") || "none"}`;
  return [{ property: "one Active", sentence, isBesideKeepalived: isMixed }];
}

function judgeLeftOver({ leftOver }: Observed): Violation[] {
  return [...leftOver]
    .filter(([, lines]) => lines.length > 0)
    .map(([host, lines]) => ({
      property: "S3",
      sentence: `on ${host} is another state than before: ${lines.slice(0, 5).join("; ")}`,
    }));
}

/** Of each host while it is permitted and nothing befalls it. */
function judgeAdverts(observed: Observed): Violation[] {
  const { script, frames, dealt, startUs } = observed;
  const limitMs = 2 * script.advertMs + slackUs(observed) / 1000;
  return [...observed.records].flatMap(([host, records]): Violation[] => {
    const blows = dealt.filter(({ blow }) => blow.host === host);
    const calm = without(
      permissionSpans(records),
      blows.map(({ fromUs, wellUs }) => ({ fromUs, toUs: wellUs })),
    );
    const own = frames.filter((frame) => frame.host === host && frame.kind === "advert");
    for (const span of calm) {
      const inside = own.filter(({ atUs }) => holds([span], atUs));
      const worst = Math.max(0, ...gapsMs(inside));
      if (worst > limitMs) {
        const atMs = (span.fromUs - startUs) / 1000;
        const sentence = `${host} let ${worst.toFixed(1)} ms pass between two adverts, in the stretch from ${atMs.toFixed(0)} ms on; ${limitMs.toFixed(1)} are allowed`;
        return [{ property: "S5", sentence }];
      }
    }
    return [];
  });
}

/** A bug of ours says so. */
function judgeErrors({ errors }: Observed): Violation[] {
  return [...errors]
    .filter(([, text]) => /^\s+at .*\(|a bug of ours/m.test(text))
    .map(([host, text]) => ({
      property: "S8",
      sentence: `on ${host} a tool said: ${text.trim().slice(0, 400)}`,
    }));
}
