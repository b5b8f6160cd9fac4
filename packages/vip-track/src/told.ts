/**
 * From what is believed of a check to the record that says so. Pure.
 *
 * @module
 */
import { harmless } from "@viptools/cli";
import type { RecordBody } from "@viptools/records";
import type { Outcome } from "./check.ts";
import type { Health } from "./health.ts";

type TrackBody = Extract<RecordBody, { type: "track.state" }>;

export interface Told {
  readonly name: string;
  readonly everyUs: number;
  /** Undefined: whether it passes decides about taking part at all. */
  readonly weight: number | undefined;
}

/** The last run, and how long it took; undefined before the first one. */
export type LastRun = { readonly outcome: Outcome; readonly tookUs: number } | undefined;

const DETAIL_CHARACTERS_MAX = 120;
/** Records carry no more; what is below is a failure, as with keepalived's track_file. */
export const SCORE_MAX = 254;

/** @returns the record without its head. */
export function trackBody({ name, everyUs, weight }: Told, health: Health, last: LastRun): TrackBody {
  const score = last?.outcome.score;
  const effect = score === undefined || health.state !== "ok" ? fixed(health, weight) : scored(score);
  const detail = last === undefined ? "no result yet" : last.outcome.detail;
  return {
    type: "track.state",
    name,
    ...effect,
    ...(detail === undefined ? {} : { detail: brief(detail) }),
    ...(last === undefined ? {} : { took_ms: last.tookUs / 1000 }),
    interval_ms: everyUs / 1000,
  };
}

function fixed({ state }: Health, weight: number | undefined): Pick<TrackBody, "ok" | "weight"> {
  return { ok: state === "ok", ...(weight === undefined ? {} : { weight }) };
}

/** A reader adds a positive weight of what is ok and a negative one of what is not; without a weight it takes no part. */
function scored(score: number): Pick<TrackBody, "ok" | "weight"> {
  if (score < 1 - SCORE_MAX) return { ok: false };
  return score === 0 ? { ok: true } : { ok: score > 0, weight: Math.min(score, SCORE_MAX) };
}

/** One short line that steers no terminal. */
function brief(detail: string): string {
  const characters = [...harmless(detail)];
  if (characters.length <= DETAIL_CHARACTERS_MAX) return characters.join("");
  return `${characters.slice(0, DETAIL_CHARACTERS_MAX - 1).join("")}…`;
}
