/**
 * One check, completely described: what settings leave out is filled in, and what does not fit together is refused.
 * Pure: nothing of this host is looked at.
 *
 * @module
 */
import { parseDurationUs } from "@viptools/cli";
import { SettingError } from "./setting-error.ts";
import { type CheckSettings, KINDS, type Kind } from "./settings.ts";
import { readTarget, type Target } from "./target.ts";

export interface CheckOptions {
  readonly name: string;
  readonly everyUs: number;
  readonly timeoutUs: number;
  readonly rise: number;
  readonly fall: number;
  /** Undefined: whether it passes decides about taking part at all. */
  readonly weight: number | undefined;
  readonly startsFailed: boolean;
  readonly target: Target;
}

const LEAST_EVERY_US = 10_000;
const MOST_EVERY_US = 3_600_000_000;
const USUAL_EVERY_US = 1_000_000;

/** What belongs to some kinds only. */
const BELONGS: readonly (readonly [key: keyof CheckSettings, kinds: readonly Kind[]])[] = [
  ["user", ["command", "shell"]],
  ["group", ["command", "shell"]],
  ["environment", ["command", "shell"]],
  ["status", ["http"]],
  ["host", ["http"]],
  ["verify", ["http"]],
  ["carrier", ["link"]],
  ["via", ["route"]],
  ["interface", ["route"]],
  ["compare", ["file"]],
  ["count", ["process"]],
  ["ask", ["dns"]],
  ["rrtype", ["dns"]],
  ["answer", ["dns"]],
];

/**
 * @param own what is said for this check; @param defaults what is said for many.
 * @throws {SettingError}
 */
export function toCheckOptions(own: CheckSettings, defaults: Partial<CheckSettings> = {}): CheckOptions {
  const kind = findKind(own);
  refuseStrangers(own, kind);
  const settings: CheckSettings = { ...defaults, ...own };
  const everyUs = readEvery(settings);
  const target = readTarget(settings, kind);
  return {
    name: settings.name,
    everyUs,
    timeoutUs: readDuration(settings, "timeout", LEAST_EVERY_US / 10, everyUs),
    rise: settings.rise ?? 1,
    fall: settings.fall ?? 1,
    weight: readWeight(settings, target),
    startsFailed: settings.init_fail ?? false,
    target,
  };
}

function findKind(settings: CheckSettings): Kind {
  const [kind, other] = KINDS.filter((key) => settings[key] !== undefined);
  if (kind === undefined)
    throw new SettingError("name", `has nothing to look at: needs one of ${KINDS.join(", ")}`);
  if (other !== undefined)
    throw new SettingError(other, `is given beside ${kind}: a check looks at one thing`);
  return kind;
}

function refuseStrangers(own: CheckSettings, kind: Kind): void {
  for (const [key, kinds] of BELONGS)
    if (own[key] !== undefined && !kinds.includes(kind))
      throw new SettingError(key, `is given for ${kind}: belongs to ${kinds.join(", ")}`);
}

/** A file's number is multiplied by its weight, and one that cannot be read has none. */
function readWeight({ weight }: CheckSettings, target: Target): number | undefined {
  const isFactor = target.kind === "file" && target.factor !== undefined;
  return isFactor || weight === 0 ? undefined : weight;
}

function readEvery(settings: CheckSettings): number {
  const everyUs = readDuration(settings, "every", LEAST_EVERY_US, USUAL_EVERY_US);
  if (everyUs <= MOST_EVERY_US) return everyUs;
  throw new SettingError("every", `is ${settings.every}: needs 10ms to 1h`);
}

function readDuration(
  settings: CheckSettings,
  key: "every" | "timeout",
  leastUs: number,
  usualUs: number,
): number {
  const text = settings[key];
  if (text === undefined) return usualUs;
  let us: number;
  try {
    us = parseDurationUs(String(text));
  } catch (error) {
    throw new SettingError(key, `is "${text}": ${(error as SyntaxError).message.replace(/^.*: /, "")}`);
  }
  if (us < leastUs) throw new SettingError(key, `is ${text}: needs ${leastUs / 1000}ms or more`);
  return us;
}
