/**
 * Debian's FRR as a router of the lab: zebra and vrrpd, without the rest and without its service.
 *
 * vrrpd makes no interface: it looks for a macvlan with the virtual MAC, and has zebra hold it down ("protodown") while
 * it is Backup. Everything it owns is there all the time: a Backup is silent, yet serves whatever reaches it for the
 * virtual MAC. Over IPv6 the first advert of a new Active is an interval late, so the old one goes on for as long; and
 * an Active sends router advertisements, the last of them (lifetime 0) when it has stepped down already.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { virtualMac } from "@viptools/wire";
import type { Host, Network } from "./network.ts";
import { type PipeTool, type Router, type RouterOptions, VRID, vipsOf } from "./router.ts";
import { attempt, hasEnded, must, waitFor } from "./shell.ts";
import { needsRoot } from "./stage.ts";

const DAEMONS = "/usr/lib/frr";

/** For `test(…, { skip })`. */
export const needsFrr: { skip: string | false } = {
  skip:
    needsRoot.skip ||
    (existsSync(`${DAEMONS}/vrrpd`) ? false : "needs vrrpd: scripts/bootstrap --with-peers"),
};

export class FrrRouter implements Router {
  readonly logPath: string;
  readonly #network: Network;
  readonly #host: Host;
  readonly #folder: string;
  readonly #macvlan: string;
  readonly #zebra: ChildProcess;
  readonly #vrrpd: ChildProcess;

  /** @throws {RangeError} if an option asks for what vrrpd cannot do. */
  constructor(network: Network, host: string, options: RouterOptions) {
    refuseUnknown(options);
    this.#network = network;
    this.#host = network.host(host);
    this.#folder = makeFolder(network, `frr-${host}-${Date.now()}`);
    this.logPath = join(this.#folder, "vrrpd.log");
    this.#macvlan = `vrrp${options.family ?? 4}-${options.vrid ?? VRID}`;
    makeMacvlan(this.#host, this.#macvlan, options);
    this.#zebra = this.#start("zebra", "");
    // vrrpd that finds no zebra tries again only ten seconds later.
    this.#vrrpd = this.#start(
      "vrrpd",
      configuration(options),
      `until [ -S ${this.#socket} ]; do sleep 0.02; done; `,
    );
  }

  /** By the flag that vrrpd has set: the link itself says "down" of a Master whose cable was pulled, too. */
  isActive(): boolean {
    const { stdout } = this.#network.run(this.#host.name, ["ip", "-o", "link", "show", "dev", this.#macvlan]);
    return stdout !== "" && !stdout.includes("protodown on");
  }

  /** What vrrpd said so far, packets as hexadecimal dumps included. */
  log(): string {
    return existsSync(this.logPath) ? readFileSync(this.logPath, "utf8") : "";
  }

  signal(_tool: PipeTool | "all", signal: NodeJS.Signals): void {
    for (const daemon of [this.#vrrpd, this.#zebra]) process.kill(-daemon.pid!, signal);
  }

  /** vrrpd first, for zebra holds the macvlan down on its word; then the host is as before. */
  async stop(): Promise<void> {
    const wasAlive = !hasEnded(this.#vrrpd);
    await this.#end(this.#vrrpd);
    if (wasAlive)
      await waitFor(`FRR on ${this.#host.name} to let go`, 5000, () => (this.isActive() ? undefined : true));
    await this.#end(this.#zebra);
    removeMacvlan(this.#host, this.#macvlan);
  }

  get #socket(): string {
    return join(this.#folder, "zserv.api");
  }

  #start(daemon: "zebra" | "vrrpd", config: string, before = ""): ChildProcess {
    const file = (suffix: string): string => join(this.#folder, `${daemon}.${suffix}`);
    writeFileSync(file("conf"), config, { mode: 0o644 });
    const places = `--vty_socket ${this.#folder} -z ${this.#socket} -i ${file("pid")} -f ${file("conf")}`;
    const log = `--log file:${file("log")} --log-level debug`;
    const command = `${before}exec ${DAEMONS}/${daemon} ${places} ${log} -P 0 > ${file("out")} 2>&1`;
    return this.#network.start(this.#host.name, ["bash", "-c", command], "ignore");
  }

  async #end(daemon: ChildProcess): Promise<void> {
    if (!hasEnded(daemon)) daemon.kill("SIGTERM");
    await waitFor(`the end of FRR on ${this.#host.name}`, 10_000, () => hasEnded(daemon) || undefined);
  }
}

function refuseUnknown({ useVmac, peers, password, checksum }: RouterOptions): void {
  if (useVmac === false || peers !== undefined || password !== undefined || checksum === "rfc9568") {
    throw new RangeError(
      "Cannot run FRR so: it has no unicast, no password, one checksum, always a virtual MAC",
    );
  }
}

/** Its daemons give up root, so the folder must be theirs, and the way to it open. */
function makeFolder(network: Network, name: string): string {
  const folder = join(network.folder, name);
  chmodSync(network.folder, 0o711);
  mkdirSync(folder);
  must(["chown", "frr:frr", folder]);
  return folder;
}

/**
 * As its manual wants it, but held down until vrrpd says otherwise, so that nothing speaks as the virtual router before.
 * For IPv6 vrrpd takes the newest link-local address as the source of its adverts: one of this host's own, added last.
 */
function makeMacvlan(host: Host, name: string, options: RouterOptions): void {
  const family = options.family ?? 4;
  const inside = (command: string): void => void must(["ip", "-n", host.namespace, ...command.split(" ")]);
  inside(`link add ${name} link eth0 type macvlan mode bridge`);
  inside(`link set ${name} addrgenmode none`);
  inside(`link set ${name} address ${virtualMac(family, options.vrid ?? VRID)} protodown on`);
  for (const vip of vipsOf(options))
    inside(`address add ${vip}/${prefixOf(vip)} dev ${name}${family === 6 ? " nodad" : ""}`);
  if (family === 6) inside(`address add ${ownLinkLocal(host)}/64 dev ${name} nodad`);
  else settleArp(host, "1", "2");
  inside(`link set ${name} up`);
}

function removeMacvlan(host: Host, name: string): void {
  attempt(["ip", "-n", host.namespace, "link", "delete", name]);
  settleArp(host, "0", "0");
}

/** Else the NIC answers for the VIP too, Backups included, and asks in its name. */
function settleArp({ namespace }: Host, ignore: string, announce: string): void {
  const settings = "/proc/sys/net/ipv4/conf/eth0";
  const write = `echo ${ignore} > ${settings}/arp_ignore; echo ${announce} > ${settings}/arp_announce`;
  must(["ip", "netns", "exec", namespace, "sh", "-c", write]);
}

function prefixOf(vip: string): number {
  if (!vip.includes(":")) return 32;
  return vip.startsWith("fe80:") ? 64 : 128;
}

/** fe80::200:N beside the NIC's fe80::ff:fe00:N: two links of a host must not share one. */
function ownLinkLocal({ linkLocal }: Host): string {
  return linkLocal.replace("ff:fe00", "200");
}

/** FRR 8.4 has no `checksum-with-ipv4-pseudoheader` yet: it always uses it. */
function configuration(options: RouterOptions): string {
  const { priority, advertMs, version = 3, family = 4, vrid = VRID } = options;
  const lines = [
    `version ${version}`,
    `priority ${priority}`,
    `advertisement-interval ${advertMs}`,
    ...vipsOf(options).map((vip) => `${family === 6 ? "ipv6" : "ip"} ${vip}`),
  ].map((line) => ` vrrp ${vrid} ${line}`);
  const preempt = options.preempt === false ? [` no vrrp ${vrid} preempt`] : [];
  return ["debug vrrp", "interface eth0", ...lines, ...preempt, ""].join("\n");
}
