/**
 * vrrp-elect alone on a host, with whatever command line, its input in our hands, and its records in a file.
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

export class Elector {
  readonly #child: ChildProcess;
  readonly #path: string;

  /** @param args beside those for the log; the input is open and silent until {@link say}. */
  constructor(network: Network, host: string, args: readonly string[], command: readonly string[] = []) {
    started += 1;
    this.#path = join(network.folder, `elector-${host}-${started}`);
    const argv = [...command, "vrrp-elect", "--host-name", host, "--on-reader-loss", "ignore", ...args];
    const [out, err] = [openSync(this.#path, "w"), openSync(`${this.#path}.err`, "w")];
    this.#child = network.start(host, argv, ["pipe", out, err]);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  records(): KnownRecord[] {
    return readRecordLog(this.#path);
  }

  states(instance?: string): RecordOf<"vrrp.state">[] {
    return ofType(this.records(), "vrrp.state").filter(
      (record) => instance === undefined || record.instance === instance,
    );
  }

  state(instance?: string): string | undefined {
    return this.states(instance).at(-1)?.state;
  }

  errors(): string {
    return readFileSync(`${this.#path}.err`, "utf8");
  }

  /** Writes a record to its input, as another tool would. */
  say(body: Readonly<Record<string, unknown>>): void {
    this.#child.stdin!.write(recordLine(body));
  }

  endInput(): void {
    this.#child.stdin!.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async until(state: string, instance?: string, limitMs = 15_000): Promise<void> {
    await waitFor(`${instance ?? "it"} to be ${state}`, limitMs, () =>
      this.state(instance) === state ? true : undefined,
    );
  }

  /** Counters, asked for now. */
  async counters(): Promise<Readonly<Record<string, number>>> {
    const before = ofType(this.records(), "tool.stats").length;
    this.signal("SIGUSR1");
    return await waitFor("counters", 5000, () => ofType(this.records(), "tool.stats")[before]?.counters);
  }

  async stop(): Promise<void> {
    this.signal("SIGTERM");
    await waitFor("vrrp-elect to end", 90_000, () => (hasEnded(this.#child) ? true : undefined));
    await sleep(10);
  }
}
