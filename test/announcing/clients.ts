/**
 * Clients whose neighbour tables are set up, and read by iproute2.
 *
 * @module
 */
import type { Network } from "../lab/network.ts";
import { type Aim, aimsAt, CLIENT_NAMES, CLIENTS, type ClientName, SHOWN, type ShownEntry } from "./cells.ts";
import { CLIENTS_ADDRESS, OLD_MAC } from "./forms.ts";

/** Long enough for an entry to wait in INCOMPLETE, short enough for another to have failed before locktime is over. */
const ASK_AGAIN_MS = 400;
const FAMILIES = ["ipv4", "ipv6"] as const;

export type Tables = Readonly<Record<ClientName, ReadonlyMap<string, ShownEntry>>>;

export function prepareClients(network: Network): void {
  for (const client of CLIENT_NAMES) {
    network.command(client, `ip address add ${CLIENTS_ADDRESS}/32 dev lo`);
    for (const [path, value] of Object.entries(CLIENTS[client].settings))
      network.setSysctl(client, path, value);
    for (const family of FAMILIES)
      network.setSysctl(client, `${family}/neigh/eth0/retrans_time_ms`, ASK_AGAIN_MS);
  }
}

/** Entries that have to be some time in their state, in tables that are empty else. Who asks once in vain, fails. */
export function arrangeOld(network: Network): void {
  for (const client of CLIENT_NAMES)
    script(network, client, [
      ...["permanent", "all"].map((nud) => `ip neigh flush dev eth0 nud ${nud}`),
      ...solicit(1),
      ...ask(aimsAt(client, ["failed"])),
      ...set(aimsAt(client, ["reachable", "stale", "permanent"])),
    ]);
}

/** Entries that must not stay long in their state. Who asks a hundred times does not give up. */
export function arrangeNew(network: Network): void {
  for (const client of CLIENT_NAMES)
    script(network, client, [
      ...solicit(100),
      ...ask(aimsAt(client, ["incomplete"])),
      ...set(aimsAt(client, ["fresh"])),
    ]);
}

export function readTables(network: Network): Tables {
  const tables = CLIENT_NAMES.map((client) => {
    const lists = script(network, client, [
      "ip -j -4 neigh show dev eth0 nud all",
      "ip -j -6 neigh show dev eth0 nud all",
    ]);
    const entries = lists
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => JSON.parse(line) as ShownEntry[]);
    return [client, new Map(entries.map((entry) => [entry.dst, entry]))] as const;
  });
  return Object.fromEntries(tables) as unknown as Tables;
}

/** @returns what is not as it was arranged, empty if all is. */
export function misarranged(tables: Tables): string[] {
  return CLIENT_NAMES.flatMap((client) =>
    aimsAt(client)
      .filter(({ ip, state }) => tables[client].get(ip)?.state[0] !== SHOWN[state])
      .map(({ ip, state }) => `${ip} at ${client} is ${tables[client].get(ip)?.state[0]}, not ${state}`),
  );
}

/** All in one process: on a busy machine each one costs a good part of locktime. */
function script(network: Network, client: ClientName, lines: readonly string[]): string {
  return network.run(client, ["bash"], `${lines.join("\n")}\n`).stdout;
}

function solicit(count: number): string[] {
  return FAMILIES.map((family) => `echo ${count} > /proc/sys/net/${family}/neigh/eth0/mcast_solicit`);
}

function set(aims: readonly Aim[]): string[] {
  const lines = aims.map(({ ip, state, form }) => {
    const nud = SHOWN[state]!.toLowerCase();
    return `neigh replace ${ip} lladdr ${OLD_MAC} nud ${nud} ${form.family === 6 ? "router " : ""}dev eth0`;
  });
  return ["ip -batch - << END", ...lines, "END"];
}

/** A datagram to each, so that the kernel asks who they are. */
function ask(aims: readonly Aim[]): string[] {
  return aims.map(({ ip }) => `echo > /dev/udp/${ip}/9`);
}
