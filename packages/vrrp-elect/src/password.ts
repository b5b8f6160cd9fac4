/**
 * The password of VRRPv2's old authentication, which goes over the wire in clear: from a file, never from an argument,
 * which every user of the host can read.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { ExitCode, ExitError } from "@viptools/cli";
import { encodePassword } from "@viptools/wire";
import { PASSWORD_OCTETS_MAX, type RouterOptions } from "./router-options.ts";

const OTHERS_MAY_READ = 0o077;

/** @returns eight octets; undefined without authentication. @throws {ExitError} noFile or configuration. */
export function readPassword({ authFile }: RouterOptions): Uint8Array | undefined {
  if (authFile === undefined) return undefined;
  let mode: number;
  let text: string;
  try {
    mode = statSync(authFile).mode;
    text = readFileSync(authFile, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new ExitError(ExitCode.noFile, `Cannot read ${authFile}: ${(error as NodeJS.ErrnoException).code}`);
  }
  if ((mode & OTHERS_MAY_READ) !== 0) {
    const seen = (mode & 0o777).toString(8);
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
