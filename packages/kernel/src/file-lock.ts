/**
 * A lock that ends with its holder, however that ends (flock(2)).
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, rmSync, statSync } from "node:fs";
import { native } from "./native.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;

export interface FileLock {
  /** Removes the file and lets others have the lock. */
  release(): void;
}

/**
 * @returns undefined if another process holds it.
 * @throws the file system's error: ENOENT if the folder is gone.
 */
export function tryLock(path: string): FileLock | undefined {
  for (;;) {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    if (native.flock(fd, LOCK_EX | LOCK_NB) < 0) {
      closeSync(fd);
      return undefined;
    }
    if (isStillThere(fd, path)) return { release: () => release(fd, path) };
    // The last holder removed the file between our opening and locking it: what we hold is nobody's.
    closeSync(fd);
  }
}

function isStillThere(fd: number, path: string): boolean {
  try {
    return fstatSync(fd).ino === statSync(path).ino;
  } catch {
    return false;
  }
}

function release(fd: number, path: string): void {
  rmSync(path, { force: true });
  closeSync(fd);
}
