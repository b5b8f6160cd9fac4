/**
 * Says in a file which virtual routers this host receives for, so that an elector may wait for it.
 *
 * @module
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { type Context, fileFault } from "@viptools/cli";

const PRIVATE_FILE = 0o600;

export class AckFile {
  readonly #context: Context;
  readonly #path: string;
  /** The last epoch of each virtual router in which this host receives. */
  readonly #receiving = new Map<string, number>();
  #isDue = false;

  constructor(context: Context, path: string) {
    this.#context = context;
    this.#path = path;
  }

  /** All that began to receive in one turn are written once, after their records. */
  note(instance: string, epoch: number): void {
    this.#receiving.set(instance, epoch);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#write());
  }

  /** Whole or not at all: the elector reads the file when it is renamed into its place. */
  #write(): void {
    this.#isDue = false;
    const lines = [...this.#receiving].map(([name, number]) => `${name} ${number}\n`);
    const beside = `${this.#path}.new`;
    try {
      // A killed process leaves it; what it leads to is not ours to write.
      rmSync(beside, { force: true });
      writeFileSync(beside, lines.join(""), { mode: PRIVATE_FILE, flag: "wx" });
      renameSync(beside, this.#path);
    } catch (error) {
      this.#context.report("ack", `Cannot write ${this.#path}: ${fileFault(error)}`);
    }
  }
}
