/**
 * One virtual router on this host, in `macvlan` mode: takes it, keeps it permitted, gives it back.
 *
 * What must be quick is synchronous: permitting and muting are one transaction each. What takes long, building and
 * taking down the link, is queued, so that the steps of one virtual router never overlap.
 *
 * @module
 */
import {
  type FileLock,
  findInterface,
  KernelError,
  MacvlanMode,
  monotonicUs,
  type NewAddress,
  RouteSocket,
  writeSysctl,
} from "@viptools/kernel";
import { parseInstance, parseVip } from "@viptools/records";
import type { IpAddress, Mac } from "@viptools/wire";
import { fenceTable } from "./fence.ts";
import { type JournalEntry, lockInstance, readEntry, removeEntry, writeEntry } from "./journal.ts";
import { KernelFence, removeFence } from "./kernel-fence.ts";
import type { Claim } from "./owner-table.ts";
import { dropParentSettings, holdParentSettings } from "./parent-settings.ts";
import { interfaceAlias, virtualInterfaceName, virtualSettings } from "./plan.ts";
import type { RunDirectory } from "./run-directory.ts";

/** What was done, for the record about it. */
export interface Done {
  readonly changes: readonly string[];
  readonly tookUs: number;
}

export class Ownership {
  /** The interface that carries the VIPs. */
  readonly interfaceName: string;
  readonly vmac: Mac;
  readonly #runs: RunDirectory;
  readonly #route = new RouteSocket();
  readonly #lock: FileLock;
  readonly #parentIndex: number;
  #claim: Claim;
  #entry: JournalEntry | undefined;
  #fence: KernelFence | undefined;
  #isTaken = false;

  /** @throws {ExitError} alreadyRunning. @throws {KernelError} ENODEV if the parent is not there. */
  constructor(runs: RunDirectory, claim: Claim) {
    const parentIndex = findInterface(claim.parent);
    if (parentIndex === undefined) throw new KernelError("ENODEV", `Cannot find interface ${claim.parent}`);
    if (parseInstance(claim.instance)?.family === 6)
      throw new KernelError("EOPNOTSUPP", `Cannot own ${claim.instance}: this version owns IPv4 only`);
    if (claim.vmac === null) {
      throw new KernelError(
        "EOPNOTSUPP",
        `Cannot own ${claim.instance} without a virtual MAC: mode is macvlan`,
      );
    }
    this.#claim = claim;
    this.vmac = claim.vmac;
    this.#runs = runs;
    this.#parentIndex = parentIndex;
    this.interfaceName = virtualInterfaceName(4, parentIndex, claim.vrid);
    this.#lock = lockInstance(runs, claim.instance);
  }

  /**
   * Removes what a dead owner left, then notes what is going to be made, then loads the fence, mute.
   *
   * @returns what was removed.
   */
  async prepare(withFence: boolean, isStanding: boolean): Promise<string[]> {
    const removed = await removeLeftovers(this.#runs, this.#route, this.#claim.instance);
    await this.#refuseOwnAddresses(this.#claim.vips);
    const { instance, parent, vips, vrid } = this.#claim;
    this.#entry = {
      instance,
      parent,
      vmac: this.vmac,
      vips,
      interface: this.interfaceName,
      ...(withFence ? { table: fenceTable(parent, 4, vrid) } : {}),
      pid: process.pid,
      isStanding,
      isBuilding: false,
    };
    writeEntry(this.#runs, this.#entry);
    if (withFence) {
      this.#fence = new KernelFence({
        parent,
        vrid,
        vmac: this.vmac,
        vips: vips.map((vip) => parseVip(vip).address),
      });
    }
    return removed;
  }

  /**
   * An address that this host has already, its own or another virtual router's: the fence would cut the host off from it,
   * and two MACs would answer.
   */
  async #refuseOwnAddresses(vips: readonly string[]): Promise<void> {
    const links = new Map((await this.#route.links()).map(({ index, name }) => [index, name]));
    const wanted = vips.map(addressOf);
    const taken = (await this.#route.allAddresses(4)).find(({ address }) => wanted.includes(address));
    if (taken === undefined) return;
    const where = `${taken.address}: ${links.get(taken.ifindex)} has it already`;
    throw new KernelError("EADDRINUSE", `Cannot own ${where}, needs an address that only moves`);
  }

  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Builds link and addresses; the fence keeps them mute until {@link permitUntil}. Undoes itself if a step fails. */
  async take(): Promise<Done> {
    const startUs = monotonicUs();
    try {
      const changes = await this.#build();
      this.#isTaken = true;
      return { changes, tookUs: monotonicUs() - startUs };
    } catch (error) {
      await this.giveBack();
      throw error;
    }
  }

  hasOtherVips({ vips }: Claim): boolean {
    return vips.join(" ") !== this.#claim.vips.join(" ");
  }

  /** Before anything is built: the VIPs are others now. @throws {KernelError} EADDRINUSE. */
  async adopt(claim: Claim): Promise<void> {
    const { removed } = await this.#accept(claim);
    this.#unfence(removed);
  }

  /** Fences what is new in a claim. @throws {KernelError} EADDRINUSE; then the claim before goes on. */
  async #accept(claim: Claim): Promise<{ added: string[]; removed: string[] }> {
    const before = this.#claim.vips;
    const added = claim.vips.filter((vip) => !before.includes(vip));
    const removed = before.filter((vip) => !claim.vips.includes(vip));
    const known = before.map(addressOf);
    await this.#refuseOwnAddresses(added.filter((vip) => !known.includes(addressOf(vip))));
    this.#claim = claim;
    this.#note(false);
    this.#fence?.addVips(added.map(addressOf));
    return { added, removed };
  }

  #unfence(removed: readonly string[]): void {
    const kept = this.#claim.vips.map(addressOf);
    this.#fence?.removeVips(removed.map(addressOf).filter((address) => !kept.includes(address)));
  }

  /** Adds and removes what the new claim asks for; an address is never there without its fence. */
  async change(claim: Claim): Promise<Done> {
    const startUs = monotonicUs();
    const { added, removed } = await this.#accept(claim);
    const ifindex = findInterface(this.interfaceName);
    if (ifindex === undefined) throw new KernelError("ENODEV", `Cannot find interface ${this.interfaceName}`);
    await this.#route.addAddresses(added.map((vip) => addressOn(ifindex, vip)));
    for (const vip of removed) await this.#route.removeAddress(addressOn(ifindex, vip));
    this.#unfence(removed);
    const name = this.interfaceName;
    const changes = [
      ...added.map((vip) => `address ${vip} on ${name}`),
      ...removed.map((vip) => `address ${vip} removed from ${name}`),
    ];
    return { changes, tookUs: monotonicUs() - startUs };
  }

  /** @param mayVoice false for one who leaves: it serves, but no longer speaks as the virtual router. */
  permitUntil(untilUs: number, mayVoice: boolean): void {
    this.#fence?.permitUntil(untilUs, mayVoice);
  }

  /** Silences this host now. Without a fence only taking the link down does. */
  mute(): void {
    this.#fence?.mute();
  }

  /** Takes link and addresses down and restores settings; the fence stays. */
  async giveBack(): Promise<Done> {
    const startUs = monotonicUs();
    this.#isTaken = false;
    const link = await removeLink(this.#route, this.#entry!);
    this.#note(false);
    const settings = await dropParentSettings(this.#runs, this.#claim.parent, this.#claim.instance);
    return { changes: [...link, ...settings], tookUs: monotonicUs() - startUs };
  }

  /** Lets go of the virtual router for good. */
  close(): void {
    this.#fence?.unload();
    removeEntry(this.#runs, this.#claim.instance);
    this.#lock.release();
    this.#route.close();
  }

  /** Ends this process's part and leaves what was built: for `vmac-ctl up`. */
  leaveStanding(): void {
    this.#lock.release();
    this.#route.close();
  }

  async #build(): Promise<string[]> {
    const { instance, parent } = this.#claim;
    const name = this.interfaceName;
    if (findInterface(name) !== undefined)
      throw new KernelError("EEXIST", `Cannot make ${name}: it is not ours, remove or rename it`);
    const settings = await holdParentSettings(this.#runs, parent, instance);
    this.#note(true);
    await this.#route.createMacvlan({
      name,
      parentIndex: this.#parentIndex,
      mac: this.vmac,
      mode: MacvlanMode.private,
    });
    const ifindex = findInterface(name)!;
    await this.#route.setAlias(ifindex, interfaceAlias(instance));
    this.#note(false);
    await this.#route.disableAddressGeneration(ifindex);
    for (const { path, value } of virtualSettings(name)) writeSysctl(path, value);
    await this.#route.addAddresses(this.#claim.vips.map((vip) => addressOn(ifindex, vip)));
    await this.#route.setUp(ifindex);
    const addresses = this.#claim.vips.map((vip) => `address ${vip} on ${name}`);
    return [...settings, `link ${name} macvlan private ${this.vmac} on ${parent}`, ...addresses];
  }

  #note(isBuilding: boolean): void {
    this.#entry = { ...this.#entry!, vips: this.#claim.vips, isBuilding };
    writeEntry(this.#runs, this.#entry);
  }
}

function addressOf(vip: string): IpAddress {
  return parseVip(vip).address;
}

function addressOn(ifindex: number, vip: string): NewAddress {
  const { address, length } = parseVip(vip);
  return { ifindex, address, prefixLength: length };
}

/** Takes away what the journal says of an instance that has no living owner; the caller holds its lock. */
export async function removeLeftovers(
  runs: RunDirectory,
  route: RouteSocket,
  instance: string,
): Promise<string[]> {
  const entry = readEntry(runs, instance);
  if (entry === undefined) return [];
  const link = await removeLink(route, entry);
  const settings = await dropParentSettings(runs, entry.parent, instance);
  if (entry.table !== undefined) removeFence(entry.table);
  removeEntry(runs, instance);
  return [...link, ...settings];
}

/** Deletes the link if it is ours: a foreign one of the same name is never touched. */
async function removeLink(route: RouteSocket, entry: JournalEntry): Promise<string[]> {
  const link = await route.findLink(entry.interface);
  if (link === undefined || link.kind !== "macvlan") return [];
  const isMarked = link.alias === interfaceAlias(entry.instance);
  const isUnfinished = entry.isBuilding && link.alias === undefined && link.mac === entry.vmac;
  if (!isMarked && !isUnfinished) return [];
  await route.deleteLink(link.index);
  return [`link ${entry.interface} removed`];
}
