/**
 * Clients whose neighbour entries for an address are in one state each, and whom they believe.
 *
 * @module
 */
import type { Network } from "./network.ts";
import { waitFor } from "./shell.ts";

/** What an entry is when something happens: changed less than locktime ago, confirmed, or not asked for long. */
export const ENTRY_STATES = ["fresh", "reachable", "stale"] as const;
export type EntryState = (typeof ENTRY_STATES)[number];

export interface Believer {
  readonly host: string;
  readonly state: EntryState;
}

/** @returns the MAC in a client's entry; undefined where it has none. */
export function believedMac(network: Network, host: string, address: string): string | undefined {
  const { stdout } = network.run(host, ["ip", "neigh", "show", address, "dev", "eth0"]);
  return /lladdr (\S+)/.exec(stdout)?.[1];
}

/** Has every client ask for the addresses until it has a MAC of each, which is the one expected. */
export async function learn(
  network: Network,
  believers: readonly Believer[],
  addresses: readonly string[],
  mac: string,
): Promise<void> {
  for (const { host } of believers)
    for (const address of addresses)
      await waitFor(`${host} to believe that ${address} is at ${mac}`, 5000, () => {
        network.run(host, ["ping", "-c", "1", "-W", "1", address]);
        return believedMac(network, host, address) === mac || undefined;
      });
}

/** Brings the entries of clients, a second after they have learned them, into the state of each. */
export function setStates(
  network: Network,
  believers: readonly Believer[],
  addresses: readonly string[],
): void {
  for (const { host, state } of believers) {
    if (state === "reachable") continue;
    const command = addresses.map((address) => {
      const mac = believedMac(network, host, address);
      return `ip neigh replace ${address} lladdr ${mac} dev eth0 nud ${state === "stale" ? "stale" : "reachable"}`;
    });
    network.run(host, ["sh", "-c", command.join(" && ")]);
  }
}

/** @returns those who believe another MAC than this one of an address, as `client state address`. */
export function wrongOf(
  network: Network,
  believers: readonly Believer[],
  addresses: readonly string[],
  mac: string,
): string[] {
  return believers.flatMap(({ host, state }) =>
    addresses
      .filter((address) => believedMac(network, host, address) !== mac)
      .map((address) => `${host} ${state} ${address}`),
  );
}
