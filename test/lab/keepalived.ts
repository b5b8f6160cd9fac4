/**
 * Debian's keepalived as a router of the lab.
 *
 * A virtual MAC and unicast go together only with `vmac_xmit_base`, and unicast over IPv6 only from a source of the same
 * scope as the peers: left alone it takes the link-local one, hears nobody, and every router is Active.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Host, Network } from "./network.ts";
import { type PipeTool, type Router, type RouterOptions, VRID, vipsOf } from "./router.ts";
import { end, hasEnded, sleep } from "./shell.ts";

/** Adverts list no more than this here, as in version 2; more addresses move without being listed. */
const LISTED_MAX = 20;

/**
 * Starts the VRRP part alone, in the foreground, with a configuration of its own.
 *
 * @param reader through which its log comes, in all detail (-D).
 * @param options more for its command line.
 */
export function startKeepalived(
  network: Network,
  host: string,
  configurationText: string,
  reader?: string,
  options: readonly string[] = [],
): { readonly child: ChildProcess; readonly logPath: string } {
  const stamp = join(network.folder, `keepalived-${host}-${Date.now()}`);
  writeFileSync(`${stamp}.conf`, configurationText, { mode: 0o600 });
  const pids = `-p ${stamp}.pid -r ${stamp}-vrrp.pid -c ${stamp}-checkers.pid`;
  const log = `${stamp}.log`;
  const output = reader === undefined ? `> ${log}` : `-D > >(${reader} > ${log})`;
  const command = `exec keepalived -n -l -P ${options.join(" ")} -f ${stamp}.conf ${pids} ${output} 2>&1`;
  return { child: network.start(host, ["bash", "-c", command], "ignore"), logPath: log };
}

export class KeepalivedRouter implements Router {
  readonly #network: Network;
  readonly #host: string;
  readonly #vips: readonly string[];
  readonly #daemon: ChildProcess;
  readonly logPath: string;

  constructor(network: Network, host: string, options: RouterOptions) {
    this.#network = network;
    this.#host = host;
    this.#vips = vipsOf(options);
    const text = configuration(network.host(host), options);
    const { child, logPath } = startKeepalived(network, host, text, options.reader);
    this.#daemon = child;
    this.logPath = logPath;
  }

  isActive(): boolean {
    const { stdout } = this.#network.run(this.#host, ["ip", "-o", "address", "show"]);
    const here = new Set(stdout.match(/(?<= )[0-9a-f.:]+(?=\/\d)/g));
    return this.#vips.every((vip) => here.has(vip));
  }

  /** What it said so far, in its own words. */
  log(): string {
    return existsSync(this.logPath) ? readFileSync(this.logPath, "utf8") : "";
  }

  signal(_tool: PipeTool | "all", signal: NodeJS.Signals): void {
    process.kill(-this.#daemon.pid!, signal);
  }

  async stop(): Promise<void> {
    if (hasEnded(this.#daemon)) return;
    await end(this.#daemon);
    await sleep(50);
  }
}

function configuration(host: Host, options: RouterOptions): string {
  const { priority, advertMs, version = 3, vrid = VRID, peers = [], password } = options;
  const isUnicast = peers.length > 0;
  const hasVmac = options.useVmac !== false;
  const vips = vipsOf(options);
  const [listed, others] = [vips.slice(0, LISTED_MAX), vips.slice(LISTED_MAX)];
  const lines = [
    "state BACKUP",
    "interface eth0",
    ...(hasVmac ? ["use_vmac"] : []),
    ...(hasVmac && isUnicast ? ["vmac_xmit_base"] : []),
    `virtual_router_id ${vrid}`,
    `priority ${priority}`,
    `advert_int ${advertMs / 1000}`,
    ...(options.preempt === false ? ["nopreempt"] : []),
    ...(options.announceEveryS === undefined ? [] : [`garp_master_refresh ${options.announceEveryS}`]),
    ...(isUnicast ? [`unicast_src_ip ${sourceFor(host, peers[0]!)}`, block("unicast_peer", peers)] : []),
    ...(password === undefined ? [] : [block("authentication", ["auth_type PASS", `auth_pass ${password}`])]),
    block("virtual_ipaddress", listed.map(withLength)),
    ...(others.length === 0 ? [] : [block("virtual_ipaddress_excluded", others.map(withLength))]),
  ];
  const globals = [`router_id ${host.name}`, `vrrp_version ${version}`];
  return `${block("global_defs", globals)}\n${block("vrrp_instance V", lines)}\n`;
}

function sourceFor(host: Host, peer: string): string {
  if (!peer.includes(":")) return host.address;
  return peer.startsWith("fe80:") ? host.linkLocal : host.address6;
}

/** A link-local VIP alone on a link would have no way back to those who ask. */
function withLength(vip: string): string {
  if (!vip.includes(":")) return `${vip}/32`;
  return vip.startsWith("fe80:") ? `${vip}/64` : `${vip}/128`;
}

function block(name: string, lines: readonly string[]): string {
  return `${name} {\n${lines.join("\n")}\n}`;
}
