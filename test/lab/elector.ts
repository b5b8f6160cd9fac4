/**
 * vrrp-elect alone on a host.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import { FedTool } from "./fed-tool.ts";
import type { Network } from "./network.ts";
import { ofType } from "./record-log.ts";
import { waitFor } from "./shell.ts";

export class Elector extends FedTool {
  /** @param args beside those for the log. */
  constructor(network: Network, host: string, args: readonly string[], command: readonly string[] = []) {
    const argv = [...command, "vrrp-elect", "--host-name", host, "--on-reader-loss", "ignore", ...args];
    super(network, host, argv);
  }

  states(instance?: string): RecordOf<"vrrp.state">[] {
    return ofType(this.records(), "vrrp.state").filter(
      (record) => instance === undefined || record.instance === instance,
    );
  }

  state(instance?: string): string | undefined {
    return this.states(instance).at(-1)?.state;
  }

  async until(state: string, instance?: string, limitMs = 15_000): Promise<void> {
    await waitFor(`${instance ?? "it"} to be ${state}`, limitMs, () =>
      this.state(instance) === state ? true : undefined,
    );
  }

  async stop(): Promise<void> {
    this.signal("SIGTERM");
    await this.ended();
  }
}
