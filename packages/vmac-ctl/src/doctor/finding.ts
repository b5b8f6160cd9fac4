/**
 * What the doctor says of one thing that is wrong: pure.
 *
 * @module
 */

export interface Finding {
  /** Stable: for programs. */
  readonly code: string;
  /** `error`: a virtual router does not work; `warning`: it does not work in some cases, or is not safe. */
  readonly severity: "error" | "warning";
  /** With the value that was seen. */
  readonly found: string;
  readonly consequence: string;
  /** Mends it; or shows who has to. */
  readonly command: string;
}
