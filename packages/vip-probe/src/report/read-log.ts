/**
 * Reads a log of records from its beginning to its end, without holding it.
 *
 * @module
 */
import { createReadStream, statSync } from "node:fs";
import { ExitCode, ExitError, fileFault, readRecords } from "@viptools/cli";
import type { Chronicle } from "./chronicle.ts";
import { shown } from "./shown.ts";

/** @throws {ExitError} noFile, if it is not there or is a folder. */
export function needLog(path: string): void {
  try {
    if (!statSync(path).isDirectory()) return;
  } catch (error) {
    throw new ExitError(ExitCode.noFile, `--log ${path}: ${fileFault(error)}`);
  }
  throw new ExitError(ExitCode.noFile, `--log ${path} is a folder: needs a file of records`);
}

/**
 * Bad lines and lines of a later version are passed over.
 *
 * @returns what people have to know about it, as sentences.
 * @throws {ExitError} noFile, if it cannot be read to its end.
 */
export async function readLog(path: string, chronicle: Chronicle): Promise<string[]> {
  const source = chronicle.openSource(path);
  const count = { lines: 0, bad: 0, unknown: 0 };
  let firstBad = "";
  const input = createReadStream(path);
  let failed: NodeJS.ErrnoException | undefined;
  input.once("error", (error) => {
    failed = error;
  });
  await new Promise<void>((resolve) => {
    readRecords(input, {
      onLine: ({ number, parsed }) => {
        count.lines = number;
        if (parsed.kind === "record") chronicle.hear(source, parsed.record);
        else if (parsed.kind === "unknown") count.unknown += 1;
        else if (parsed.kind === "bad") {
          count.bad += 1;
          if (count.bad === 1) firstBad = `line ${number} ${shown(parsed.message)}`;
        }
      },
      onEnd: resolve,
    });
  });
  if (failed !== undefined) throw new ExitError(ExitCode.noFile, `--log ${path}: ${fileFault(failed)}`);
  return [
    ...(count.bad > 0
      ? [`${path}: ${count.bad} of ${count.lines} lines are no records, the first one: ${firstBad}.`]
      : []),
    ...(count.unknown > 0
      ? [`${path}: ${count.unknown} of ${count.lines} records are of kinds that this version does not know.`]
      : []),
    ...(count.lines === 0 ? [`${path} is empty.`] : []),
  ];
}
