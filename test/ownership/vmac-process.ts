/**
 * One running vmac-ctl: its input in our hands, its output kept, killed when a script says so.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { hasEnded, inNamespace, sleep, start } from "../lab/shell.ts";

const LIMIT_MS = 15_000;

export class VmacProcess {
  readonly argv: readonly string[];
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #stdout = "";
  #stderr = "";

  /** @param tool vmac-ctl, or what stands in for it. */
  constructor(namespace: string, tool: string, argv: readonly string[]) {
    this.argv = argv;
    this.#child = start(inNamespace(namespace, [tool, ...argv]), { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    // Who has ended reads no more.
    this.#child.stdin!.on("error", () => {});
    this.#exited = new Promise((resolve) => this.#child.once("close", () => resolve()));
  }

  get hasEnded(): boolean {
    return hasEnded(this.#child);
  }

  /** True while it can be told something. */
  get isReading(): boolean {
    return !this.hasEnded && !this.#child.stdin!.writableEnded;
  }

  /** Exit code, or the signal that ended it. */
  get outcome(): number | NodeJS.Signals | null {
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  get lines(): readonly string[] {
    return this.#stdout.split("\n").filter((line) => line !== "");
  }

  get errors(): string {
    return this.#stderr;
  }

  write(lines: readonly string[]): void {
    if (this.isReading) this.#child.stdin!.write(`${lines.join("\n")}\n`);
  }

  endInput(): void {
    this.#child.stdin!.end();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.#child.kill(signal);
  }

  /** @returns once a line that was written has been passed on, or it has ended. */
  async untilPassedOn(line: string): Promise<void> {
    await this.#until(() => this.hasEnded || this.#stdout.includes(line));
  }

  /** @returns once anything in its run folder has changed, or it has ended. */
  async untilFirstNote(folder: string): Promise<void> {
    const before = listing(folder);
    await this.#until(() => this.hasEnded || listing(folder) !== before);
  }

  /** One that does not end by itself is killed, and its outcome tells. */
  async ended(): Promise<void> {
    const timer = setTimeout(() => this.signal("SIGKILL"), LIMIT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  async #until(isSo: () => boolean): Promise<void> {
    const end = Date.now() + LIMIT_MS;
    while (!isSo() && Date.now() < end) await sleep(1);
  }
}

function listing(folder: string): string {
  try {
    return readdirSync(folder).join(" ");
  } catch {
    return "";
  }
}
