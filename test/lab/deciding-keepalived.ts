/**
 * A keepalived that only decides: its VIP is a placeholder on lo, and a file says its priority, so that it can be made to
 * change its state at will against a peer of 100.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startKeepalived } from "./keepalived.ts";
import type { Network } from "./network.ts";
import { VRID } from "./router.ts";
import { end, hasEnded, waitFor } from "./shell.ts";

/** keepalived 2.2.7 refuses to decide about nothing. */
export const PLACEHOLDER = "198.51.100.51";
export const NAME = "VI_1";
const BASE_PRIORITY = 100;

export interface DecidingOptions {
  /** Between its lowest and its highest one. */
  readonly advertMs: number;
  /** Lines of global_defs. */
  readonly globals?: readonly string[];
  /** Lines of the instance. */
  readonly lines?: readonly string[];
}

export class DecidingKeepalived {
  readonly #network: Network;
  readonly #host: string;
  readonly #weightPath: string;
  readonly #daemon: ChildProcess;
  readonly logPath: string;

  constructor(network: Network, host: string, options: DecidingOptions) {
    this.#network = network;
    this.#host = host;
    this.#weightPath = join(network.folder, `weight-${host}`);
    writeFileSync(this.#weightPath, "0\n");
    const { child, logPath } = startKeepalived(network, host, this.#configuration(options));
    this.#daemon = child;
    this.logPath = logPath;
  }

  /** @param offset added to 100, from the next moment on. */
  weigh(offset: number): void {
    writeFileSync(this.#weightPath, `${offset}\n`);
  }

  /** What it owns tells what it is. */
  isMaster(): boolean {
    const { stdout } = this.#network.run(this.#host, ["ip", "-o", "address", "show", "dev", "lo"]);
    return stdout.includes(`${PLACEHOLDER}/`);
  }

  /** All that it says to have become, in its order. */
  states(): string[] {
    return [...this.log().matchAll(/\(VI_1\) Entering (\w+) STATE/g)].map(([, state]) => state!);
  }

  log(): string {
    return readFileSync(this.logPath, "utf8");
  }

  async until(isMaster: boolean): Promise<void> {
    await waitFor(`keepalived on ${this.#host} to be ${isMaster ? "MASTER" : "BACKUP"}`, 15_000, () =>
      hasEnded(this.#daemon) ? this.#fail() : this.isMaster() === isMaster || undefined,
    );
  }

  /** Reads its configuration again. */
  async reload(): Promise<void> {
    const before = this.log().split("Reload complete").length;
    process.kill(this.#daemon.pid!, "SIGHUP");
    await waitFor("keepalived to read its configuration again", 10_000, () =>
      this.log().split("Reload complete").length > before ? true : undefined,
    );
  }

  async stop(): Promise<void> {
    await end(this.#daemon);
  }

  #fail(): never {
    throw new Error(`keepalived on ${this.#host} has ended: ${this.log()}`);
  }

  /** `script_user` comes first: 2.2.7 forgets it for what stands before, when it reads its configuration again. */
  #configuration({ advertMs, globals = [], lines = [] }: DecidingOptions): string {
    return `
global_defs {
  script_user root
  router_id ${this.#host}
  vrrp_version 3
  ${globals.join("\n  ")}
}
track_file weight {
  file ${this.#weightPath}
  weight 1
}
vrrp_instance ${NAME} {
  state BACKUP
  interface eth0
  virtual_router_id ${VRID}
  priority ${BASE_PRIORITY}
  advert_int ${advertMs / 1000}
  virtual_ipaddress {
    ${PLACEHOLDER}/32 dev lo
  }
  track_file {
    weight
  }
  ${lines.join("\n  ")}
}
`;
  }
}
