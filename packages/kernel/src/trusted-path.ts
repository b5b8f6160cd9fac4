/**
 * Whether nobody but root can decide what a path leads to: looked at from / on, each folder and each symbolic link of the
 * way, and the file at its end.
 *
 * @module
 */
import { lstat, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";

const LINKS_MAX = 40;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

type Status = Awaited<ReturnType<typeof lstat>>;

/**
 * @param path from / on.
 * @returns what others can change, "/tmp/x is writable by others"; undefined if nothing.
 * @throws the file system's error: ENOENT, ELOOP, ENOTDIR.
 */
export async function findUntrusted(path: string): Promise<string | undefined> {
  const ahead = split(path);
  let at = "/";
  let links = 0;
  for (let fault = judge(at, await lstat(at)); ; ) {
    if (fault !== undefined) return fault;
    const name = ahead.shift();
    if (name === undefined) return undefined;
    const here = name === ".." ? dirname(at) : join(at, name);
    const status = await lstat(here);
    fault = judge(here, status);
    if (!status.isSymbolicLink()) {
      at = here;
      continue;
    }
    links += 1;
    if (links > LINKS_MAX) throw Object.assign(new Error(`${path}: ELOOP`), { code: "ELOOP" });
    const target = await readlink(here);
    ahead.unshift(...split(target));
    if (target.startsWith("/")) at = "/";
  }
}

function split(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** In a sticky folder others can add names, and take away only their own; what a link leads to is what its owner says. */
function judge(path: string, status: Status): string | undefined {
  const mode = Number(status.mode);
  if (status.uid !== 0) return `${path} belongs to user ${status.uid}`;
  if (status.isSymbolicLink() || (mode & OTHERS_WRITE) === 0) return undefined;
  if (status.isDirectory() && (mode & STICKY) !== 0) return undefined;
  return `${path} is writable by ${(mode & 0o002) === 0 ? `group ${status.gid}` : "others"}`;
}
