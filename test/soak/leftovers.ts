/**
 * What is on a host when everybody has gone, beside what was there before.
 *
 * @module
 */
import { type Dump, differingLines, dumpHost, runFolder } from "../lab/dump.ts";
import type { Network } from "../lab/network.ts";
import { must } from "../lab/shell.ts";

/** Of protocols that the tools speak (proc(5)); the kernel has sockets of its own there. */
const SOCKET_TABLES = ["packet", "raw", "raw6", "icmp", "icmp6", "udp", "udp6", "netlink"];

export interface Remains {
  readonly dump: Dump;
  /** How many sockets of each protocol. */
  readonly sockets: Readonly<Record<string, number>>;
  /** Entries that somebody made, and addresses that are answered for in others' names. */
  readonly neighbours: readonly string[];
  readonly processes: readonly string[];
  readonly files: readonly string[];
}

export function remainsOf(network: Network, host: string): Remains {
  const linesOf = (argv: readonly string[]): string[] =>
    network
      .run(host, argv)
      .stdout.split("\n")
      .filter((line) => line !== "");
  const count = (table: string): number => Math.max(0, linesOf(["cat", `/proc/net/${table}`]).length - 1);
  const { namespace } = network.host(host);
  return {
    dump: dumpHost(network, host),
    sockets: Object.fromEntries(SOCKET_TABLES.map((table) => [table, count(table)])),
    neighbours: [
      ...linesOf(["ip", "neighbour", "show", "nud", "permanent"]),
      ...linesOf(["ip", "neighbour", "show", "proxy"]),
    ],
    processes: must(["ip", "netns", "pids", namespace])
      .split("\n")
      .filter((line) => line !== ""),
    // The journal, and files that were not finished.
    files: linesOf([
      "find",
      runFolder(network, host),
      network.folder,
      "-path",
      "*/run/*",
      "-o",
      "-name",
      "*.new",
    ]),
  };
}

/** @returns a line for people for each thing that is left. */
export function leftOf(before: Remains, after: Remains): string[] {
  const sockets = Object.keys(after.sockets).flatMap((table) => {
    const more = after.sockets[table]! - before.sockets[table]!;
    return more > 0 ? [`sockets + ${more} in /proc/net/${table}`] : [];
  });
  const come = (what: "neighbours" | "processes" | "files"): string[] =>
    after[what].filter((line) => !before[what].includes(line)).map((line) => `${what} + ${line}`);
  return [
    ...differingLines(before.dump, after.dump),
    ...sockets,
    ...come("neighbours"),
    ...come("processes"),
    ...come("files"),
  ];
}
