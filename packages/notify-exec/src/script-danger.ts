/**
 * Whether a script may be run: root runs none that somebody else could change or put another one in the place of.
 *
 * @module
 */
import { accessSync, constants, statSync } from "node:fs";
import { findUntrusted } from "@viptools/kernel";

/** @param path absolute. @returns a sentence that says why not; undefined if it may be run. */
export function dangerOf(path: string, isRoot: boolean): string | undefined {
  if (!path.startsWith("/")) return `${path} is no absolute path`;
  try {
    if (!statSync(path).isFile()) return `${path} is no file`;
    accessSync(path, constants.X_OK);
    const fault = isRoot ? findUntrusted(path) : undefined;
    return fault && `${fault}, and root runs nothing that others can change: mend that, or say --user`;
  } catch (error) {
    return `${path} cannot be run: ${(error as NodeJS.ErrnoException).code}`;
  }
}
