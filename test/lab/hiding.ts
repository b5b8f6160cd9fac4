/**
 * A stage for arp-hide, and what its scenes ask of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { RecordOf } from "@viptools/records";
import { type Dump, differingLines, dumpHost } from "./dump.ts";
import { type Network, VIP, VIP6 } from "./network.ts";
import { hasEnded, waitFor } from "./shell.ts";
import { onStage } from "./stage.ts";

const ASKER = fileURLToPath(new URL("./ask-service.js", import.meta.url));

export const HIDING_METHODS = ["sysctl", "nft", "arptables", "redirect"] as const;
/** A tunnel interface that is down, and has been up, on a host that is strict with what comes in. */
export const TUNNEL = [
  "ip link add vx0 type vxlan id 7 remote 192.0.2.9 dstport 4789",
  // Its own address is there at once, or not at all: a dump would differ by how far the kernel has probed for it.
  "sysctl -qw net.ipv6.conf.vx0.accept_dad=0",
  "ip link set vx0 up && ip link set vx0 down",
  "sysctl -qw net.ipv4.conf.all.rp_filter=1",
].join(" && ");
/** So many that adding them takes the kernel some milliseconds. */
export const MANY = [VIP, ...Array.from({ length: 400 }, (_, n) => `198.18.${(n >> 8) + 1}.${n & 255}`)];

export const words = (text: string): string[] => text.split(" ");
export const add = (more: string): string[] => words(`arp-hide add -I eth0 ${more}`);
export const REMOVE = words("arp-hide remove -I eth0");
export const STATUS = words("arp-hide status");

/** Takes away what a failed scene left: its notes would outlive the namespace. */
export async function onHidingStage(
  hosts: string[],
  play: (network: Network) => Promise<void>,
): Promise<void> {
  await onStage(hosts, async (network) => {
    try {
      await play(network);
    } finally {
      for (const { name } of network.hosts) network.run(name, REMOVE);
    }
  });
}

export function must(network: Network, host: string, argv: readonly string[]): string {
  const { code, stdout, stderr } = network.run(host, argv);
  assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  return stdout;
}

export function same(network: Network, host: string, before: Dump): void {
  const lines = differingLines(before, dumpHost(network, host));
  assert.deepEqual(lines, []);
}

/** What `arp-hide check` has written. */
export function checked(stdout: string): RecordOf<"hide.checked">[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordOf<"hide.checked">);
}

/** @param service `tcp/80`. @returns who greeted, `ECONNREFUSED`, or `silence`. */
export function ask(network: Network, host: string, address: string, service: string): string {
  const [protocol = "", port = ""] = service.split("/");
  return must(network, host, ["node", ASKER, protocol, address, port]).trim();
}

/** @returns who answers for the VIPs and for other addresses, asked by c; a question has one answer at most. */
export function heard(network: Network, ...others: string[]): Record<string, string[]> {
  const argv = words(`arp-hide check -I eth0 --every 20ms --wait 200ms ${[VIP, VIP6, ...others].join(" ")}`);
  const found = checked(network.run("c", argv).stdout);
  for (const { ip, asked, owners } of found)
    for (const { answers } of owners) assert.ok(answers <= asked, `${ip}: ${answers} answers to ${asked}`);
  return Object.fromEntries(found.map(({ ip, owners }) => [ip, owners.map(({ mac }) => mac)]));
}

/** Asks for an address from c until it is told to end. @returns what ends it, and gives what it has heard. */
export function askAllTheTime(
  network: Network,
  address: string,
  every: string,
): () => Promise<RecordOf<"hide.checked">> {
  const argv = words(`arp-hide check -I eth0 --count 1000000 --every ${every} --json ${address}`);
  const asking = network.start("c", argv, ["ignore", "pipe", "inherit"]);
  let told = "";
  asking.stdout!.on("data", (some) => {
    told += String(some);
  });
  return async () => {
    asking.kill("SIGINT");
    await waitFor("the asker to end", 10_000, () => hasEnded(asking) || undefined);
    return checked(told)[0]!;
  };
}
