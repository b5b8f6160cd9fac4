/**
 * A lock that ends with its holder, however that ends (flock(2)).
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import { native } from "./native.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;

export interface FileLock {
  release(): void;
}

/** @returns undefined if another process holds it. The file is made if need be and never removed: others may wait on it. */
export function tryLock(path: string): FileLock | undefined {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  if (native.flock(fd, LOCK_EX | LOCK_NB) < 0) {
    closeSync(fd);
    return undefined;
  }
  return { release: () => closeSync(fd) };
}
