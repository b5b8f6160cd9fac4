/**
 * Why a program could not be started: the kernel says ENOENT also of a script that is there, whose interpreter is not.
 *
 * @module
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";

/** As far as the kernel reads a first line (BINPRM_BUF_SIZE). */
const LINE_BYTES = 256;

/** @param path the program. @param errno what starting it gave. @returns the errno itself where nothing more is known. */
export function describeStartFailure(path: string, errno: string): string {
  if (errno !== "ENOENT" || !path.includes("/") || !existsSync(path)) return errno;
  // With quotes, because a carriage return at its end is a common cause.
  const [, interpreter] = /^#![ \t]*([^ \t\n\0]+)/.exec(readStart(path)) ?? [];
  return `its interpreter${interpreter === undefined ? "" : ` ${JSON.stringify(interpreter)}`} is missing`;
}

function readStart(path: string): string {
  try {
    const fd = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(LINE_BYTES);
      return bytes.toString("utf8", 0, readSync(fd, bytes));
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
}
