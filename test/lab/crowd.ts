/**
 * Many virtual routers in one process: ours and keepalived's, and what they cost.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Elector } from "./elector.ts";
import { startKeepalived } from "./keepalived.ts";
import type { Network } from "./network.ts";
import { ofType } from "./record-log.ts";
import { PipeRouter } from "./router.ts";
import { end } from "./shell.ts";

export interface CrowdOptions {
  /** Shared out over the interfaces, at most 255 each. */
  readonly count: number;
  readonly interfaces: readonly string[];
  readonly priority: number;
  readonly advertMs: number;
  /** Each speaks and answers with a virtual MAC of its own, on a link of its own. The elector alone always has them. */
  readonly useVmac?: boolean;
}

interface Member {
  readonly interfaceName: string;
  readonly vrid: number;
  readonly vip: string;
}

/** As entries of a configuration file. */
function routersOf(options: CrowdOptions): object[] {
  return membersOf(options).map(({ interfaceName, vrid, vip }) => ({
    interface: interfaceName,
    vrid,
    vips: [vip],
  }));
}

function membersOf({ count, interfaces }: CrowdOptions): Member[] {
  const each = Math.ceil(count / interfaces.length);
  return Array.from({ length: count }, (_, n) => ({
    interfaceName: interfaces[Math.floor(n / each)]!,
    vrid: (n % each) + 1,
    vip: `10.51.${Math.floor(n / each)}.${(n % each) + 1}`,
  }));
}

/** Processor time and memory. */
export interface Cost {
  readonly cpuMs: number;
  readonly residentMib: number;
}

const PAGE_BYTES = 4096;
const MIB = 1 << 20;
const NS_PER_MS = 1e6;

/** @param pids of living processes; what they cost is added up. */
export function costOf(pids: readonly number[]): Cost {
  let [cpuMs, pages] = [0, 0];
  for (const pid of pids) {
    cpuMs += processorMsOf(pid);
    pages += Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  }
  return { cpuMs, residentMib: (pages * PAGE_BYTES) / MIB };
}

/**
 * Of the threads that live. What `stat` has is counted by the processor's ticks, which a process that sleeps until a
 * timer of its own may always miss, or always meet.
 */
function processorMsOf(pid: number): number {
  const folder = `/proc/${pid}/task`;
  const ns = readdirSync(folder).map((task) =>
    Number(readFileSync(`${folder}/${task}/schedstat`, "utf8").split(" ")[0]),
  );
  return ns.reduce((sum, one) => sum + one, 0) / NS_PER_MS;
}

export interface Crowd {
  hasStarted(): boolean;
  /** How often a member has become Active. */
  takeOvers(): number;
  cost(): Cost;
  stop(): Promise<void>;
}

/** All of them in one vrrp-elect. */
export class ElectorCrowd implements Crowd {
  readonly #elector: Elector;

  constructor(network: Network, host: string, options: CrowdOptions) {
    const { priority, advertMs } = options;
    const path = join(network.folder, `crowd-${host}.json`);
    const defaults = { priority, advert_int: `${advertMs}ms` };
    writeFileSync(path, JSON.stringify({ defaults, routers: routersOf(options) }));
    this.#elector = new Elector(network, host, ["--config", path]);
  }

  hasStarted(): boolean {
    return this.#elector.records().length > 0;
  }

  takeOvers(): number {
    return ofType(this.#elector.records(), "vrrp.state").filter(({ state }) => state === "active").length;
  }

  /** How many members are Active now. */
  activeCount(): number {
    const states = ofType(this.#elector.records(), "vrrp.state").map(({ instance, state }) => [
      instance,
      state,
    ]);
    return [...new Map(states as [string, string][]).values()].filter((state) => state === "active").length;
  }

  cost(): Cost {
    return costOf([this.#elector.pid]);
  }

  async stop(): Promise<void> {
    await this.#elector.stop();
  }
}

/** All of them in one pipe of all three tools. */
export class StackCrowd implements Crowd {
  readonly #router: PipeRouter;

  constructor(network: Network, host: string, options: CrowdOptions) {
    const { priority, advertMs, useVmac } = options;
    const routers = routersOf(options);
    this.#router = new PipeRouter(network, host, { priority, advertMs, useVmac: useVmac === true, routers });
  }

  hasStarted(): boolean {
    return this.#router.records().length > 0;
  }

  takeOvers(): number {
    this.#router.mustRun();
    return ofType(this.#router.records(), "vmac.up").length;
  }

  cost(): Cost {
    return costOf(this.#router.pids());
  }

  async stop(): Promise<void> {
    await this.#router.stop();
  }
}

/** All of them in one keepalived. */
export class KeepalivedCrowd implements Crowd {
  readonly #daemon: ChildProcess;
  readonly #logPath: string;

  constructor(network: Network, host: string, options: CrowdOptions) {
    const instances = membersOf(options).map((member) => instanceText(member, options));
    const globals = `global_defs {\n  router_id ${host}\n  vrrp_version 3\n}`;
    const text = `${[globals, ...instances].join("\n")}\n`;
    const { child, logPath } = startKeepalived(network, host, text);
    this.#daemon = child;
    this.#logPath = logPath;
  }

  hasStarted(): boolean {
    return this.#log().includes("Entering BACKUP STATE");
  }

  takeOvers(): number {
    return this.#log().match(/Entering MASTER STATE/g)?.length ?? 0;
  }

  cost(): Cost {
    const parent = this.#daemon.pid!;
    const children = readdirSync(`/proc/${parent}/task`).flatMap((task) =>
      readFileSync(`/proc/${parent}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
    return costOf([parent, ...children]);
  }

  async stop(): Promise<void> {
    await end(this.#daemon);
  }

  #log(): string {
    return existsSync(this.#logPath) ? readFileSync(this.#logPath, "utf8") : "";
  }
}

function instanceText({ interfaceName, vrid, vip }: Member, options: CrowdOptions): string {
  const { priority, advertMs, useVmac } = options;
  return `vrrp_instance V_${interfaceName}_${vrid} {
  state BACKUP
  interface ${interfaceName}${useVmac === true ? `\n  use_vmac v${interfaceName}.${vrid}` : ""}
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int ${advertMs / 1000}
  virtual_ipaddress {
    ${vip}/32
  }
}`;
}
