/**
 * Files in which whoever owns the addresses says that this host receives: lines of `INSTANCE EPOCH`.
 *
 * @module
 */
import { type FSWatcher, readFileSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { ExitCode, ExitError } from "@viptools/cli";

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
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch {
      return;
    }
    for (const line of text.split("\n")) {
      const [, instance, epoch] = LINE.exec(line) ?? [];
      if (instance !== undefined) this.#onAck(instance, Number(epoch));
    }
  }
}
