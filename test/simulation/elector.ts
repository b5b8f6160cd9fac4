/**
 * The elector process of a simulated host: its loop, as in `station.ts`. What comes in while it is frozen waits.
 *
 * @module
 */
import { Alarm } from "./alarm.ts";
import type { Host, Surroundings } from "./host.ts";
import type { Packet } from "./network.ts";
import { type Blocker, Router } from "./router.ts";
import { configOf, inUs } from "./scenario.ts";

export class Elector {
  readonly routers: readonly Router[];
  readonly #host: Host;
  readonly #around: Surroundings;
  readonly #alarm: Alarm;
  /** Whether anybody has read what it wrote. */
  #isRead = false;
  #packets: (() => void)[] = [];
  #orders: (() => void)[] = [];
  #rest: (() => void) | undefined;
  #isRinging = false;

  constructor(host: Host, around: Surroundings) {
    const { scenario, networks, agenda, random } = around;
    this.#host = host;
    this.#around = around;
    this.routers = networks.map((_, network) => new Router(host, network, configOf(scenario, host.plan)));
    this.#alarm = new Alarm({
      agenda,
      dueUs: () => this.#nextUs(),
      lateUs: () => random.below(inUs(scenario, host.plan.lateness)),
      ring: () => {
        if (host.isAwake) this.#ring();
      },
    });
  }

  get isRead(): boolean {
    return this.#isRead;
  }

  /** @param blockers what keeps each virtual router from taking part. */
  begin(blockers: readonly (readonly Blocker[])[]): void {
    const { scenario, agenda } = this.#around;
    const { plan } = this.#host;
    const config = configOf(scenario, plan);
    this.#isRead = plan.unreadFor === 0;
    if (!this.#isRead)
      agenda.at(agenda.nowUs + inUs(scenario, plan.unreadFor), () =>
        this.#host.order(() => this.#readerIsThere()),
      );
    for (const router of this.routers) router.begin(blockers[router.network]!, config);
  }

  /** Forgets everything. */
  end(): void {
    this.#packets = [];
    this.#orders = [];
    this.#rest = undefined;
    this.#alarm.clear();
  }

  hear(router: Router, packet: Packet): void {
    if (this.#host.isFrozen) this.#packets.push(() => router.hear(packet));
    else router.hear(packet);
  }

  /** What people, checks and the kernel's links ask. */
  order(act: () => void): void {
    if (this.#host.isFrozen) this.#orders.push(act);
    else act();
  }

  /** Frozen in the middle of a turn: the rest of it comes first when it goes on. */
  postpone(rest: () => void): void {
    this.#rest = rest;
  }

  goOn(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    rest?.();
    this.#ring();
    this.#drain();
    const orders = this.#orders;
    this.#orders = [];
    for (const act of orders) this.order(act);
    this.#arm();
  }

  moved(router: Router, hasChanged: boolean): void {
    if (router.state.name === "settling" && hasChanged) this.#acknowledge(router);
    if (!this.#isRinging) this.#arm();
    if (hasChanged && router.config.isGrouped) this.#coordinate();
  }

  /** Adverts that are due leave first (S5); every other timer is believed when the queue is empty (S6). */
  #ring(): void {
    this.#isRinging = true;
    const { nowUs } = this.#host;
    const due = this.#due(nowUs);
    const adverts = due.filter((router) => router.isOnTime(nowUs));
    for (const router of adverts) router.take({ type: "tick", nowUs });
    if (adverts.length < due.length) {
      if (this.#around.machine.drainsFirst) this.#drain();
      if (!this.#host.isFrozen) for (const router of this.#due(nowUs)) router.take({ type: "tick", nowUs });
    }
    this.#isRinging = false;
    this.#arm();
  }

  #readerIsThere(): void {
    this.#isRead = true;
    for (const router of this.routers) router.holdChanged();
  }

  #due(nowUs: number): Router[] {
    return this.routers.filter(({ deadlineUs }) => deadlineUs !== undefined && deadlineUs <= nowUs);
  }

  #drain(): void {
    const packets = this.#packets;
    this.#packets = [];
    for (const hear of packets)
      if (this.#host.isFrozen) this.#packets.push(hear);
      else hear();
  }

  #arm(): void {
    if (this.#host.isAwake) this.#alarm.arm();
  }

  /** Network time of the next deadline. */
  #nextUs(): number | undefined {
    let least = Infinity;
    for (const { deadlineUs } of this.routers) least = Math.min(least, deadlineUs ?? Infinity);
    return least === Infinity ? undefined : this.#host.whenUs(least);
  }

  #coordinate(): void {
    const { nowUs } = this.#host;
    const orders = this.#around.machine.coordinate(this.routers.map(({ state }) => state));
    this.routers.forEach((router, n) => {
      const order = orders[n];
      if (order === "take") router.take({ type: order, nowUs });
      else if (order === "yield") router.take({ type: order, nowUs, reason: "sync_group" });
    });
  }

  /** Whoever owns the addresses answers after a while. */
  #acknowledge(router: Router): void {
    const { ackAfter } = this.#host.plan;
    if (ackAfter === undefined) return;
    const { state } = router;
    const { agenda, scenario } = this.#around;
    agenda.at(agenda.nowUs + inUs(scenario, ackAfter), () =>
      this.#host.order(() => {
        if (router.state === state) router.take({ type: "settled", nowUs: this.#host.nowUs });
      }),
    );
  }
}
