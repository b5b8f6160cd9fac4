/**
 * Files in which whoever owns the addresses says that this host receives: lines of `INSTANCE EPOCH`.
 *
 * @module
 */
import { closeSync, constants, type FSWatcher, fstatSync, openSync, readFileSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { ExitCode, ExitError, isOwnOrRoots } from "@viptools/cli";

const BYTES_MAX = 1 << 20;
const LINE = /^(\S+) (\d+)$/;

export class AckFiles {
  readonly #onAck: (instance: string, epoch: number) => void;
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(onAck: (instance: string, epoch: number) => void) {
    this.#onAck = onAck;
  }

  /** @throws {ExitError} noFile. The folder is watched, because a file that is written whole is renamed into its place. */
  watch(path: string): void {
    if (this.#watchers.has(path)) return;
    const watcher = this.#open(path);
    watcher.on("error", () => {});
    this.#watchers.set(path, watcher);
  }

  #open(path: string): FSWatcher {
    const name = basename(path);
    try {
      return watch(dirname(path), { persistent: false }, (_event, changed) => {
        if (changed === name) this.#read(path);
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ExitError(ExitCode.noFile, `Cannot watch for ${path}: ${code}: needs a folder that is there`);
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  /** A file that is not there yet says nothing. */
  #read(path: string): void {
    for (const line of readAck(path).split("\n")) {
      const [, instance, epoch] = LINE.exec(line) ?? [];
      if (instance !== undefined) this.#onAck(instance, Number(epoch));
    }
  }
}

/**
 * Nothing that could hold up an elector, which has adverts to send: a FIFO in its place is not waited for, and more than
 * all virtual routers can say is not read.
 *
 * @returns nothing for what is no file, or is another user's.
 */
function readAck(path: string): string {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const status = fstatSync(fd);
      return status.isFile() && isOwnOrRoots(status) && status.size <= BYTES_MAX
        ? readFileSync(fd, "utf8")
        : "";
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
}
