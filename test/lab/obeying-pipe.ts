/**
 * A pipe that owns what somebody else decides: `HEAD | vmac-ctl follow … | garp-send --follow`.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KnownRecord, RecordOf } from "@viptools/records";
import { type Network, VIP } from "./network.ts";
import { ofType, readRecordLog } from "./record-log.ts";
import { VRID } from "./router.ts";
import { hasEnded, TOP, waitFor } from "./shell.ts";

let started = 0;

export class ObeyingPipe {
  readonly #child: ChildProcess;
  readonly #path: string;

  /** @param head writes keepalived.state records about `name`. */
  constructor(network: Network, host: string, head: string, name: string) {
    started += 1;
    this.#path = join(network.folder, `obeying-${host}-${started}`);
    const follow = `vmac-ctl follow --instance ${name} -I eth0 --vrid ${VRID} ${VIP}`;
    const command = `PATH=${TOP}scripts:$PATH; ${head} | ${follow} | garp-send --follow > ${this.#path}`;
    this.#child = network.start(host, ["bash", "-c", `exec 2> ${this.#path}.err; ${command}`], "ignore");
  }

  records(): KnownRecord[] {
    return readRecordLog(this.#path);
  }

  /** What keepalived said of an instance or group, as it came through. */
  words(name: string): RecordOf<"keepalived.state">[] {
    return ofType(this.records(), "keepalived.state").filter((record) => record.name === name);
  }

  /** The same without words that tell of no change. */
  states(name: string): string[] {
    const states = this.words(name).map(({ state }) => state);
    return states.filter((state) => /^(MASTER|BACKUP|FAULT|STOP)$/.test(state));
  }

  errors(): string {
    return readFileSync(`${this.#path}.err`, "utf8");
  }

  /** True while it says that it owns the address. */
  owns(): boolean {
    const own = this.records().filter(({ type }) => type === "vmac.up" || type === "vmac.down");
    return own.at(-1)?.type === "vmac.up";
  }

  async until(owns: boolean): Promise<void> {
    await waitFor(`the pipe to ${owns ? "own" : "give back"} the address`, 15_000, () => {
      if (this.hasEnded) throw new Error(`the pipe has ended: ${this.errors()}`);
      return this.owns() === owns || undefined;
    });
  }

  get hasEnded(): boolean {
    return hasEnded(this.#child);
  }

  /** As a service manager would: all of its processes at once. The shell ends first. */
  async stop(): Promise<void> {
    const group = -this.#child.pid!;
    process.kill(group, "SIGTERM");
    await waitFor("the pipe to end", 15_000, () => isEmpty(group) || undefined);
  }
}

function isEmpty(group: number): boolean {
  try {
    process.kill(group, 0);
    return false;
  } catch {
    return true;
  }
}
