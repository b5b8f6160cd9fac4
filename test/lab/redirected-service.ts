/**
 * A service of a host that packets for the VIP are turned to, though no interface has the VIP; and a client of it.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "./balancer.ts";
import { type Network, VIP } from "./network.ts";
import { end, waitFor } from "./shell.ts";

const CALLER = fileURLToPath(new URL("./caller.js", import.meta.url));
const PORT = 80;
const OWN_PORT = 8080;
const CALL_EVERY_MS = 20;

/** Greets with the host's name. */
export async function offerService(network: Network, host: string): Promise<void> {
  const to = `dnat to ${network.host(host).address}:${OWN_PORT}`;
  const chain = "type nat hook prerouting priority dstnat;";
  const rules = `table ip service { chain in { ${chain}\nip daddr ${VIP} tcp dport ${PORT} ${to}\n}\n}\n`;
  const { code, stderr } = network.run(host, ["nft", "-f", "-"], rules);
  if (code !== 0) throw new Error(`nft on ${host}: ${stderr}`);
  await serve(network, host, OWN_PORT);
}

/** Who was greeted by whom, when. */
export interface Greeting {
  readonly atUs: number;
  readonly by: string;
}

export class Caller {
  readonly #path: string;
  readonly #child: ChildProcess;

  constructor(network: Network, host: string) {
    this.#path = join(network.folder, `caller-${host}`);
    const argv = ["node", CALLER, VIP, String(PORT), String(CALL_EVERY_MS)];
    this.#child = network.start(host, argv, ["ignore", openSync(this.#path, "w"), "inherit"]);
  }

  greetings(): Greeting[] {
    return readFileSync(this.#path, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(" "))
      .map(([atUs, by]) => ({ atUs: Number(atUs), by: by! }));
  }

  /** @returns the first greeting by a host at or after a time. */
  async untilGreetedBy(host: string, sinceUs: number, limitMs: number): Promise<Greeting> {
    return await waitFor(`a greeting by ${host}`, limitMs, () =>
      this.greetings().find(({ atUs, by }) => by === host && atUs >= sinceUs),
    );
  }

  async stop(): Promise<void> {
    await end(this.#child);
  }
}
