/**
 * A network that delays, loses, doubles and reorders adverts, falls apart and comes together again: pure.
 *
 * @module
 */
import type { Agenda } from "./agenda.ts";
import type { Random } from "./random.ts";
import { inUs, type Scenario } from "./scenario.ts";

export interface Packet {
  readonly from: number;
  readonly priority: number;
  readonly advertUs: number;
}

export type Deliver = (to: number, packet: Packet) => void;

export class Network {
  readonly counts = { carried: 0, lost: 0, cut: 0, doubled: 0, overtaken: 0 };
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #scenario: Scenario;
  readonly #deliver: Deliver;
  readonly #size: number;
  /** For each pair of hosts: what keeps packets from passing, counted; and when the last one arrives. */
  readonly #cuts: number[];
  readonly #arrivals: number[];
  readonly #delayUs: number;
  readonly #jitterUs: number;
  #loss: number;
  #duplicates: number;

  constructor(scenario: Scenario, agenda: Agenda, random: Random, deliver: Deliver) {
    this.#agenda = agenda;
    this.#random = random;
    this.#scenario = scenario;
    this.#deliver = deliver;
    this.#size = scenario.hosts.length;
    this.#cuts = Array.from({ length: this.#size ** 2 }, () => 0);
    this.#arrivals = [...this.#cuts];
    this.#delayUs = inUs(scenario, scenario.network.delay);
    this.#jitterUs = inUs(scenario, scenario.network.jitter);
    this.#loss = scenario.network.loss;
    this.#duplicates = scenario.network.duplicates;
  }

  /** To all others. */
  send(packet: Packet): void {
    for (let to = 0; to < this.#size; to++) {
      if (to === packet.from) continue;
      const pair = packet.from * this.#size + to;
      if (this.#cuts[pair]! > 0) this.counts.cut += 1;
      else if (this.#random.happens(this.#loss)) this.counts.lost += 1;
      else {
        this.#carry(pair, to, packet);
        if (!this.#random.happens(this.#duplicates)) continue;
        this.counts.doubled += 1;
        this.#carry(pair, to, packet);
      }
    }
  }

  /** @param by 1 for one reason more, -1 for one less. */
  cut(from: number, to: number, by: 1 | -1): void {
    this.#cuts[from * this.#size + to]! += by;
  }

  /** All that one host sends and would hear. */
  isolate(host: number, by: 1 | -1): void {
    this.split(1 << host, by);
  }

  /** @param side a bit mask of the hosts on one side. */
  split(side: number, by: 1 | -1): void {
    const isInside = (host: number): boolean => (side & (1 << host)) !== 0;
    for (let from = 0; from < this.#size; from++)
      for (let to = 0; to < this.#size; to++) if (isInside(from) !== isInside(to)) this.cut(from, to, by);
  }

  /** Loss beyond the usual, or no longer. */
  storm(loss: number): void {
    this.#loss += loss;
  }

  /** No loss and no duplicates from now on. */
  calm(): void {
    this.#loss = 0;
    this.#duplicates = 0;
  }

  #carry(pair: number, to: number, packet: Packet): void {
    const { nowUs } = this.#agenda;
    const latest = this.#arrivals[pair]!;
    let arrivalUs = nowUs + this.#delayUs + this.#random.below(this.#jitterUs);
    if (arrivalUs < latest) {
      if (this.#scenario.network.isOrdered) arrivalUs = latest;
      else this.counts.overtaken += 1;
    }
    this.#arrivals[pair] = Math.max(latest, arrivalUs);
    this.counts.carried += 1;
    this.#agenda.at(arrivalUs, () => this.#deliver(to, packet));
  }
}
