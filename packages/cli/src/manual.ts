/**
 * What a tool's man page tells beside the table of `--help`. In a file of its own, `src/manual.ts` of the tool: no run of
 * the tool loads it.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";

export interface Manual {
  /** Paragraphs, after the summary. */
  readonly description: readonly string[];
  /** Types of records that it acts on. */
  readonly reads?: readonly KnownRecord["type"][];
  /** Beside those that follow from the table: requests to stop, and counters. */
  readonly signals?: readonly (readonly [name: string, about: string])[];
  readonly files?: readonly (readonly [path: string, about: string])[];
  /** Pages of this repository that tell more. */
  readonly pages?: readonly string[];
  /** By the subcommand's name. */
  readonly subcommands?: Readonly<Record<string, Manual>>;
}
