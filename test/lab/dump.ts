/**
 * Everything about a host that ownership may touch, as lines of text: two dumps that are equal mean that nothing was
 * left (S3).
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Network } from "./network.ts";

const RUN_FOLDER = fileURLToPath(new URL("./run-folder.js", import.meta.url));
const NEXT_PART = "-- next part --";

interface Part {
  readonly command: string;
  /** What the command has printed, as lines without what changes by itself. */
  readonly linesOf: (output: string) => string[];
}

const PARTS: Readonly<Record<string, Part>> = {
  links: { command: "ip -d -j link", linesOf: linksOf },
  addresses: { command: "ip -j address", linesOf: addressesOf },
  routes: { command: "ip route show table all; ip -6 route show table all", linesOf },
  rules: { command: "ip rule; ip -6 rule", linesOf },
  memberships: { command: "ip maddress", linesOf },
  forwarding: { command: "bridge fdb show", linesOf },
  firewall: { command: "nft list ruleset", linesOf: rulesOf },
  arptables: {
    // Whoever lists the legacy table makes it; one without rules is as good as none.
    command: `for program in arptables-nft $(cat /proc/net/arp_tables_names 2>/dev/null | sed s/^.*$/arptables-legacy/); do
      if command -v $program >/dev/null; then $program -L -n 2>/dev/null; fi; done`,
    linesOf: (output) => linesOf(output).filter((line) => !/^Chain [A-Z]+ \(policy ACCEPT\)$/.test(line)),
  },
  settings: {
    // Some settings cannot be read before they are set.
    command:
      "(cd /proc/sys/net; grep -rs . ipv4/conf ipv6/conf ipv4/neigh ipv6/neigh ipv4/ip_forward || true)",
    linesOf: sortedLinesOf,
  },
  journal: { command: 'if [ -d "$1" ]; then find "$1" -type f; fi', linesOf: sortedLinesOf },
};
/** All parts in one shell: what costs time is starting processes in the namespace. */
const SCRIPT = `set -e; ${Object.values(PARTS)
  .map(({ command }) => command)
  .join(`; echo '${NEXT_PART}'; `)}`;

export type Dump = Readonly<Record<string, readonly string[]>>;

/** Where owners of a host keep their journal: the same as long as its namespace is there. */
const runFolders = new WeakMap<Network, Map<string, string>>();

/** @param host whose namespace is looked at. */
export function dumpHost(network: Network, host: string): Dump {
  const { code, stdout, stderr } = network.run(host, ["sh", "-c", SCRIPT, "dump", runFolder(network, host)]);
  if (code !== 0) throw new Error(`Cannot dump host ${host}: exit ${code}: ${stderr}`);
  const outputs = stdout.split(`${NEXT_PART}\n`);
  return Object.fromEntries(
    Object.entries(PARTS).map(([what, { linesOf: lines }], n) => [what, lines(outputs[n]!)]),
  );
}

/** @returns the names of the parts that differ. */
export function differences(before: Dump, after: Dump): string[] {
  return Object.keys(PARTS).filter((what) => before[what]!.join("\n") !== after[what]!.join("\n"));
}

/** @returns for people: which lines have gone (-) and which have come (+). */
export function differingLines(before: Dump, after: Dump): string[] {
  return differences(before, after).flatMap((what) => {
    const gone = without(before[what]!, after[what]!).map((line) => `${what} - ${line}`);
    const come = without(after[what]!, before[what]!).map((line) => `${what} + ${line}`);
    const lines = [...gone, ...come];
    return lines.length > 0 ? lines : [`${what}: the same lines in another order`];
  });
}

/** Each line of the one as often as the other has it less often. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** @returns the folder in which vmac-ctl keeps its journal on a host. */
export function runFolder(network: Network, host: string): string {
  const known = runFolders.get(network) ?? new Map<string, string>();
  runFolders.set(network, known);
  const path = known.get(host) ?? network.run(host, ["node", RUN_FOLDER]).stdout.trim();
  known.set(host, path);
  return path;
}

function linesOf(output: string): string[] {
  return output.split("\n").filter((line) => line !== "");
}

function sortedLinesOf(output: string): string[] {
  return linesOf(output).sort();
}

/** `eth0 promiscuity 0`: one line for each property of each link. */
function linksOf(output: string): string[] {
  // The kernel tells the operational state of a link some time after it has changed.
  const links = (JSON.parse(output) as Record<string, unknown>[]).map(({ operstate, ...link }) => link);
  return links.flatMap((link) =>
    Object.entries(link).map(([name, value]) => `${String(link["ifname"])} ${name} ${JSON.stringify(value)}`),
  );
}

/** One line for each address, in the kernel's order: the first of a subnet is its primary one. */
function addressesOf(output: string): string[] {
  const links = JSON.parse(output) as { ifname: string; addr_info: unknown[] }[];
  return links.flatMap(({ ifname, addr_info }) =>
    addr_info.map((address) => `${ifname} ${JSON.stringify(address)}`),
  );
}

/** How long a permission still lasts, and how much was dropped, differ from one moment to the next. */
function rulesOf(output: string): string[] {
  return linesOf(
    output
      .replaceAll(/ (timeout|expires) [0-9a-z]+/g, "")
      .replaceAll(/counter packets \d+ bytes \d+/g, "counter"),
  );
}
