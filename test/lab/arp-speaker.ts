/**
 * `scripts/arp-speaker` on a host, and the tools that it has started.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { childCommand } from "./failover-script.ts";
import { FedTool } from "./fed-tool.ts";
import type { Network } from "./network.ts";
import { ofType } from "./record-log.ts";
import { TOP, waitFor } from "./shell.ts";

export class ArpSpeaker extends FedTool {
  readonly #host: string;

  constructor(network: Network, host: string, args: string) {
    super(network, host, [`${TOP}scripts/arp-speaker`, "-I", "eth0", ...args.split(" ")]);
    this.#host = host;
  }

  /** True if its elector says so. */
  get isActive(): boolean {
    return ofType(this.records(), "vrrp.state").at(-1)?.state === "active";
  }

  async untilElected(state: "active" | "backup"): Promise<void> {
    await waitFor(`the speaker on ${this.#host} to be ${state}`, 15_000, () => {
      if (this.exitCode !== undefined) throw new Error(`arp-speaker on ${this.#host}: ${this.errors()}`);
      return ofType(this.records(), "vrrp.state").at(-1)?.state === state ? true : undefined;
    });
  }

  /** Pids of its tools, by name. */
  tools(): Map<string, number> {
    const found = new Map<string, number>();
    for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const command = childCommand(Number(entry), this.pid);
      const name = /\/(arp-listen|garp-send|vmac-ctl|vrrp-elect)\0/.exec(command)?.[1];
      if (name !== undefined) found.set(name, Number(entry));
    }
    return found;
  }

  signalTool(name: string, signal: NodeJS.Signals): void {
    process.kill(this.tools().get(name)!, signal);
  }

  /** The same as losing the host. */
  killAll(): void {
    const pids = [...this.tools().values()];
    this.signal("SIGKILL");
    for (const pid of pids) process.kill(pid, "SIGKILL");
  }
}
