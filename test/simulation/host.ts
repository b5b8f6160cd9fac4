/**
 * A simulated host: its clock, its ports, and whether its processes run.
 *
 * @module
 */
import type { Agenda } from "./agenda.ts";
import { Elector } from "./elector.ts";
import type { Machine } from "./machine.ts";
import type { Network, Packet } from "./network.ts";
import type { Random } from "./random.ts";
import type { Blocker, Router } from "./router.ts";
import { type HostPlan, inUs, rateOf, type Scenario, SEND_SOON } from "./scenario.ts";
import type { Watch } from "./watch.ts";

export interface Surroundings {
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly networks: readonly Network[];
  readonly watch: Watch;
}

const BLOCKERS: readonly Blocker[] = ["stop", "unplug"];
/** Nobody may rely on clocks that agree. */
const CLOCK_OFFSET_US = 1e9;

export class Host {
  readonly index: number;
  readonly plan: HostPlan;
  readonly rate: number;
  readonly elector: Elector;
  readonly #around: Surroundings;
  /** What keeps its routers from taking part, counted; a process that begins is told. */
  readonly #hindrances: Record<Blocker, number>[];
  #isAlive = false;
  /** A freeze ends with the life in which it began. */
  #lives = 0;
  #freezes = 0;
  #chokes = 0;
  /** What keeps its reader from reading, counted; that ends with the life in which it began. */
  #unreads = 0;
  /** Of a freeze that waits for the next advert: how long it will be. */
  #freezeAtSendUs: number | undefined;

  constructor(index: number, around: Surroundings) {
    this.index = index;
    this.#around = around;
    this.plan = around.scenario.hosts[index]!;
    this.rate = rateOf(this.plan);
    this.elector = new Elector(this, around);
    this.#hindrances = around.networks.map(() => ({ stop: 0, unplug: 0 }));
  }

  get routers(): readonly Router[] {
    return this.elector.routers;
  }

  get machine(): Machine {
    return this.#around.machine;
  }

  get watch(): Watch {
    return this.#around.watch;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isFrozen(): boolean {
    return this.#freezes > 0;
  }

  get isAwake(): boolean {
    return this.#isAlive && this.#freezes === 0;
  }

  get networkUs(): number {
    return this.#around.agenda.nowUs;
  }

  /** Its own clock. */
  get nowUs(): number {
    return (this.index + 1) * CLOCK_OFFSET_US + this.networkUs * this.rate;
  }

  /** @returns the network's time at which its own clock has reached this one, in whole microseconds. */
  whenUs(ownUs: number): number {
    const us = Math.ceil((ownUs - (this.index + 1) * CLOCK_OFFSET_US) / this.rate) + 1;
    return Math.max(this.networkUs, us);
  }

  /** Whether the address of another host is higher than its own. */
  isBelow(other: number, network: number): boolean {
    return this.#around.scenario.isCrossed && network === 1 ? other < this.index : other > this.index;
  }

  start(): void {
    if (this.#isAlive) return;
    this.#isAlive = true;
    this.#tellAwake();
    for (const router of this.routers) this.#closePort(router);
    this.elector.begin(this.#hindrances.map((known) => BLOCKERS.filter((why) => known[why] > 0)));
  }

  /** The processes are gone; what the kernel was told stays. */
  crash(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#lives += 1;
    this.#freezes = 0;
    this.#unreads = 0;
    this.#freezeAtSendUs = undefined;
    this.elector.end();
    this.#tellAwake();
    for (const router of this.routers) this.watch.crashed(router);
  }

  freeze(forUs: number): void {
    if (!this.#isAlive) return;
    this.#freezes += 1;
    this.#tellAwake();
    const life = this.#lives;
    this.#around.agenda.at(this.networkUs + forUs, () => {
      if (life === this.#lives) this.#thaw();
    });
  }

  /** At its next advert, if one is sent soon. */
  freezeAtSend(forUs: number): void {
    if (!this.isAwake || this.routers.length > 1) {
      this.freeze(forUs);
      return;
    }
    this.#freezeAtSendUs = forUs;
    this.#around.agenda.at(this.networkUs + inUs(this.#around.scenario, SEND_SOON), () => {
      this.#freezeAtSendUs = undefined;
    });
  }

  /** Whether the process is frozen at the very moment at which it would send. */
  isCaughtSending(): boolean {
    if (this.#freezeAtSendUs === undefined) return false;
    this.freeze(this.#freezeAtSendUs);
    this.#freezeAtSendUs = undefined;
    return true;
  }

  choke(by: 1 | -1): void {
    this.#chokes += by;
    this.#tellAwake();
  }

  get isUnread(): boolean {
    return this.#unreads > 0;
  }

  hinderReader(forUs: number): void {
    this.#unreads += 1;
    this.#tellAwake();
    if (this.#unreads === 1) this.orderAll((router) => router.unheard());
    const life = this.#lives;
    this.#around.agenda.at(this.networkUs + forUs, () => {
      if (life === this.#lives) this.#readAgain();
    });
  }

  #readAgain(): void {
    this.#unreads -= 1;
    if (this.isUnread) return;
    this.#tellAwake();
    this.orderAll((router) => router.heard());
  }

  hinder(why: Blocker, network: number, by: 1 | -1, isAbrupt: boolean): void {
    const known = this.#hindrances[network]!;
    known[why] += by;
    const router = this.routers[network]!;
    if (by === 1 && known[why] === 1) this.order(() => router.block(why, isAbrupt));
    if (by === 1 || known[why] > 0) return;
    if (why === "unplug") this.#closePort(router);
    this.order(() => router.unblock(why));
  }

  order(act: () => void): void {
    if (this.#isAlive) this.elector.order(act);
  }

  orderAll(act: (router: Router) => void): void {
    this.order(() => {
      for (const router of this.routers) act(router);
    });
  }

  receive(network: number, packet: Packet): void {
    if (!this.#isAlive) return;
    const router = this.routers[network]!;
    this.watch.arrived(router, packet);
    this.elector.hear(router, packet);
  }

  /** @returns whether the advert left. */
  send(router: Router, priority: number): boolean {
    const { advertUs } = router.config;
    const hasLeft = this.#chokes === 0;
    this.watch.sent(router, priority, hasLeft);
    if (hasLeft) this.#around.networks[router.network]!.send({ from: this.index, priority, advertUs });
    return hasLeft;
  }

  #thaw(): void {
    this.#freezes -= 1;
    if (!this.isAwake) return;
    this.#tellAwake();
    this.watch.rules.thawed(this.index, this.networkUs);
    this.elector.goOn();
  }

  #tellAwake(): void {
    this.watch.awake(this.index, this.isAwake && this.#chokes === 0 && !this.isUnread);
  }

  /** A port that has just come up may carry nothing for a while. */
  #closePort(router: Router): void {
    const forUs = inUs(this.#around.scenario, this.plan.deafFor);
    if (forUs === 0) return;
    const network = this.#around.networks[router.network]!;
    network.isolate(this.index, 1);
    this.order(() => router.deafen());
    this.#around.agenda.at(this.networkUs + forUs, () => {
      network.isolate(this.index, -1);
      this.order(() => router.carried());
    });
  }
}
