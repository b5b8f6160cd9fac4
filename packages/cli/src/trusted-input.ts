/**
 * Whether standard input is what only we and root can reach: who writes records into a FIFO moves addresses, and who reads
 * from it takes away leases.
 *
 * @module
 */
import { fstatSync, readlinkSync, type Stats } from "node:fs";
import { ExitCode, ExitError } from "./exit.ts";
import { isOwnOrRoots } from "./owner.ts";

const STANDARD_INPUT = 0;
const OTHERS_WRITE = 0o022;
const OTHERS_READ = 0o044;
const PERMISSIONS = 0o777;

/** A pipe without a name is whose command line it is: what sudo runs has that of the user who typed it. */
const WITHOUT_NAME = /^pipe:/;

/**
 * @param say is told where others may read it: they can take leases away, which mutes and moves nothing.
 * @throws {ExitError} configuration, if it is a FIFO that others may write.
 */
export function needTrustedInput(say: (sentence: string) => void): void {
  const mistake = mistakeInInput(STANDARD_INPUT);
  if (mistake !== undefined) throw new ExitError(ExitCode.configuration, `standard input is ${mistake}`);
  const weakness = weaknessOfInput(STANDARD_INPUT);
  if (weakness !== undefined) say(`standard input is ${weakness}`);
}

/** @returns what is wrong with it; undefined if nothing, or if it is no FIFO with a name. */
export function mistakeInInput(fd: number): string | undefined {
  const fifo = namedFifo(fd);
  if (fifo === undefined) return undefined;
  const mistake = mistakeInFifo(fifo);
  return mistake && `${fifo.name}, which ${mistake}`;
}

/** @returns what is wrong with whose it is, and with who may write it; undefined if nothing. */
export function mistakeInFifo({ uid, mode }: Pick<Stats, "uid" | "mode">): string | undefined {
  const why = "who writes into it moves addresses";
  if (!isOwnOrRoots({ uid })) return `belongs to user ${uid}: needs a FIFO of this user or of root, ${why}`;
  return (mode & OTHERS_WRITE) === 0
    ? undefined
    : `has mode ${(mode & PERMISSIONS).toString(8)}: needs 600, ${why}`;
}

/** @returns why others could be in the way; undefined if they could not. */
export function weaknessOfInput(fd: number): string | undefined {
  const fifo = namedFifo(fd);
  if (fifo === undefined || (fifo.mode & OTHERS_READ) === 0) return undefined;
  return `${fifo.name}, which has mode ${fifo.mode.toString(8)}: who else reads from it takes leases away; 600 keeps them`;
}

function namedFifo(fd: number): { name: string; uid: number; mode: number } | undefined {
  const status = fstatSync(fd);
  if (!status.isFIFO()) return undefined;
  const name = readlinkSync(`/proc/self/fd/${fd}`);
  return WITHOUT_NAME.test(name) ? undefined : { name, uid: status.uid, mode: status.mode & PERMISSIONS };
}
