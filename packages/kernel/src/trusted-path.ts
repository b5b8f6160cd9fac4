/**
 * Whether nobody but root can decide what a path leads to: looked at from / on, each folder and each symbolic link of the
 * way, and the file at its end.
 *
 * @module
 */
import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { KernelError } from "./native.ts";

const LINKS_MAX = 40;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * @param path from / on.
 * @returns what others can change, "/tmp/x is writable by others"; undefined if nothing.
 * @throws the file system's error: ENOENT, ELOOP, ENOTDIR.
 */
export function findUntrusted(path: string): string | undefined {
  const ahead = split(path);
  let at = "/";
  let links = 0;
  for (let fault = judge(at, lstatSync(at)); ; ) {
    if (fault !== undefined) return fault;
    const name = ahead.shift();
    if (name === undefined) return undefined;
    const here = name === ".." ? dirname(at) : join(at, name);
    const status = lstatSync(here);
    fault = judge(here, status);
    if (!status.isSymbolicLink()) {
      at = here;
      continue;
    }
    links += 1;
    if (links > LINKS_MAX) throw new KernelError("ELOOP", `Cannot follow ${path}`);
    const target = readlinkSync(here);
    ahead.unshift(...split(target));
    if (target.startsWith("/")) at = "/";
  }
}

/** What a shell hands over, as `<(COMMAND)`: it has no place that others could write to. */
const INHERITED = /^\/dev\/(?:stdin|fd\/\d+)$/;

/**
 * Of a file that says what this process runs. It has to be there.
 *
 * @returns as {@link findUntrusted}; undefined for who is not root: others gain nothing by it that they do not have.
 */
export function findUntrustedSettings(path: string): string | undefined {
  if (process.geteuid?.() !== 0 || INHERITED.test(path)) return undefined;
  return findUntrusted(isAbsolute(path) ? path : `${process.cwd()}/${path}`);
}

function split(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** In a sticky folder others can add names, and take away only their own; what a link leads to is what its owner says. */
function judge(path: string, status: Stats): string | undefined {
  if (status.uid !== 0) return `${path} belongs to user ${status.uid}`;
  if (status.isSymbolicLink() || (status.mode & OTHERS_WRITE) === 0) return undefined;
  if (status.isDirectory() && (status.mode & STICKY) !== 0) return undefined;
  return `${path} is writable by ${(status.mode & 0o002) === 0 ? `group ${status.gid}` : "others"}`;
}
