/**
 * Whether root may run a file: not if somebody else could put another one in its place.
 *
 * @module
 */
import { accessSync, constants, lstatSync, realpathSync, type Stats } from "node:fs";
import { dirname } from "node:path";

const OTHERS_MAY_WRITE = 0o022;
/** In such a folder nobody can replace the file of somebody else. */
const STICKY = 0o1000;
const ROOT = 0;

/** @param path absolute. @returns a sentence that says why not; undefined if it may be run. */
export function dangerOf(path: string, isRoot: boolean): string | undefined {
  if (!path.startsWith("/")) return `${path} is no absolute path`;
  try {
    const real = realpathSync(path);
    const status = lstatSync(real);
    if (!status.isFile()) return `${path} is no file`;
    accessSync(real, constants.X_OK);
    if (!isRoot) return undefined;
    return dangerOfFile(real, status) ?? dangerOfFolders(path) ?? dangerOfFolders(real);
  } catch (error) {
    return `${path} cannot be run: ${(error as NodeJS.ErrnoException).code}`;
  }
}

function dangerOfFile(path: string, { uid, mode }: Stats): string | undefined {
  if (uid !== ROOT) return `${path} belongs to user ${uid}: needs root, or --user`;
  return (mode & OTHERS_MAY_WRITE) === 0
    ? undefined
    : `${path} has mode ${octal(mode)}: others may change it`;
}

function dangerOfFolders(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { uid, mode } = lstatSync(folder);
    if (uid !== ROOT) return `${folder} belongs to user ${uid}: others may put another file there`;
    if ((mode & OTHERS_MAY_WRITE) !== 0 && (mode & STICKY) === 0 && !lstatSync(folder).isSymbolicLink())
      return `${folder} has mode ${octal(mode)}: others may put another file there`;
    if (folder === "/") return undefined;
  }
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8);
}
