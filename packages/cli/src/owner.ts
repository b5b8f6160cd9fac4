/**
 * Whose a file is.
 *
 * @module
 */
import type { Stats } from "node:fs";

/** True of what only this user and root have made. */
export function isOwnOrRoots({ uid }: Pick<Stats, "uid">): boolean {
  return uid === 0 || uid === process.geteuid?.();
}
