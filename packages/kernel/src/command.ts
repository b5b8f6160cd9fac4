/**
 * Runs a program in a process group of its own, and ends the whole group.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { must, native } from "./native.ts";

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

  /**
   * Starts it: in /, with nothing to read, as the leader of a session.
   *
   * @throws {Error} with an errno as its code, if this process has no descriptor left, or the command line is too long.
   */
  constructor({ argv, environment, uid, gid }: CommandOptions) {
    const outputs = [new OutputReader(), new OutputReader()] as const;
    const [program, ...rest] = argv;
    try {
      this.#child = spawn(program!, rest, {
        cwd: "/",
        env: { ...environment },
        stdio: ["ignore", ...outputs.map(({ writeEnd }) => writeEnd)],
        detached: true,
        ...(uid === undefined ? {} : { uid }),
        ...(gid === undefined ? {} : { gid }),
      });
    } finally {
      for (const { writeEnd } of outputs) closeSync(writeEnd);
    }
    this.ended = this.#end(outputs);
  }

  /** Asks the group to end (SIGTERM), and ends it after a second (SIGKILL). */
  terminate(): void {
    if (this.#deadline !== undefined || this.#hasEnded) return;
    signalGroup(this.#child.pid, "SIGTERM");
    this.#deadline = setTimeout(() => signalGroup(this.#child.pid, "SIGKILL"), PATIENCE_MS);
  }

  async #end(outputs: readonly OutputReader[]): Promise<CommandEnd> {
    const child = this.#child;
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
    const lines = await Promise.all(outputs.map((output) => output.finish()));
    return { ...end, firstLine: lines.find((line) => line !== "") ?? "" };
  }
}

/**
 * What a command writes. A pipe of our own, because those of Node are sockets: a script cannot open them as /dev/stderr,
 * and who writes to one that is closed is not ended by SIGPIPE.
 */
class OutputReader {
  /** For the command; to be closed when it has it. */
  readonly writeEnd: number;
  readonly #socket: Socket;
  readonly #kept: Buffer[] = [];
  #length = 0;

  constructor() {
    const ends = new Float64Array(2);
    must(native.pipe(ends), "Cannot open a pipe");
    const [readEnd, writeEnd] = ends as unknown as [number, number];
    this.writeEnd = writeEnd;
    this.#socket = new Socket({ fd: readEnd, readable: true, writable: false });
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#socket.on("error", () => this.#socket.destroy());
  }

  /** Reads what still comes, not for long. @returns the first line. */
  async finish(): Promise<string> {
    if (!this.#socket.closed) {
      const patience = setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS);
      await new Promise((resolve) => this.#socket.once("close", resolve));
      clearTimeout(patience);
    }
    return Buffer.concat(this.#kept).toString("utf8").trimStart().split("\n", 1)[0]!.trimEnd();
  }

  #take(chunk: Buffer): void {
    if (this.#length < KEPT_BYTES) this.#kept.push(chunk.subarray(0, KEPT_BYTES - this.#length));
    this.#length += chunk.length;
    if (this.#length > READ_BYTES_MAX) this.#socket.destroy();
  }
}

/** @param leader of a process group; undefined of one that never ran. */
export function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody is left in it.
  }
}
