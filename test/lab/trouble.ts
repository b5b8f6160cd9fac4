/**
 * `scripts/vip-doctor` on a host of the lab, and troubles for it, planted by programs that know nothing of it.
 *
 * @module
 */
import { KeepalivedRouter } from "./keepalived.ts";
import type { Network } from "./network.ts";
import type { Router } from "./router.ts";
import { attemptBeside, inNamespace, must, sleep, TOP } from "./shell.ts";
import { startPair, untilActive } from "./stage.ts";

export interface Report {
  readonly code: number;
  readonly text: string;
  readonly lines: readonly string[];
  readonly tookMs: number;
}

const PAIR_ADVERT_MS = 1000;
export const DOCTOR: string = `${TOP}scripts/vip-doctor`;

/** As a person would run it. @param argv beside the interface. */
export async function report(network: Network, host: string, argv: readonly string[]): Promise<Report> {
  const startMs = performance.now();
  const command = inNamespace(network.host(host).namespace, [DOCTOR, "-I", "eth0", ...argv]);
  const { code, stdout, stderr } = await attemptBeside(command);
  const lines = stdout.trimEnd().split("\n");
  return { code, text: `${stdout}${stderr}`, lines, tookMs: performance.now() - startMs };
}

/** What the report calls its troubles, in its order. */
export function codesIn({ lines }: Report): string[] {
  return lines.flatMap((line) => /^(?:ERROR|WARNING|NOTE) +([a-z0-9_]+)/.exec(line)?.[1] ?? []);
}

/** Rules of nftables on the switch, at the port of a host. @param hook ingress: what the host sends. */
export function filterPort(network: Network, host: string, hook: "ingress" | "egress", rule: string): void {
  const { port } = network.host(host);
  const chain = `chain c { type filter hook ${hook} device "${port}" priority 0; ${rule}\n }`;
  must(
    inNamespace(network.switchNamespace, ["nft", "-f", "-"]),
    `table netdev ${hook}_${host} {\n ${chain}\n}\n`,
  );
}

/** Written as for a shell, on a host or on the switch. */
export function shell(network: Network, where: string, command: string): void {
  const namespace = where === "switch" ? network.switchNamespace : network.host(where).namespace;
  must(inNamespace(namespace, ["sh", "-c", command]));
}

/** Again and again until the lab ends. */
export function repeat(network: Network, host: string, everyS: number, command: string): void {
  network.start(host, ["sh", "-c", `while :; do ${command}; sleep ${everyS}; done`], "ignore");
}

export const vmacPair = async (network: Network): Promise<void> =>
  void (await startPair(network, PAIR_ADVERT_MS));
/** What it announces for the second time would put right what is planted meanwhile. */
export const plainPair = async (network: Network): Promise<void> =>
  void (await startPair(network, PAIR_ADVERT_MS, { useVmac: false, announceArgs: "--again-after 0" }));

export async function keepalivedPair(network: Network, useVmac: boolean): Promise<{ a: Router; b: Router }> {
  const a = new KeepalivedRouter(network, "a", { priority: 150, advertMs: PAIR_ADVERT_MS, useVmac });
  const b = new KeepalivedRouter(network, "b", { priority: 100, advertMs: PAIR_ADVERT_MS, useVmac });
  await untilActive("a", a, PAIR_ADVERT_MS);
  await sleep(1500);
  return { a, b };
}
