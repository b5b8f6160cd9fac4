/** Our reading of the kernel's tables beside iproute2's, on a host with a macvlan, several addresses and neighbours. */
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import type { InterfaceAddress, Link, NeighbourEntry } from "@viptools/kernel";
import { VIP } from "../lab/network.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const DUMP = fileURLToPath(new URL("../lab/netlink-dump.js", import.meta.url));

interface Dump {
  readonly links: Link[];
  readonly addresses: InterfaceAddress[];
  readonly neighbours: NeighbourEntry[];
  readonly found: (NeighbourEntry | null)[];
}

interface IpLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly address: string;
  readonly flags: string[];
  readonly mtu: number;
  readonly ifalias?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly mode?: string } };
}

interface IpNeighbour {
  readonly dst: string;
  readonly lladdr?: string;
  readonly router?: null;
  readonly state: string[];
  /** Seconds. */
  readonly updated: number;
}

const byAddress = <T extends readonly unknown[]>(some: T[]): T[] =>
  some.sort((x, y) => String(x[0]).localeCompare(String(y[0])));

test("links, addresses and neighbours are those that iproute2 shows", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    network.run("a", ["ip", "address", "add", "203.0.113.7/28", "dev", "eth0"]);
    network.run("a", ["vmac-ctl", "up", "-I", "eth0", "--vrid", "51", VIP]);
    network.run("a", ["ping", "-c", "1", "-W", "1", "192.0.2.2"]);
    network.run("a", [
      "ip",
      "neigh",
      "add",
      "192.0.2.9",
      "lladdr",
      "02:00:00:00:00:09",
      "nud",
      "permanent",
      "dev",
      "eth0",
    ]);
    network.run("a", ["ping", "-c", "1", "-W", "1", "192.0.2.8"]);
    network.command("a", "ip neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 nud stale router dev eth0");
    const ours = JSON.parse(network.run("a", ["node", DUMP, "eth0"]).stdout) as Dump;
    const ip = <T>(...argv: string[]): T =>
      JSON.parse(network.run("a", ["ip", "-d", "-j", ...argv]).stdout) as T;

    const theirs = ip<IpLink[]>("link");
    assert.deepEqual(
      ours.links.map(({ index, name, mac, isUp, mtu, kind, alias, macvlanMode }) => [
        index,
        name,
        mac,
        isUp,
        mtu,
        kind,
        alias,
        macvlanMode,
      ]),
      theirs.map(({ ifindex, ifname, address, flags, mtu, ifalias, linkinfo }) => [
        ifindex,
        ifname,
        address,
        flags.includes("UP"),
        mtu,
        linkinfo?.info_kind,
        ifalias,
        linkinfo?.info_data?.mode === "private" ? 1 : undefined,
      ]),
    );
    assert.ok(
      ours.links.some(({ alias }) => alias === "viptools:eth0/4/51"),
      "the macvlan is among them",
    );

    const [{ addr_info: addresses }] = ip<[{ addr_info: { local: string; prefixlen: number }[] }]>(
      "-4",
      "address",
      "show",
      "dev",
      "eth0",
    );
    assert.deepEqual(
      ours.addresses.map(({ address, prefixLength }) => [address, prefixLength]),
      addresses.map(({ local, prefixlen }) => [local, prefixlen]),
    );

    const neighbours = (["-4", "-6"] as const).flatMap((family) =>
      ip<IpNeighbour[]>("-s", family, "neigh", "show", "dev", "eth0", "nud", "all"),
    );
    assert.deepEqual(
      byAddress(
        ours.neighbours.map(({ address, mac, state, flags }) => [
          address,
          mac,
          state,
          flags.includes("router"),
        ]),
      ),
      byAddress(
        neighbours.map(({ dst, lladdr, state, router }) => [dst, lladdr, state[0]!, router === null]),
      ),
    );
    for (const { address, updatedMs } of ours.neighbours) {
      const { updated } = neighbours.find(({ dst }) => dst === address)!;
      assert.ok(
        Math.abs(updatedMs - updated * 1000) < 3000,
        `${address}: ${updatedMs} ms, iproute2 ${updated} s`,
      );
    }
    assert.deepEqual(
      ["REACHABLE", "PERMANENT", "STALE"].filter(
        (name) => !ours.neighbours.some(({ state }) => state === name),
      ),
      [],
      "states of several kinds were compared",
    );
    assert.ok(
      ours.neighbours.some(({ mac }) => mac === undefined),
      "one that did not answer among them",
    );
    assert.ok(
      ours.neighbours.some(({ flags }) => flags.includes("router")),
      "a router among them",
    );
    const keys = (entry: NeighbourEntry | null) =>
      entry && [entry.address, entry.mac, entry.state, entry.ifindex];
    assert.deepEqual(ours.found.map(keys), [...ours.neighbours.map(keys), null]);
    network.run("a", ["vmac-ctl", "down", "-I", "eth0", "--vrid", "51"]);
  });
});
