/**
 * One virtual router of a simulated host: what `speaker.ts` does with the election, without sockets and records.
 *
 * @module
 */
import {
  type Action,
  type ElectionConfig,
  type HeardAdvert,
  INITIAL,
  type Input,
  type State,
} from "vrrp-elect/dist/election.js";
import { isReady } from "vrrp-elect/dist/sync-group.js";
import type { Host } from "./host.ts";
import type { LeaseKind } from "./leases.ts";
import type { Packet } from "./network.ts";

export type Blocker = "stop" | "unplug";

interface Moment {
  readonly networkUs: number;
  /** On the clock of the host. */
  readonly ownUs: number;
}

export class Router {
  readonly host: Host;
  readonly network: number;
  config: ElectionConfig;
  state: State = INITIAL;
  /** The port has carried nothing yet. */
  #isDeaf = false;
  /** When its last lease ends, on the clock of its host. */
  #leaseEndUs = 0;
  readonly #blockers = new Set<Blocker>();

  constructor(host: Host, network: number, config: ElectionConfig) {
    this.host = host;
    this.network = network;
    this.config = config;
  }

  /** On the clock of its host. */
  get deadlineUs(): number | undefined {
    return this.host.machine.deadlineUs(this.config, this.state);
  }

  /** Active, and no stall has to be thought about before the next advert. */
  isOnTime(nowUs: number): boolean {
    return this.state.name === "active" && nowUs - this.state.advertAtUs < this.config.advertUs;
  }

  /** RFC 9568 §6.4.3: by priority, then by address. */
  ranksAbove(other: Router): boolean {
    const difference = this.config.priority - other.config.priority;
    return difference > 0 || (difference === 0 && other.host.isBelow(this.host.index, this.network));
  }

  /** A process begins, knowing what keeps it from taking part. */
  begin(blockers: readonly Blocker[], config: ElectionConfig): void {
    this.state = INITIAL;
    this.#leaseEndUs = 0;
    this.config = config;
    this.#blockers.clear();
    for (const blocker of blockers) this.#blockers.add(blocker);
    this.#startUnless("startup");
  }

  block(why: Blocker, isAbrupt: boolean): void {
    if (this.#blockers.has(why)) return;
    this.#blockers.add(why);
    const { nowUs } = this.host;
    this.take(
      why === "stop"
        ? { type: "shutdown", nowUs, reason: why, isAbrupt }
        : { type: "disable", nowUs, reason: why },
    );
  }

  unblock(why: Blocker): void {
    if (this.#blockers.delete(why)) this.#startUnless(why);
  }

  setPriority(priority: number): void {
    const previous = this.config;
    this.config = { ...previous, priority };
    this.take({ type: "reconfigured", nowUs: this.host.nowUs, previous });
  }

  resign(): void {
    this.take({ type: "resign", nowUs: this.host.nowUs, reason: "resign" });
  }

  /** Whoever obeys it does not read. */
  unheard(): void {
    const { nowUs } = this.host;
    this.take({ type: "unheard", nowUs, reason: "reader_late", leaseEndUs: this.#leaseEndUs });
  }

  heard(): void {
    this.take({ type: "heard", nowUs: this.host.nowUs });
  }

  hearOwnMac(): void {
    this.take({ type: "own_mac", nowUs: this.host.nowUs });
  }

  /** The link has come up. */
  deafen(): void {
    this.#isDeaf = true;
  }

  /** The link has carried a frame. */
  carried(): void {
    if (!this.#isDeaf) return;
    this.#isDeaf = false;
    this.holdChanged();
  }

  /** What it was held for may have come. */
  holdChanged(): void {
    if (!this.#isHeld) this.take({ type: "carried", nowUs: this.host.nowUs });
  }

  hear(packet: Packet): void {
    this.carried();
    this.take({ type: "advert", nowUs: this.host.nowUs, advert: this.read(packet) });
  }

  read({ from, priority, advertUs }: Packet): HeardAdvert {
    return { address: "", priority, advertUs, isFromHigherAddress: this.host.isBelow(from, this.network) };
  }

  take(input: Input): void {
    const before = this.state;
    const [state, ...actions] = this.host.machine.step(this.config, before, input);
    this.state = state;
    this.host.watch.stepped(this, before, input, actions);
    const since = { networkUs: this.host.networkUs, ownUs: this.host.nowUs };
    const carryOut = (): void => this.#carryOut(before, actions, since);
    if (actions.some(({ type }) => type === "send") && this.host.isCaughtSending())
      this.host.elector.postpone(carryOut);
    else carryOut();
  }

  get #isHeld(): boolean {
    return this.#isDeaf || !this.host.elector.isRead;
  }

  #startUnless(reason: string): void {
    if (this.#blockers.size > 0) return;
    const { nowUs, isUnread } = this.host;
    this.take({ type: "startup", nowUs, reason, isDeaf: this.#isHeld, isUnheard: isUnread });
  }

  /** @param since from when a lease counts: read before the advert leaves. */
  #carryOut(before: State, actions: readonly Action[], since: Moment): void {
    const { host, config, state } = this;
    const { watch, machine } = host;
    let hasLeft = false;
    for (const action of actions) {
      if (action.type === "send") hasLeft = host.send(this, action.priority) || hasLeft;
      else if (action.type === "lease") this.#grant(action.kind, since, action.validUs);
      else if (action.type === "become") watch.became(this, action);
    }
    if (hasLeft && state.name === "active")
      this.#grant("speaking", since, machine.leaseUs(config.downCount, config.advertUs));
    host.elector.moved(this, state.name !== before.name || isReady(state) !== isReady(before));
  }

  #grant(kind: LeaseKind, { networkUs, ownUs }: Moment, validUs: number): void {
    this.#leaseEndUs = ownUs + validUs;
    this.host.watch.granted(this, kind, networkUs, validUs);
  }
}
