/**
 * What was seen of a script that was played: times are microseconds of CLOCK_MONOTONIC.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";
import type { ClientStory } from "../lab/client.ts";
import type { PortFrame } from "../lab/taps.ts";
import type { Blow, Script } from "./script.ts";
import type { Span } from "./spans.ts";

/** A blow as it was dealt. */
export interface Dealt extends Span {
  readonly blow: Blow;
  /** When its host could do its work again; as late as `toUs`. */
  readonly wellUs: number;
}

export interface Observed {
  readonly script: Script;
  readonly startUs: number;
  readonly endUs: number;
  readonly dealt: readonly Dealt[];
  /** What entered the switch. */
  readonly frames: readonly PortFrame[];
  readonly story: ClientStory;
  /** By host, those of viptools alone, of all the pipes that were started there. */
  readonly records: ReadonlyMap<string, readonly KnownRecord[]>;
  readonly errors: ReadonlyMap<string, string>;
  /** Whether a ping of the client is answered in the end. */
  readonly isServedAtEnd: boolean;
  /** Hosts that own the address in the end. */
  readonly activeAtEnd: readonly string[];
  /** What is different on a host after all was stopped, a line each. */
  readonly leftOver: ReadonlyMap<string, readonly string[]>;
  /** How long the machine itself stood still at most, milliseconds. */
  readonly stallMs: number;
}

/** Something that must always hold, and did not. */
export interface Violation {
  readonly property: string;
  readonly sentence: string;
  /** Beside a keepalived what it does wrong by itself is told apart. */
  readonly isBesideKeepalived?: boolean;
}

/** What a machine that stands still adds to each bound. */
export function slackUs({ stallMs }: Pick<Observed, "stallMs">): number {
  return 20_000 + 2 * stallMs * 1000;
}

/** When this host was cut off from the others: also while its port was coming back. */
export function cutOff({ dealt }: Pick<Observed, "dealt">, host: string): Span[] {
  return dealt
    .filter(({ blow }) => blow.host === host && blow.kind.endsWith("loss"))
    .map(({ fromUs, wellUs }) => ({ fromUs, toUs: wellUs }));
}
