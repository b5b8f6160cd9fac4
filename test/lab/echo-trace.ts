/**
 * Where echoes pass the switch, with the frames of the virtual router between them.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hop } from "./fate.ts";
import type { Network } from "./network.ts";
import { hasEnded, sleep, waitFor } from "./shell.ts";

const TRACER = fileURLToPath(new URL("./trace-echoes.js", import.meta.url));
/** A busy machine takes frames from a socket late. */
const LINGER_MS = 50;
let opened = 0;

export class EchoTrace {
  readonly #child: ChildProcess;
  readonly #path: string;

  private constructor(child: ChildProcess, path: string) {
    this.#child = child;
    this.#path = path;
  }

  /** Traces all ports of these hosts. @returns when it does. */
  static async open(network: Network, hosts: readonly string[]): Promise<EchoTrace> {
    opened += 1;
    const path = join(network.folder, `echoes-${opened}`);
    const argv = ["node", TRACER, ...hosts.flatMap((host) => network.portsOf(host))];
    const child = network.start("switch", argv, ["ignore", openSync(path, "w"), "pipe"]);
    await new Promise<void>((resolve, reject) => {
      child.stderr!.once("data", resolve);
      child.once("exit", () => reject(new Error("the trace did not start")));
    });
    return new EchoTrace(child, path);
  }

  hasSeenAsks(): boolean {
    return readFileSync(this.#path, "utf8").includes('"request"');
  }

  /** @returns what it saw, in the order of its time (CLOCK_REALTIME, microseconds). */
  async close(): Promise<Hop[]> {
    await sleep(LINGER_MS);
    this.#child.kill("SIGTERM");
    await waitFor("the trace to end", 5000, () => hasEnded(this.#child) || undefined);
    const lines = readFileSync(this.#path, "utf8").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Hop).sort((x, y) => x.atUs - y.atUs);
  }
}
