/**
 * The text of a configuration file. It may be read again while others wait for this process: what could go on for ever is
 * not begun.
 *
 * @module
 */
import { closeSync, constants, openSync, readSync, type Stats, statSync } from "node:fs";
import { ExitCode, ExitError } from "./exit.ts";
import { fileFault } from "./file-fault.ts";

/** More than any configuration has, and little to have in memory. */
const MIB_MAX = 4;
const BYTES_MAX = MIB_MAX << 20;
/** What a shell hands over: `< FILE`, `<(COMMAND)`. It may be a pipe, which ends. */
const INHERITED = /^\/dev\/(?:stdin|fd\/(\d+))$/;

/**
 * @param path a regular file, a symbolic link to one, or a descriptor that was inherited.
 * @throws {ExitError} noFile, if there is none; configuration, if it is too large.
 */
export function readSettingsText(path: string): string {
  try {
    const status = statSync(path);
    const inherited = status.isFile() ? null : INHERITED.exec(path);
    if (inherited !== null) return readBounded(Number(inherited[1] ?? 0), path);
    if (!status.isFile())
      throw new ExitError(
        ExitCode.noFile,
        `Cannot read ${path}: it is ${kindOf(status)}, needs a regular file`,
      );
    return readOpened(path);
  } catch (error) {
    if (error instanceof ExitError) throw error;
    throw new ExitError(ExitCode.noFile, `Cannot read ${path}: ${fileFault(error)}`);
  }
}

/** Should a FIFO have taken its place by now, that must not wait for a writer. */
function readOpened(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readBounded(fd, path);
  } finally {
    closeSync(fd);
  }
}

function readBounded(fd: number, path: string): string {
  const chunks: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = Buffer.alloc(1 << 16);
    const count = readSync(fd, chunk);
    if (count === 0) return Buffer.concat(chunks).toString("utf8");
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > BYTES_MAX)
      throw new ExitError(ExitCode.configuration, `${path}: is too large: needs at most ${MIB_MAX} MiB`);
  }
}

function kindOf(status: Stats): string {
  if (status.isDirectory()) return "a folder";
  if (status.isFIFO()) return "a pipe";
  return status.isSocket() ? "a socket" : "a device";
}
