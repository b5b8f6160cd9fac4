/**
 * `scripts/failover` on a host, and the tools that it has started.
 *
 * @module
 */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FedTool } from "./fed-tool.ts";
import type { Network } from "./network.ts";
import { ofType } from "./record-log.ts";
import { BIN, TOP, waitFor } from "./shell.ts";

export const FAILOVER = `${TOP}scripts/failover`;
/** What it starts, in the order of the pipe. */
export const FAILOVER_TOOLS = [
  "vip-track",
  "arp-listen",
  "vrrp-elect",
  "vmac-ctl",
  "garp-send",
  "vip-metrics",
] as const;
export type FailoverTool = (typeof FAILOVER_TOOLS)[number];

export interface FailoverOptions {
  /** Variables, and commands that run others: in front of the script. */
  readonly before?: readonly string[];
}

export class FailoverScript extends FedTool {
  readonly #host: string;

  /** @param args as one would type them. */
  constructor(network: Network, host: string, args: string, { before = [] }: FailoverOptions = {}) {
    super(network, host, [...before, FAILOVER, "-I", "eth0", "--host-name", host, ...args.split(" ")]);
    this.#host = host;
  }

  /** True if it says that it is Active, and owns the addresses. */
  isActive(): boolean {
    const records = this.records();
    const state = ofType(records, "vrrp.state").at(-1)?.state;
    const last = records.findLast(({ type }) => ["vmac.up", "vmac.down", "vmac.fenced"].includes(type));
    return this.exitCode === undefined && state === "active" && last?.type === "vmac.up";
  }

  async untilElected(state: "active" | "backup"): Promise<void> {
    await waitFor(`failover on ${this.#host} to be ${state}`, 30_000, () => {
      if (this.exitCode !== undefined)
        throw new Error(`failover on ${this.#host} has ended: ${this.errors()}`);
      const isSo =
        state === "active" ? this.isActive() : ofType(this.records(), "vrrp.state").at(-1)?.state === state;
      return isSo || undefined;
    });
  }

  /** Pids of its tools, by name. */
  tools(): Map<FailoverTool, number> {
    const found = new Map<FailoverTool, number>();
    for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const command = childCommand(Number(entry), this.pid);
      const name = FAILOVER_TOOLS.find((tool) => command.includes(`/${tool}\0`));
      if (name !== undefined) found.set(name, Number(entry));
    }
    return found;
  }

  signalTool(name: FailoverTool, signal: NodeJS.Signals): void {
    process.kill(this.tools().get(name)!, signal);
  }
}

/** @returns the command of a process whose parent is this one; "" of any other. */
export function childCommand(pid: number, parent: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return Number(fields[1]) === parent ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
  } catch {
    return "";
  }
}

/** @returns what is put before the command so that it finds a check, and the file that says whether it passes. */
export function standInCheck(network: Network, host: string): { before: string[]; file: string } {
  const folder = join(network.folder, `${host}-bin`);
  mkdirSync(folder);
  symlinkSync(`${TOP}test/lab/track-stand-in`, join(folder, "vip-track"));
  const file = join(folder, "check");
  writeFileSync(file, "true");
  return { before: ["env", `PATH=${folder}:${BIN}:${process.env["PATH"]}`], file };
}
