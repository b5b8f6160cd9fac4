/**
 * One target by one kind: what becomes of its asks, told as records.
 *
 * @module
 */
import type { Moment } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { monotonicUs } from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import type { Mac } from "@viptools/wire";
import { AnswerTimes } from "./answer-times.ts";
import type { Asker, OnAnswer } from "./asker.ts";
import type { NeighbourView } from "./neighbour-view.ts";
import type { Asked } from "./options.ts";
import { type Ask, type OutageEvent, OutageTracker, type Sight } from "./outage.ts";

/** A neighbour on the same link mostly answers ARP and solicitations within this. */
const MOMENTS_US = 5000;

/** Told of every record; `moment` is undefined for now. */
export type Tell = (body: RecordBody, moment?: Moment) => void;

export class Stopwatch {
  readonly #asked: Asked;
  readonly #view: NeighbourView;
  readonly #tell: Tell;
  readonly #tracker: OutageTracker;
  readonly #times = new AnswerTimes();
  readonly #bootId = kernel.readBootId();
  #hasComeBack = false;

  /** @param tellsEach a record of each ask is wanted. */
  constructor(asked: Asked, graceUs: number, view: NeighbourView, tell: Tell, tellsEach: boolean) {
    this.#asked = asked;
    this.#view = view;
    this.#tell = tell;
    this.#tracker = new OutageTracker(graceUs, (n, ask) => this.#decide(n, ask, tellsEach));
  }

  /** Reads the answers that wait, and then tells what has become known: nobody is judged by what was not read (S6). */
  look(asker: Asker): void {
    const nowUs = monotonicUs();
    asker.drain();
    for (const event of this.#tracker.look(nowUs)) this.#tellOf(event);
  }

  ask(asker: Asker): void {
    const neighbour = this.#view.look();
    const n = this.#tracker.ask(monotonicUs(), { neighbour });
    asker.ask(n);
    this.#tracker.sent(n, monotonicUs());
  }

  /** Answers to ARP and solicitations carry no number; by whom the others were given, only the neighbour table knows. */
  readonly onAnswer: OnAnswer = (n, mac, atUs = monotonicUs()) => {
    const neighbour = this.#view.look(n === undefined ? undefined : this.#tracker.askedAtUs(n));
    const sight: Sight = { mac: mac ?? neighbour?.mac, neighbour };
    if (n === undefined) this.#tracker.answerUnnumbered(atUs, MOMENTS_US, sight);
    else this.#tracker.answer(n, atUs, sight);
  };

  /** True once an outage is over. */
  get hasComeBack(): boolean {
    return this.#hasComeBack;
  }

  get isAway(): boolean {
    return this.#tracker.isAway;
  }

  /** @param asker is closed. @returns how many asks were lost. */
  summarise(asker: Asker): number {
    this.look(asker);
    asker.close();
    const { asked, lost, outages, longestUs, isAway } = this.#tracker.summarise(monotonicUs());
    this.#tell({
      type: "probe.summary",
      ...this.#asked,
      asked,
      lost,
      outages,
      outage_ms: longestUs / 1000,
      ...(isAway ? { is_away: true } : {}),
      ...(this.#times.total > 0 ? timesOf(this.#times) : {}),
      boot_id: this.#bootId,
    });
    return lost;
  }

  #decide(n: number, { atUs, answeredAtUs }: Ask, tellsEach: boolean): void {
    const answerUs = answeredAtUs === undefined ? undefined : answeredAtUs - atUs;
    if (answerUs !== undefined) this.#times.add(answerUs);
    if (tellsEach)
      this.#tell({ type: "probe.asked", ...this.#asked, n, rtt_us: answerUs ?? null }, momentOf(atUs));
  }

  /** The records' times are those of the asks, not of the moment when their fate was known. */
  #tellOf(event: OutageEvent): void {
    const { sight, macBefore } = event;
    const common = {
      ...named("mac_before", macBefore),
      ...(sight.neighbour === undefined ? {} : { neighbour_state: sight.neighbour.state }),
      ...named("neighbour_mac", sight.neighbour?.mac),
      boot_id: this.#bootId,
    };
    if (event.type === "lost") {
      this.#tell({ type: "probe.lost", ...this.#asked, ...common }, momentOf(event.startUs));
      return;
    }
    const { startUs, endUs, lost } = event.outage;
    this.#hasComeBack = true;
    const outageMs = (endUs - startUs) / 1000;
    const after = named("mac_after", sight.mac);
    this.#tell(
      { type: "probe.back", ...this.#asked, outage_ms: outageMs, lost, ...common, ...after },
      momentOf(endUs),
    );
  }
}

function timesOf(times: AnswerTimes): Record<`answer_${"p50" | "p95" | "p99" | "max"}_ms`, number> {
  const percentileMs = (share: number): number => times.percentileUs(share)! / 1000;
  return {
    answer_p50_ms: percentileMs(0.5),
    answer_p95_ms: percentileMs(0.95),
    answer_p99_ms: percentileMs(0.99),
    answer_max_ms: times.maxUs / 1000,
  };
}

/** The same moment on both clocks. */
function momentOf(atUs: number): Moment {
  const monotonicNs = BigInt(Math.round(atUs * 1000));
  return { monotonicNs, realtimeNs: kernel.realtimeNs() - (kernel.monotonicNs() - monotonicNs) };
}

function named<K extends string>(key: K, mac: Mac | undefined): { [P in K]?: Mac } {
  return mac === undefined ? {} : ({ [key]: mac } as { [P in K]?: Mac });
}
