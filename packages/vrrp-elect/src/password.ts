/**
 * The password of VRRPv2's old authentication, which goes over the wire in clear: from a file, never from an argument,
 * which every user of the host can read.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { ExitCode, ExitError, isOwnOrRoots } from "@viptools/cli";
import { encodePassword } from "@viptools/wire";
import { PASSWORD_OCTETS_MAX, type RouterOptions } from "./router-options.ts";

const OTHERS_MAY_READ = 0o077;
/** More than any password has. */
const OCTETS_READ = 64;

/** @returns eight octets; undefined without authentication. @throws {ExitError} noFile or configuration. */
export function readPassword({ authFile }: RouterOptions): Uint8Array | undefined {
  if (authFile === undefined) return undefined;
  const { status, text } = open(authFile);
  if (!isOwnOrRoots(status))
    throw new ExitError(
      ExitCode.configuration,
      `${authFile} belongs to user ${status.uid}: needs to belong to root or to user ${process.geteuid?.()}`,
    );
  if ((status.mode & OTHERS_MAY_READ) !== 0) {
    const seen = (status.mode & 0o777).toString(8);
    throw new ExitError(
      ExitCode.configuration,
      `${authFile} has mode ${seen}: needs 600, others must not read it`,
    );
  }
  const octets = Buffer.byteLength(text);
  if (octets >= 1 && octets <= PASSWORD_OCTETS_MAX) return encodePassword(text);
  throw new ExitError(
    ExitCode.configuration,
    `${authFile} holds a password of ${octets} octets: needs 1 to ${PASSWORD_OCTETS_MAX}`,
  );
}

/** Looks at what it reads, and not at what had that name before; waits for no writer of a FIFO. */
function open(path: string): { readonly status: Stats; readonly text: string } {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const octets = Buffer.alloc(OCTETS_READ);
      const text = octets.toString("utf8", 0, readSync(fd, octets)).replace(/\r?\n$/, "");
      return { status: fstatSync(fd), text };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new ExitError(ExitCode.noFile, `Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
