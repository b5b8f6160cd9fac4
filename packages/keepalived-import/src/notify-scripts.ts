/**
 * Notify scripts of an instance or a group. Pure.
 *
 * @module
 */
import type { Statement } from "./conf-tree.ts";
import { SCRIPT_KEYS, type ScriptEntries, type ScriptKey } from "./imported.ts";
import type { Report } from "./report.ts";
import { commandWords } from "./tokens.ts";

export function isScriptKey(keyword: string): keyword is ScriptKey {
  return (SCRIPT_KEYS as readonly string[]).includes(keyword);
}

/**
 * `notify "/path/to/script argument" [user [group]]`
 *
 * @param user of all scripts; one of its own cannot be carried over.
 */
export function readScript(
  scripts: ScriptEntries,
  statement: Statement,
  user: string | undefined,
  report: Report,
): void {
  const [command = "", own] = statement.words;
  const words = commandWords(command);
  if (words.length === 0) {
    report.leave(statement, "names no script");
    return;
  }
  scripts[statement.keyword as ScriptKey] = words;
  if (own !== undefined && own !== user)
    report.leave(
      statement,
      `the script is run, and as ${user ?? "the user of notify-exec"}: one user for all`,
    );
}
