/**
 * Files that others read while they are written: whole or not at all. Each is written beside its place, then renamed into
 * it. A symbolic link stays, and leads to the new content; what is no regular file is never replaced.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { access, type FileHandle, lstat, open, readlink, realpath, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { ExitCode, ExitError } from "./exit.ts";
import { fileFault } from "./file-fault.ts";
import { isOwnOrRoots } from "./owner.ts";

const PUBLIC_FILE = 0o644;
const PERMISSIONS = 0o777;
const LINKS_MAX = 40;

/** Where the links end, and what is there now. */
interface Place {
  readonly path: string;
  readonly old: Stats | undefined;
}

/** @throws {ExitError} usage, if something else than a regular file is there; configuration, for a stranger's link. Does nothing. */
export async function needNoOtherThanFile(path: string): Promise<void> {
  await findPlace(path).catch((error: unknown) => {
    if (error instanceof ExitError) throw error;
  });
}

/** Tries it, and leaves everything as it was. @throws {ExitError} usage as above; noFile, if the file has no place. */
export async function needReplaceable(path: string): Promise<void> {
  try {
    const { path: end, old } = await findPlace(path);
    if (old !== undefined) await access(end, constants.W_OK);
    const [draft, handle] = await openBeside(end, PUBLIC_FILE);
    await handle.close().finally(() => rm(draft, { force: true }));
  } catch (error) {
    throw refusal(path, error, ExitCode.noFile);
  }
}

/**
 * @param mode of a file that is not there yet; another keeps its own, and its owner.
 * @throws {ExitError} usage, if something else than a regular file is there; outputLost. Then all is as it was.
 */
export async function replaceFile(path: string, content: string, mode: number = PUBLIC_FILE): Promise<void> {
  try {
    const { path: end, old } = await findPlace(path);
    const [draft, handle] = await openBeside(end, mode);
    try {
      await fill(handle, content, old);
      await rename(draft, end);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw error;
    }
  } catch (error) {
    throw refusal(path, error, ExitCode.outputLost);
  }
}

async function fill(handle: FileHandle, content: string, old: Stats | undefined): Promise<void> {
  try {
    await handle.writeFile(content);
    if (old === undefined) return;
    // Whoever is not root can give it to nobody else, and keeps it.
    await handle.chown(old.uid, old.gid).catch(() => {});
    await handle.chmod(old.mode & PERMISSIONS);
  } finally {
    await handle.close();
  }
}

/** A name that nobody can have foreseen, in the same folder: another file system could not rename it into place. */
async function openBeside(path: string, mode: number): Promise<[draft: string, handle: FileHandle]> {
  const draft = join(dirname(path), `.viptools-${randomBytes(8).toString("hex")}.new`);
  return [draft, await open(draft, "wx", mode)];
}

/** @throws {ExitError} usage; configuration; the file system's error. */
async function findPlace(path: string): Promise<Place> {
  let at = path;
  for (let links = 0; links <= LINKS_MAX; links += 1) {
    const old = await lookAt(at);
    if (old?.isSymbolicLink() !== true) {
      const kind = at.endsWith("/") ? "a folder" : otherKind(old);
      if (kind === undefined) return { path: at, old };
      throw new ExitError(ExitCode.usage, `Cannot write ${path}: it is ${kind}, needs the name of a file`);
    }
    needTrustedLink(path, at, old);
    const target = await readlink(at);
    // Not joined: ".." is of the folder that is there, and not of the name.
    at = isAbsolute(target) ? target : `${await realpath(dirname(at))}/${target}`;
  }
  throw Object.assign(new Error("ELOOP"), { code: "ELOOP" });
}

/**
 * Who may add names to a folder could have us write over any file, by a link. In a folder like /tmp the kernel follows no
 * such link (fs.protected_symlinks); but here it is we who follow.
 *
 * @throws {ExitError} configuration.
 */
function needTrustedLink(path: string, link: string, status: Stats): void {
  if (isOwnOrRoots(status)) return;
  throw new ExitError(
    ExitCode.configuration,
    `Cannot write ${path}: ${link} is a link of user ${status.uid}, who would choose what is written over; remove it`,
  );
}

async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

function otherKind(status: Stats | undefined): string | undefined {
  if (status === undefined || status.isFile()) return undefined;
  if (status.isDirectory()) return "a folder";
  if (status.isFIFO()) return "a pipe";
  if (status.isSocket()) return "a socket";
  return "a device";
}

function refusal(path: string, error: unknown, code: ExitCode): ExitError {
  return error instanceof ExitError
    ? error
    : new ExitError(code, `Cannot write ${path}: ${fileFault(error)}`);
}
