/**
 * Hosts on a learning switch, as network namespaces: real links, real MAC learning, real neighbour caches.
 *
 * ```text
 *   host a ── eth0 ═ p-a ┐
 *   host b ── eth0 ═ p-b ├ br0 (a namespace of its own)
 *   host c ── eth0 ═ p-c ┘
 * ```
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, inNamespace, must, type Outcome, sleep, start, waitFor } from "./shell.ts";

export interface Host {
  readonly name: string;
  readonly namespace: string;
  /** 192.0.2.1 for the first host, and so on. */
  readonly address: string;
  /** 2001:db8::1 for the first host, and so on. */
  readonly address6: string;
  /** What the kernel makes of the MAC: fe80::ff:fe00:1 for the first host. */
  readonly linkLocal: string;
  readonly mac: string;
  /** Its interface on the switch's side. */
  readonly port: string;
}

/** The address that moves in all scenarios. */
export const VIP = "192.0.2.100";
/** The same for IPv6, where a virtual router also has a link-local one (RFC 9568 §5.2.9). */
export const VIP6 = "2001:db8::100";
export const VIP6_LL = "fe80::100";
const SWITCH_PORT_DISABLED = "0";
const SWITCH_PORT_FORWARDING = "3";

let labs = 0;
const living = new Set<Network>();

/** Also after Ctrl-C, or when this process ends in the middle of a scene, nothing stays on the machine. */
function removeAllAtEnd(): void {
  process.once("exit", () => {
    for (const network of living) network.removeNow();
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      void Promise.all([...living].map((network) => network.remove())).finally(() => process.exit(130));
    });
  }
}

export class Network {
  readonly folder: string;
  readonly switchNamespace: string;
  readonly #hosts = new Map<string, Host>();
  /** On the switch's side: the one of eth0, then those of added interfaces. */
  readonly #ports = new Map<string, string[]>();
  /** Process groups of all that was started: a shell may end before its pipe does. */
  readonly #groups = new Set<number>();

  /** @param names one letter or word each; the first gets 192.0.2.1 and 02:00:00:00:00:01. */
  constructor(names: readonly string[]) {
    labs += 1;
    const prefix = `vip${process.pid}x${labs}`;
    this.folder = mkdtempSync(join(tmpdir(), `${prefix}-`));
    this.switchNamespace = `${prefix}-switch`;
    if (labs === 1) removeAllAtEnd();
    living.add(this);
    this.#build(prefix, names);
  }

  host(name: string): Host {
    const found = this.#hosts.get(name);
    if (found === undefined) throw new Error(`no host "${name}" in this lab`);
    return found;
  }

  get hosts(): readonly Host[] {
    return [...this.#hosts.values()];
  }

  /** The switch's ports of a host. */
  portsOf(host: string): readonly string[] {
    return this.#ports.get(host)!;
  }

  /** Waits until the kernel has given these hosts their IPv6 addresses: before, a dump changes by itself. */
  async settle(hosts = this.hosts.map(({ name }) => name), interfaceName = "eth0"): Promise<void> {
    await waitFor("addresses to settle", 10_000, () => {
      const isSettled = hosts.every((name) => {
        const { stdout } = this.run(name, ["ip", "-6", "-o", "address", "show", "dev", interfaceName]);
        return stdout.includes("fe80::") && !stdout.includes("tentative");
      });
      return isSettled ? true : undefined;
    });
  }

  /** Runs a command on a host to its end. */
  run(host: string, argv: readonly string[], input = ""): Outcome {
    return attempt(inNamespace(this.host(host).namespace, argv), input);
  }

  /** Runs a command on a host, written as one would type it. @throws {Error} if it fails. */
  command(host: string, text: string): void {
    must(inNamespace(this.host(host).namespace, words(text)));
  }

  /** One of a host's settings, its path below /proc/sys/net. @throws {Error} if the kernel does not take it. */
  setSysctl(host: string, path: string, value: number): void {
    must(inNamespace(this.host(host).namespace, ["sh", "-c", `echo ${value} > /proc/sys/net/${path}`]));
  }

  /** Starts a command on a host, or on the switch under the name "switch"; it ends with the lab. */
  start(
    host: string,
    argv: readonly string[],
    stdio: NonNullable<Parameters<typeof start>[1]["stdio"]>,
  ): ChildProcess {
    const namespace = host === "switch" ? this.switchNamespace : this.host(host).namespace;
    const child = start(inNamespace(namespace, argv), { stdio, detached: true });
    if (child.pid !== undefined) this.#groups.add(child.pid);
    return child;
  }

  /**
   * Starts a command that says something on standard output when it is at work, and waits until it does.
   *
   * @throws {Error} if it ends before that.
   */
  async startService(
    host: string,
    argv: readonly string[],
    stderr: "inherit" | "ignore" = "inherit",
  ): Promise<ChildProcess> {
    const child = this.start(host, argv, ["ignore", "pipe", stderr]);
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`${argv.join(" ")} on ${host} ended with ${code}`)));
    });
    return child;
  }

  /** How many frames of a host have come in at the switch, ever. */
  framesFrom(host: string): number {
    const { port } = this.host(host);
    const told = must(words(`ip -n ${this.switchNamespace} -j -s link show dev ${port}`));
    const [link] = JSON.parse(told) as { stats64: { rx: { packets: number } } }[];
    return link!.stats64.rx.packets;
  }

  /** A second interface of a host, on the same switch or on another one, which is made at its first use. */
  addInterface(host: string, name: string, address: string, bridge = "br0"): void {
    const port = `p-${host}-${name}`;
    if (attempt(["ip", "-n", this.switchNamespace, "link", "show", bridge]).code !== 0)
      this.#addBridge(bridge);
    const { namespace } = this.host(host);
    this.#onSwitch(words(`ip link add ${port} type veth peer name ${name} netns ${namespace}`));
    this.#onSwitch(words(`ip link set ${port} master ${bridge} up`));
    this.#ports.get(host)!.push(port);
    this.run(host, words(`ip address add ${address} dev ${name}`));
    this.run(host, words(`ip link set ${name} up`));
  }

  /** Carrier lost: what a pulled cable does on both ends. */
  linkDown(host: string): void {
    this.#onSwitch(["ip", "link", "set", this.host(host).port, "down"]);
  }

  linkUp(host: string): void {
    this.#onSwitch(["ip", "link", "set", this.host(host).port, "up"]);
  }

  /** Silent loss: the switch drops every frame of the host's ports, and both ends keep their carrier. */
  portOff(host: string): void {
    this.#onSwitch(portState(this.portsOf(host), SWITCH_PORT_DISABLED));
  }

  portOn(host: string): void {
    this.#onSwitch(portState(this.portsOf(host), SWITCH_PORT_FORWARDING));
  }

  /** What the switch has learned: MAC to host. */
  learned(mac: string): string | undefined {
    const table = must(inNamespace(this.switchNamespace, ["bridge", "fdb", "show", "br", "br0"]));
    const line = table.split("\n").find((entry) => entry.startsWith(mac) && !entry.includes("permanent"));
    return this.hosts.find(({ port }) => line?.includes(`dev ${port} `))?.name;
  }

  /** Ends every process of the lab, then removes its namespaces and, unless told otherwise, its files. */
  async remove(keepFiles = false): Promise<void> {
    for (const group of this.#groups) signalGroup(group, "SIGCONT");
    for (const group of this.#groups) signalGroup(group, "SIGTERM");
    for (let n = 0; n < 150 && [...this.#groups].some((group) => signalGroup(group, 0)); n++) await sleep(20);
    for (const { name } of this.hosts) this.#removeLeftovers(name);
    this.removeNow();
    if (!keepFiles) rmSync(this.folder, { recursive: true, force: true });
  }

  #addBridge(name: string): void {
    this.#onSwitch(words(`ip link add ${name} type bridge forward_delay 0 mcast_snooping 0`));
    this.#onSwitch(words(`ip link set ${name} up`));
  }

  #build(prefix: string, names: readonly string[]): void {
    must(["ip", "netns", "add", this.switchNamespace]);
    this.#addBridge("br0");
    names.forEach((name, n) => {
      const host = hostOf(prefix, name, n + 1);
      this.#hosts.set(name, host);
      this.#ports.set(name, [host.port]);
      this.#plugIn(host);
    });
  }

  #plugIn({ name, namespace, port, address, address6, mac }: Host): void {
    const inside = (command: string): void => void must(["ip", "-n", namespace, ...words(command)]);
    must(["ip", "netns", "add", namespace]);
    inside("link set lo up");
    this.#onSwitch(words(`ip link add ${port} type veth peer name eth0 netns ${namespace}`));
    inside(`link set eth0 address ${mac}`);
    inside(`address add ${address}/24 dev eth0`);
    inside(`address add ${address6}/64 dev eth0 nodad`);
    // Nobody else has its link-local address, and asking for it takes two seconds of each scene.
    this.setSysctl(name, "ipv6/conf/eth0/dad_transmits", 0);
    this.#onSwitch(words(`ip link set ${port} master br0 up`));
    inside("link set eth0 up");
  }

  /** What a killed owner left in its journal would outlive the namespace. */
  #removeLeftovers(host: string): void {
    for (const { parent, vrid } of this.#journal(host))
      this.run(host, ["vmac-ctl", "down", "-I", parent, "--vrid", vrid]);
  }

  #journal(host: string): { parent: string; vrid: string }[] {
    return this.run(host, ["vmac-ctl", "status", "--json"])
      .stdout.split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { instance: string })
      .map(({ instance }) => ({ parent: instance.split("/")[0]!, vrid: instance.split("/")[2]! }));
  }

  #onSwitch(argv: readonly string[]): void {
    must(inNamespace(this.switchNamespace, argv));
  }

  /** Ends and removes at once, without asking any process to tidy up. */
  removeNow(): void {
    living.delete(this);
    for (const group of this.#groups) signalGroup(group, "SIGKILL");
    for (const namespace of [...this.hosts.map((host) => host.namespace), this.switchNamespace]) {
      attempt(["ip", "netns", "delete", namespace]);
    }
  }
}

function hostOf(prefix: string, name: string, number: number): Host {
  return {
    name,
    namespace: `${prefix}-${name}`,
    address: `192.0.2.${number}`,
    address6: `2001:db8::${number.toString(16)}`,
    linkLocal: `fe80::ff:fe00:${number.toString(16)}`,
    mac: `02:00:00:00:00:${number.toString(16).padStart(2, "0")}`,
    port: `p-${name}`,
  };
}

function words(command: string): string[] {
  return command.split(" ");
}

/** @returns the command that sets what the switch does with these ports. */
export function portState(ports: readonly string[], state: string): string[] {
  return ["sh", "-c", ports.map((port) => `bridge link set dev ${port} state ${state}`).join(" && ")];
}

/** A command started in a group of its own has its pipe's other processes in it. @returns whether there are any. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
