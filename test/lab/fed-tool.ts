/**
 * A tool on a host with whatever command line, its input in our hands, and its records in a file.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KnownRecord, RecordOf } from "@viptools/records";
import type { Network } from "./network.ts";
import { ofType, readRecordLog, recordLine } from "./record-log.ts";
import { hasEnded, sleep, waitFor } from "./shell.ts";

let started = 0;

export class FedTool {
  readonly #child: ChildProcess;
  /** Where its records go; what it says goes beside it. */
  readonly path: string;

  /** The input is open and silent until {@link say}. */
  constructor(network: Network, host: string, argv: readonly string[]) {
    started += 1;
    this.path = join(network.folder, `fed-${host}-${started}`);
    const [out, err] = [openSync(this.path, "w"), openSync(`${this.path}.err`, "w")];
    this.#child = network.start(host, argv, ["pipe", out, err]);
    // Who has ended does not read any more; its exit code tells why.
    this.#child.stdin!.on("error", () => {});
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Undefined while it runs. */
  get exitCode(): number | undefined {
    return this.#child.exitCode ?? undefined;
  }

  records(): KnownRecord[] {
    return readRecordLog(this.path);
  }

  errors(): string {
    return readFileSync(`${this.path}.err`, "utf8");
  }

  /** Writes a record to its input, as another tool would. */
  say(body: Readonly<Record<string, unknown>>): void {
    this.#child.stdin!.write(recordLine(body));
  }

  /** Writes to its input, as a person at its terminal would. */
  type(text: string): void {
    this.#child.stdin!.write(text);
  }

  endInput(): void {
    this.#child.stdin!.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the n-th record of a type that it wrote. @param n from 0. */
  async untilRecord<T extends KnownRecord["type"]>(type: T, n = 0, limitMs = 10_000): Promise<RecordOf<T>> {
    return await waitFor(`record ${n} of ${type}`, limitMs, () => ofType(this.records(), type)[n]);
  }

  /** Counters, asked for now. */
  async counters(): Promise<Readonly<Record<string, number>>> {
    const before = ofType(this.records(), "tool.stats").length;
    this.signal("SIGUSR1");
    return (await this.untilRecord("tool.stats", before, 5000)).counters;
  }

  async ended(): Promise<void> {
    await waitFor("the tool to end", 90_000, () => (hasEnded(this.#child) ? true : undefined));
    await sleep(10);
  }
}
