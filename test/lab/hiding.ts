/**
 * A stage for arp-hide, and what its scenes ask of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { RecordOf } from "@viptools/records";
import { type Dump, differingLines, dumpHost } from "./dump.ts";
import type { Network } from "./network.ts";
import { onStage } from "./stage.ts";

const ASKER = fileURLToPath(new URL("./ask-service.js", import.meta.url));

export const HIDING_METHODS = ["sysctl", "nft", "arptables", "redirect"] as const;
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
