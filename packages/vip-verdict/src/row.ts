/**
 * The form of the table of troubles: types alone.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import type { Facts } from "./facts.ts";

export type Severity = RecordOf<"verdict.finding">["severity"];

/** One trouble that was found. */
export interface Found {
  readonly severity: Severity;
  readonly instance?: string | undefined;
  readonly ip?: string | undefined;
  /** What was seen, with its values. */
  readonly found: string;
  readonly consequence: string;
  /** What to type next; "on HOST: " before it where that is not here. */
  readonly command: string;
}

/** One trouble that is known. */
export interface Row {
  /** Stable name. */
  readonly code: string;
  /** Codes of its consequences: they are not told beside it, for the same virtual router. */
  readonly explains: readonly string[];
  /** @returns nothing where it was not seen, or cannot be told from what was looked at. */
  find(facts: Facts): Found[];
}

export type Finding = Found & { readonly code: string };
