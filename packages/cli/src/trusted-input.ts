/**
 * Whether standard input is what only we and root can reach: who writes records into a FIFO moves addresses, and who reads
 * from it takes away leases.
 *
 * @module
 */
import { fstatSync, readlinkSync } from "node:fs";
import { ExitCode, ExitError } from "./exit.ts";

const STANDARD_INPUT = 0;
const OTHERS = 0o066;

/** A pipe without a name is whose command line it is: what sudo runs has that of the user who typed it. */
const WITHOUT_NAME = /^pipe:/;

/** @throws {ExitError} configuration, if it is a FIFO that others may read or write. */
export function needTrustedInput(): void {
  const mistake = mistakeInInput(STANDARD_INPUT);
  if (mistake !== undefined) throw new ExitError(ExitCode.configuration, `standard input is ${mistake}`);
}

/** @returns what is wrong with it; undefined if nothing, or if it is no FIFO with a name. */
export function mistakeInInput(fd: number): string | undefined {
  const status = fstatSync(fd);
  if (!status.isFIFO()) return undefined;
  const name = readlinkSync(`/proc/self/fd/${fd}`);
  if (WITHOUT_NAME.test(name)) return undefined;
  const why = "who writes into it moves addresses, who reads from it takes leases away";
  const user = process.geteuid?.();
  if (status.uid !== 0 && status.uid !== user)
    return `${name}, which belongs to user ${status.uid}: needs a FIFO of this user or of root, ${why}`;
  const mode = (status.mode & 0o777).toString(8);
  return (status.mode & OTHERS) === 0 ? undefined : `${name}, which has mode ${mode}: needs 600, ${why}`;
}
