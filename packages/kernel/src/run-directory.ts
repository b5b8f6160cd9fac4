/**
 * The folder in which the tools note what they changed on this host: one for each boot and network namespace, so that no
 * note outlives what it is about.
 *
 * @module
 */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { readBootId, readNamespaceCookie } from "./clock.ts";
import { type FileLock, tryLock } from "./file-lock.ts";
import { KernelError } from "./native.ts";
import { findUntrusted } from "./trusted-path.ts";

/** Whoever may not write there, or must not share it with root, names another folder. */
const ROOT: string = process.env["VIPTOOLS_RUN"] || "/run/viptools";
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;
/** Others tidy up between our making and our looking; nobody does so this often. */
const MAKING_TRIES = 100;
const NOT_ALLOWED: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

export class RunDirectory {
  readonly #path: string;

  /** @throws {KernelError} EPERM, if the folder cannot be made or is root's; EEXIST, if it is another user's, or others may change it. */
  constructor() {
    this.#path = join(ROOT, `${readBootId()}-${readNamespaceCookie()}`);
    this.#make();
  }

  /** Takes away what a killed holder had not finished writing. @returns undefined if another process holds it. */
  lock(name: string): FileLock | undefined {
    const path = join(this.#path, `${name}.lock`);
    for (;;) {
      try {
        const lock = tryLock(path);
        if (lock !== undefined) rmSync(this.#unfinished(name), { force: true });
        return lock;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        // Another process has just tidied up.
        this.#make();
      }
    }
  }

  /** Removes locks that nobody holds, and notes that were never finished: a killed process leaves them. */
  sweep(): void {
    for (const file of this.#files()) {
      const name = file.replace(/\.(lock|json\.new)$/, "");
      if (name !== file) this.lock(name)?.release();
    }
  }

  /** Removes the folders that hold nothing any more. */
  tidy(): void {
    for (const path of [this.#path, ROOT]) {
      try {
        rmdirSync(path);
      } catch {
        return;
      }
    }
  }

  /** Made again where another process, which has just tidied up, took it away before we looked. */
  #make(): void {
    for (let tries = 1; ; tries += 1) {
      try {
        // One after the other: through a stranger's link we would make a folder where he likes.
        for (const path of [ROOT, this.#path]) {
          mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
          checkPrivate(path);
        }
        checkWay();
        return;
      } catch (error) {
        if (error instanceof KernelError) throw error;
        const code = (error as NodeJS.ErrnoException).code;
        if (code === "ENOENT" && tries < MAKING_TRIES) continue;
        const why = NOT_ALLOWED.has(code ?? "") ? notAllowed() : ` (${code})`;
        throw new KernelError("EPERM", `Cannot make ${this.#path}${why}`);
      }
    }
  }

  /** None where another process has just tidied up. */
  #files(): string[] {
    try {
      return readdirSync(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return [];
    }
  }

  /** Names of the notes with this beginning. */
  list(prefix: string): string[] {
    return this.#files()
      .filter((file) => file.startsWith(prefix) && file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length));
  }

  /** @returns undefined if there is none, or it was cut short by a crash of the machine. */
  read<T>(name: string): T | undefined {
    try {
      return JSON.parse(readFileSync(this.#file(name), "utf8")) as T;
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all: written beside, then renamed. */
  write(name: string, value: unknown): void {
    const beside = this.#unfinished(name);
    writeFileSync(beside, `${JSON.stringify(value)}\n`, { mode: PRIVATE_FILE });
    renameSync(beside, this.#file(name));
  }

  /** With what a killed process had not finished writing of it. */
  remove(name: string): void {
    for (const path of [this.#file(name), this.#unfinished(name)]) rmSync(path, { force: true });
  }

  #unfinished(name: string): string {
    return `${this.#file(name)}.new`;
  }

  #file(name: string): string {
    return join(this.#path, `${name}.json`);
  }
}

/** Who has the capabilities without being root lacks something else. */
function notAllowed(): string {
  return process.geteuid?.() === 0 ? "" : " (VIPTOOLS_RUN may name a folder of this user's)";
}

/** Who can rename a folder of the way can put another one in its place; root's journal says what root restores. */
function checkWay(): void {
  const fault = process.geteuid?.() === 0 ? findUntrusted(resolve(ROOT)) : undefined;
  if (fault !== undefined) throw new KernelError("EEXIST", `Cannot use ${ROOT}: ${fault}`);
}

/** Who could write here could make us restore what they like. */
function checkPrivate(path: string): void {
  const status = lstatSync(path);
  const user = process.geteuid?.();
  const isPrivate = status.isDirectory() && (status.mode & 0o022) === 0;
  if (isPrivate && status.uid !== user) {
    if (status.uid === 0) throw new KernelError("EPERM", `Cannot use ${path}: it is root's${notAllowed()}`);
    const ways = "run as that one, or name another folder in VIPTOOLS_RUN";
    throw new KernelError(
      "EEXIST",
      `Cannot use ${path}: it belongs to user ${status.uid}, and this is user ${user}; ${ways}`,
    );
  }
  if (!isPrivate) {
    throw new KernelError(
      "EEXIST",
      `Cannot use ${path}: it is no directory that only this user can write, remove it`,
    );
  }
}
