/**
 * One virtual router on this host: takes it, keeps it permitted, gives it back.
 *
 * What must be quick is synchronous: permitting and muting are one transaction each. What takes long, building and
 * taking down, is queued by the caller, so that the steps of one virtual router never overlap.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import { type FileLock, findInterface, KernelError, monotonicUs, type NftMessage } from "@viptools/kernel";
import { addressOfVip, parseInstance } from "@viptools/records";
import { type IpAddress, isLinkLocal } from "@viptools/wire";
import { addAddresses, build, extendAddresses, removeAddresses, type Trail } from "./builder.ts";
import { type FenceOptions, fenceOf, fenceTable } from "./fence.ts";
import { type Damage, inspect, isFamilyOff } from "./inspection.ts";
import { type JournalEntry, lockInstance, readEntry, removeEntry, writeEntry } from "./journal.ts";
import { type Guard, KernelFence } from "./kernel-fence.ts";
import { removeLeftovers, removeMade, textOf } from "./leftovers.ts";
import type { Claim } from "./owner-table.ts";
import { isAlone, type OwnSettings, type Plan, type PlannedAddress, planOf } from "./plan.ts";
import type { Workbench } from "./workbench.ts";

/** What was done, for the record about it. */
export interface Done {
  readonly changes: readonly string[];
  readonly tookUs: number;
}

export class Ownership {
  readonly #bench: Workbench;
  readonly #settings: OwnSettings;
  readonly #lock: FileLock;
  readonly #family: 4 | 6;
  #claim: Claim;
  #plan: Plan;
  #entry: JournalEntry | undefined;
  #fence: KernelFence | undefined;
  #hasGates = false;
  #validUntilUs: number | undefined;
  #isTaken = false;
  #wasOff = false;

  /** @throws {ExitError} alreadyRunning. @throws {KernelError} ENODEV if the parent is not there. */
  constructor(bench: Workbench, claim: Claim, settings: OwnSettings) {
    this.#bench = bench;
    this.#claim = claim;
    this.#settings = settings;
    this.#family = parseInstance(claim.instance)!.family;
    this.#plan = this.#planFor(claim);
    this.#lock = lockInstance(bench.runs, claim.instance);
  }

  get plan(): Plan {
    return this.#plan;
  }

  get claim(): Claim {
    return this.#claim;
  }

  get fence(): KernelFence | undefined {
    return this.#fence;
  }

  /** Link and addresses are there. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /**
   * Removes what a dead owner left, then notes what is going to be made, then loads the rules, mute.
   *
   * @param guard of the fence; undefined for none. @returns what was removed.
   */
  async prepare(guard: Guard | undefined, isStanding: boolean): Promise<string[]> {
    const { instance, parent, vrid, vips } = this.#claim;
    if (!isStanding) refuseStanding(readEntry(this.#bench.runs, instance));
    const removed = await removeLeftovers(this.#bench, instance);
    this.#refuseOwnAddresses(vips.map(addressOfVip));
    const isRewriting = this.#plan.mode === "rewrite";
    const hasTable = guard !== undefined || isRewriting || !this.#settings.isAccepting;
    this.#entry = {
      instance,
      parent,
      parentIndex: this.#plan.parentIndex,
      nicMac: this.#plan.nicMac,
      mode: this.#plan.mode,
      mac: this.#plan.mac,
      vips,
      addresses: this.#plan.addresses.map(textOf),
      interface: this.#plan.interfaceName,
      ...(hasTable ? { table: fenceTable(parent, this.#family, vrid) } : {}),
      pid: process.pid,
      isStanding: false,
      isBuilding: false,
    };
    writeEntry(this.#bench.runs, this.#entry);
    if (hasTable) this.#loadFence(guard);
    return removed;
  }

  #loadFence(guard: Guard | undefined): void {
    this.#hasGates = guard !== undefined;
    this.#fence = new KernelFence(this.#bench.nft, this.#rules(), guard ?? "standing");
    this.#fence.load();
  }

  #rules(): FenceOptions {
    const { isAccepting } = this.#settings;
    return fenceOf(this.#claim, this.#plan, { hasGates: this.#hasGates, isAccepting });
  }

  /**
   * An address that this host has already, its own or another virtual router's: the fence would cut the host off from it,
   * and two MACs would answer. Link-local ones may be the same on several links.
   */
  #refuseOwnAddresses(vips: readonly IpAddress[]): void {
    const wanted = new Set(vips);
    const parentIndex = findInterface(this.#claim.parent);
    const taken = this.#bench.route
      .addresses(this.#family)
      .find(
        ({ address, ifindex }) => wanted.has(address) && (!isLinkLocal(address) || ifindex === parentIndex),
      );
    if (taken === undefined) return;
    const holder = this.#bench.route.link(taken.ifindex)?.name;
    throw new KernelError(
      "EADDRINUSE",
      `Cannot own ${taken.address}: ${holder} has it already, needs an address that only moves`,
    );
  }

  /** Builds link and addresses; the fence keeps them mute until they are permitted. Undoes itself if a step fails. */
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

  async #build(): Promise<string[]> {
    this.#judgeRoutes();
    return await build(this.#bench, this.#claim.instance, this.#plan, this.#trail);
  }

  /** Whether a claim is about other VIPs, or about another MAC. */
  differsFrom({ vips, vmac }: Claim): boolean {
    const own = this.#claim;
    if (vips === own.vips && vmac === own.vmac) return false;
    return vips.length !== own.vips.length || vips.some((vip, n) => vip !== own.vips[n]) || vmac !== own.vmac;
  }

  /** Whether what a claim asks for stands in another place: it cannot be changed into that. */
  needsAnother(claim: Claim): boolean {
    const { mode, mac } = this.#planFor(claim);
    return mode !== this.#plan.mode || mac !== this.#plan.mac;
  }

  /** Before anything is built: something else is claimed now. @throws {KernelError} EADDRINUSE. */
  adopt(claim: Claim): void {
    this.#refuseOwnAddresses(claim.vips.map(addressOfVip));
    this.#claim = claim;
    this.#plan = this.#planFor(claim);
    const { mode, mac, nicMac, parentIndex, interfaceName, addresses } = this.#plan;
    const { vips } = claim;
    this.#note({
      mode,
      mac,
      nicMac,
      parentIndex,
      vips,
      interface: interfaceName,
      addresses: addresses.map(textOf),
    });
    this.#fence?.replace(this.#rules());
  }

  /**
   * Adds and removes what the new claim asks for; an address is never there without its fence. One that only gets
   * another prefix goes first, because IPv6 has each address once.
   */
  async change(claim: Claim): Promise<Done> {
    const startUs = monotonicUs();
    const before = this.#plan.addresses;
    const { goneVips } = this.#accept(claim);
    const added = without(this.#plan.addresses, before);
    const removed = without(before, this.#plan.addresses);
    const isMoved = ({ address }: PlannedAddress): boolean =>
      added.some((other) => other.address === address);
    const changes = [
      ...(await removeAddresses(this.#bench, this.#plan, removed.filter(isMoved))),
      ...(await addAddresses(this.#bench, this.#plan, added)),
      ...(await removeAddresses(
        this.#bench,
        this.#plan,
        removed.filter((address) => !isMoved(address)),
      )),
    ];
    this.#settle(goneVips);
    return { changes, tookUs: monotonicUs() - startUs };
  }

  /** Fences what is new in a claim. @throws {KernelError} EADDRINUSE; then the claim before goes on. */
  #accept(claim: Claim): { readonly goneVips: readonly IpAddress[] } {
    const [before, after] = [this.#claim.vips.map(addressOfVip), claim.vips.map(addressOfVip)];
    const fresh = after.filter((vip) => !before.includes(vip));
    this.#refuseOwnAddresses(fresh);
    const plan = this.#planFor(claim);
    const both = [...this.#plan.addresses, ...without(plan.addresses, this.#plan.addresses)];
    this.#claim = claim;
    this.#plan = plan;
    this.#note({ vips: claim.vips, addresses: both.map(textOf) });
    if (fresh.length > 0) this.#fence?.addVips(fresh);
    return { goneVips: before.filter((vip) => !after.includes(vip)) };
  }

  #settle(goneVips: readonly IpAddress[]): void {
    if (goneVips.length > 0) this.#fence?.removeVips(goneVips);
    this.#note({ addresses: this.#plan.addresses.map(textOf) });
  }

  /** What has to be committed to let this host act until then; nothing where there is no fence. */
  permission(untilUs: number, mayVoice: boolean): NftMessage[] {
    return this.#hasGates ? this.#fence!.permission(untilUs, mayVoice) : [];
  }

  /** Until when the kernel keeps the addresses that are made from now on: a fence where there is no nf_tables. */
  bound(untilUs: number): void {
    this.#validUntilUs = untilUs;
    this.#plan = { ...this.#plan, validUntilUs: untilUs };
  }

  /** Gives those that are there the time of {@link bound}. */
  async extend(): Promise<void> {
    await extendAddresses(this.#bench, this.#plan);
  }

  /** Silences this host now. Without a fence only taking the link down does. */
  mute(): void {
    if (this.#hasGates) this.#fence!.mute();
  }

  /** Takes link and addresses down and restores settings; the fence stays. */
  async giveBack(): Promise<Done> {
    const startUs = monotonicUs();
    this.#isTaken = false;
    const changes = await removeMade(this.#bench, this.#entry!);
    this.#note({ isBuilding: false, hasForwarding: false });
    return { changes, tookUs: monotonicUs() - startUs };
  }

  /** @param linkIndex of the link that an earlier process left. @returns what somebody took away or changed. */
  inspect(linkIndex: number | undefined = this.linkIndex): Damage[] {
    this.#wasOff ||= isFamilyOff(this.#plan);
    this.#judgeRoutes();
    return inspect({
      bench: this.#bench,
      instance: this.#claim.instance,
      plan: this.#plan,
      fence: this.#fence,
      trail: this.#trail,
      linkIndex,
      replan: () => this.#replan(),
    });
  }

  /** IPv6 was off on the NIC, and is on again: the kernel has taken all addresses away, and tells nobody that it is. */
  hasComeBack(): boolean {
    const isOff = isFamilyOff(this.#plan);
    const hasComeBack = this.#wasOff && !isOff;
    this.#wasOff = isOff;
    return hasComeBack;
  }

  /** Of the link that was made; in macvlan mode alone. */
  get linkIndex(): number | undefined {
    return this.#entry?.linkIndex;
  }

  readonly #trail: Trail = {
    link: (isBuilding) => {
      const linkIndex = isBuilding ? undefined : findInterface(this.#plan.interfaceName);
      this.#note({ isBuilding, linkIndex });
    },
    forwarding: (hasForwarding) => this.#note({ hasForwarding }),
  };

  /** The NIC may have got or lost the address whose route leads to the VIPs; those without a network bring none. */
  #judgeRoutes(): void {
    if (this.#plan.addresses.every(({ address, prefixLength: length }) => isAlone({ address, length })))
      return;
    try {
      this.#plan = { ...this.#plan, addresses: this.#planFor(this.#claim).addresses };
    } catch (error) {
      // A NIC that is gone, or has no IPv6 now, leads nowhere: it is judged when it is back.
      if (!(error instanceof KernelError)) throw error;
    }
  }

  #replan(): void {
    this.#plan = this.#planFor(this.#claim);
    const { mac, nicMac, parentIndex } = this.#plan;
    this.#note({ mac, nicMac, parentIndex });
    this.#fence?.replace(this.#rules());
  }

  /** Lets go of the virtual router for good. */
  close(): void {
    this.#fence?.unload();
    // What stood there before belongs to somebody else.
    if (this.#entry !== undefined) removeEntry(this.#bench.runs, this.#claim.instance);
    this.#lock.release();
  }

  /** Ends this process's part and leaves what was built: for `vmac-ctl up`. */
  leaveStanding(): void {
    if (this.#entry !== undefined) this.#note({ isStanding: true });
    this.#lock.release();
  }

  #planFor(claim: Claim): Plan {
    try {
      const plan = planOf(claim, this.#settings, this.#bench.factsOf(claim.parent, this.#family));
      return this.#validUntilUs === undefined ? plan : { ...plan, validUntilUs: this.#validUntilUs };
    } catch (error) {
      if (error instanceof RangeError)
        throw new KernelError("EINVAL", `Cannot own ${claim.instance}: ${error.message}`);
      throw error;
    }
  }

  #note(changed: Partial<JournalEntry>): void {
    this.#entry = { ...this.#entry!, ...changed };
    writeEntry(this.#bench.runs, this.#entry);
  }
}

/** @throws {ExitError} alreadyRunning: what somebody took by hand is nobody's left-over. */
function refuseStanding(entry: JournalEntry | undefined): void {
  if (!entry?.isStanding) return;
  throw new ExitError(
    ExitCode.alreadyRunning,
    `${entry.instance} was taken by hand, with ${entry.vips.join(" ")}: give it back first, with vmac-ctl down`,
  );
}

/** @returns those of the first that are not in the second. */
function without(some: readonly PlannedAddress[], others: readonly PlannedAddress[]): PlannedAddress[] {
  const known = new Set(others.map(textOf));
  return some.filter((address) => !known.has(textOf(address)));
}
