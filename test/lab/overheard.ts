/**
 * tcpdump inside a host, as text: for questions of one filter, where the taps on the switch would tell too much.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "./network.ts";
import { hasEnded, waitFor } from "./shell.ts";

let opened = 0;

export class Overheard {
  readonly #child: ChildProcess;
  readonly #path: string;

  private constructor(child: ChildProcess, path: string) {
    this.#child = child;
    this.#path = path;
  }

  /** @returns when it listens. */
  static async open(
    network: Network,
    host: string,
    interfaceName: string,
    filter: string,
  ): Promise<Overheard> {
    opened += 1;
    const path = join(network.folder, `overheard-${host}-${opened}`);
    const argv = ["tcpdump", "-i", interfaceName, "-n", "-e", "-l", "--immediate-mode", "-B", "512", filter];
    const child = network.start(host, argv, ["ignore", openSync(path, "w"), "pipe"]);
    await new Promise<void>((resolve, reject) => {
      child.stderr!.on("data", (text: Buffer) => {
        if (text.includes("listening on")) resolve();
      });
      child.once("exit", () => reject(new Error(`tcpdump did not start: ${filter}`)));
    });
    return new Overheard(child, path);
  }

  /** One line for each packet, MACs included. */
  lines(): string[] {
    return readFileSync(this.#path, "utf8").split("\n").filter(Boolean);
  }

  async stop(): Promise<string[]> {
    this.#child.kill("SIGINT");
    await waitFor("tcpdump to end", 5000, () => hasEnded(this.#child) || undefined);
    return this.lines();
  }
}
