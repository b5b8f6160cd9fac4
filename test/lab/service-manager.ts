/**
 * Plays a service manager: a socket for sd_notify(3), and what came in there. The receiver is Python's socket module, so
 * that no code of ours is on both ends.
 *
 * @module
 */
import { existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "./network.ts";
import { waitFor } from "./shell.ts";

const RECEIVER = `
import json, os, socket, sys, time
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
while True:
    text = end.recv(65536).decode()
    print(json.dumps([time.monotonic_ns() // 1000, text]), flush=True)
`;

export interface Notice {
  /** CLOCK_MONOTONIC, microseconds. */
  readonly atUs: number;
  /** Assignments of one datagram. */
  readonly lines: readonly string[];
}

export class ServiceManager {
  /** What NOTIFY_SOCKET has to be. */
  readonly path: string;
  readonly #log: string;

  private constructor(network: Network, host: string, name: string) {
    this.path = join(network.folder, `${name}.notify`);
    this.#log = `${this.path}.log`;
    const argv = ["/usr/bin/python3", "-c", RECEIVER, this.path];
    network.start(host, argv, ["ignore", openSync(this.#log, "w"), "inherit"]);
  }

  /** It ends with the lab. */
  static async open(network: Network, host: string, name: string): Promise<ServiceManager> {
    const manager = new ServiceManager(network, host, name);
    await waitFor("the notification socket", 10_000, () => existsSync(manager.path) || undefined);
    return manager;
  }

  notices(): Notice[] {
    return readFileSync(this.#log, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as [number, string])
      .map(([atUs, text]) => ({ atUs, lines: text.split("\n") }));
  }

  /** When an assignment came in, each time, microseconds of CLOCK_MONOTONIC. */
  timesOf(assignment: string): number[] {
    return this.notices()
      .filter(({ lines }) => lines.includes(assignment))
      .map(({ atUs }) => atUs);
  }
}
