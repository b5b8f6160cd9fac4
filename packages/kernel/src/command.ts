/**
 * Runs a program in a process group of its own, and ends the whole group.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";

export interface CommandOptions {
  /** The program's full path, and its arguments. No shell is between. */
  readonly argv: readonly string[];
  /** All variables that it has. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who runs it; with it, all other groups are given up. Left out: who runs this process. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** How it ended. */
export interface CommandEnd {
  /** Undefined if it was ended by a signal, or never ran. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** The errno's name, if it could not be started. */
  readonly failure: string | undefined;
  /** The first line that it wrote to standard output, or else to standard error; cut at 1,024 octets. */
  readonly firstLine: string;
}

/** After being asked to end. */
const PATIENCE_MS = 1000;
/** What it wrote last is read for so long after its end: somebody else may hold its output open. */
const LAST_WORDS_MS = 100;
const KEPT_BYTES = 1024;
/** Who writes more loses its reader, rather than keep us busy. */
const READ_BYTES_MAX = 1 << 20;

export class Command {
  /** Settled when it has ended, and what it left of its group with it. */
  readonly ended: Promise<CommandEnd>;
  readonly #child: ChildProcess;
  #deadline: NodeJS.Timeout | undefined;
  /** From then on the group's number may become another's. */
  #hasEnded = false;

  /** Starts it: in /, with nothing to read, as the leader of a session. */
  constructor({ argv, environment, uid, gid }: CommandOptions) {
    const [program, ...rest] = argv;
    this.#child = spawn(program!, rest, {
      cwd: "/",
      env: { ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    const words = [this.#child.stdout!, this.#child.stderr!].map(keepBeginning);
    this.ended = this.#end(words);
  }

  /** Asks the group to end (SIGTERM), and ends it after a second (SIGKILL). */
  terminate(): void {
    if (this.#deadline !== undefined || this.#hasEnded) return;
    signalGroup(this.#child.pid, "SIGTERM");
    this.#deadline = setTimeout(() => signalGroup(this.#child.pid, "SIGKILL"), PATIENCE_MS);
  }

  async #end(words: readonly (() => string)[]): Promise<CommandEnd> {
    const child = this.#child;
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const end = await new Promise<Omit<CommandEnd, "firstLine">>((resolve) => {
      child.once("error", (error: NodeJS.ErrnoException) =>
        resolve({ code: undefined, signal: undefined, failure: error.code ?? error.message }),
      );
      child.once("exit", (code, signal) =>
        resolve({ code: code ?? undefined, signal: signal ?? undefined, failure: undefined }),
      );
    });
    this.#hasEnded = true;
    clearTimeout(this.#deadline);
    // What it has left behind keeps the group's number.
    signalGroup(child.pid, "SIGKILL");
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
    child.stdout!.destroy();
    child.stderr!.destroy();
    return { ...end, firstLine: words.map((read) => read()).find((line) => line !== "") ?? "" };
  }
}

/** @returns what reads the first line of what has come so far. */
function keepBeginning(stream: NodeJS.ReadableStream & { destroy(): void }): () => string {
  const kept: Buffer[] = [];
  let length = 0;
  stream.on("data", (chunk: Buffer) => {
    if (length < KEPT_BYTES) kept.push(chunk.subarray(0, KEPT_BYTES - length));
    length += chunk.length;
    if (length > READ_BYTES_MAX) stream.destroy();
  });
  // A reader that is gone is no failure of ours.
  stream.on("error", () => {});
  return () => Buffer.concat(kept).toString("utf8").trimStart().split("\n", 1)[0]!.trimEnd();
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody is left in it.
  }
}
