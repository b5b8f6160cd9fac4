/**
 * The switch as two, joined by a trunk that can be cut: each half goes on, and knows nothing of the other.
 *
 * ```text
 *   near hosts ═ br0 ── trunk ── br1 ═ far hosts
 * ```
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Network, portState } from "./network.ts";
import { inNamespace, must } from "./shell.ts";

const INJECT = fileURLToPath(new URL("./inject.js", import.meta.url));
const TRUNK = "trunk0";
const DISABLED = "0";
const FORWARDING = "3";

export class SplitSwitch {
  readonly #network: Network;

  /** @param far hosts that move to the other half. */
  constructor(network: Network, far: readonly string[]) {
    this.#network = network;
    this.#do("ip link add br1 type bridge forward_delay 0 mcast_snooping 0");
    this.#do("ip link set br1 up");
    this.#do(`ip link add ${TRUNK} type veth peer name trunk1`);
    this.#do(`ip link set ${TRUNK} master br0 up`);
    this.#do("ip link set trunk1 master br1 up");
    for (const host of far) this.#do(`ip link set ${network.host(host).port} master br1`);
  }

  /** Drops all that would cross; links stay up everywhere. */
  cut(): void {
    must(inNamespace(this.#network.switchNamespace, portState([TRUNK], DISABLED)));
  }

  /** Joins the halves right after the next advert of a host. @returns when, microseconds of CLOCK_MONOTONIC. */
  healAfterAdvertOf(host: string): number {
    const command = ["node", INJECT, this.#network.host(host).port, ...portState([TRUNK], FORWARDING)];
    return Number(must(inNamespace(this.#network.switchNamespace, command)).trim());
  }

  /** @returns the port of the far half behind which it believes a MAC; undefined for one that it has forgotten. */
  farPortOf(mac: string): string | undefined {
    const table = must(inNamespace(this.#network.switchNamespace, ["bridge", "fdb", "show", "br", "br1"]));
    const line = table.split("\n").find((entry) => entry.startsWith(mac) && !entry.includes("permanent"));
    return / dev (\S+)/.exec(line ?? "")?.[1];
  }

  #do(command: string): void {
    must(inNamespace(this.#network.switchNamespace, command.split(" ")));
  }
}
