/**
 * Rules that hold at each step, whatever befalls the network: the cadence of adverts, what a prepared Backup is told, and
 * that nobody takes over from an Active that was heard.
 *
 * @module
 */
import type { Action, ElectionConfig, HeardAdvert, Input, State } from "vrrp-elect/dist/election.js";
import { learn, outranks, prepareAtUs, takeOverAtUs } from "vrrp-elect/dist/states.js";
import { activeDownUs } from "vrrp-elect/dist/timers.js";
import type { Packet } from "./network.ts";
import type { Router } from "./router.ts";

/** Times are rounded to whole microseconds. */
const ROUNDING_US = 3;

export type Rule = "cadence" | "preparation" | "drain" | "stall" | "resignation" | "silence";

export interface Violation {
  readonly rule: Rule;
  readonly what: string;
}

interface Notes {
  /** Network time of its last advert, while nothing has kept it from sending the next one. */
  advertUs: number | undefined;
  /** The last advert that the network gave to its host and that its timer counts from. */
  heard: { readonly atUs: number; readonly advertUs: number } | undefined;
  /** Followers were told to prepare, and nothing since. */
  isTold: boolean;
  /** It knows that its records are not read. */
  isUnheard: boolean;
}

export class Rules {
  readonly violations: Violation[] = [];
  readonly #notes = new Map<Router, Notes>();
  readonly #latenessUs: readonly number[];
  /** Network time at which each host could go on after it was frozen. */
  readonly #thawedUs: number[] = [];

  /** @param latenessUs of the timers of each host. */
  constructor(latenessUs: readonly number[]) {
    this.#latenessUs = latenessUs;
  }

  stepped(router: Router, before: State, input: Input, actions: readonly Action[], nowUs: number): void {
    const notes = this.#notesOf(router);
    const { state } = router;
    if (input.type === "unheard" || input.type === "heard") notes.isUnheard = input.type === "unheard";
    if (input.type === "startup") notes.isUnheard = input.isUnheard === true;
    for (const action of actions) {
      if (action.type === "become") {
        this.#became(router, before, action.reason, nowUs);
        notes.isTold = false;
      }
      if (action.type === "stalled" && this.#thawedUs[router.host.index] !== nowUs)
        this.#say("stall", router, nowUs, `has stalled for ${action.lateUs} us, but was not held up`);
      if (action.type === "prepare") {
        if (notes.isTold) this.#say("preparation", router, nowUs, "prepares twice");
        notes.isTold = true;
      }
    }
    if (state.name !== "active") notes.advertUs = undefined;
    if (state.name === "active" || state.name === "initialize") notes.heard = undefined;
    const isPrepared = state.name === "backup" && state.isPrepared;
    if (isPrepared !== notes.isTold)
      this.#say("preparation", router, nowUs, `is ${isPrepared ? "" : "not "}prepared, untold`);
    if (isPutOff(router.config, before, input, state))
      this.#say("preparation", router, nowUs, "stays prepared, but was put off");
  }

  sent(router: Router, hasLeft: boolean, nowUs: number): void {
    const notes = this.#notesOf(router);
    const { host, config } = router;
    const mostUs = config.advertUs / host.rate + this.#latenessUs[host.index]! + ROUNDING_US;
    if (notes.advertUs !== undefined && nowUs - notes.advertUs > mostUs)
      this.#say(
        "cadence",
        router,
        nowUs,
        `adverts are ${nowUs - notes.advertUs} us apart: needs at most ${mostUs}`,
      );
    notes.advertUs = hasLeft ? nowUs : undefined;
  }

  /** An advert that is no goodbye. */
  spoken(router: Router, nowUs: number): void {
    if (this.#notesOf(router).isUnheard)
      this.#say("silence", router, nowUs, "sends an advert while its records are not read");
  }

  arrived(router: Router, packet: Packet, nowUs: number): void {
    const advert = router.read(packet);
    if (counts(router, advert))
      this.#notesOf(router).heard = { atUs: nowUs, advertUs: learn(router.config, advert) };
  }

  thawed(host: number, nowUs: number): void {
    this.#thawedUs[host] = nowUs;
  }

  /** Its host cannot send. */
  paused(host: number): void {
    for (const [router, notes] of this.#notes) if (router.host.index === host) notes.advertUs = undefined;
  }

  /** Its process has lost its memory. */
  forget(router: Router): void {
    this.#notes.delete(router);
  }

  /** When the network has been quiet for long: nobody is left with a promise. */
  finish(routers: readonly Router[], nowUs: number): void {
    for (const router of routers) {
      const { state } = router;
      if (state.name === "backup" && state.isPrepared && !state.isReady)
        this.#say("preparation", router, nowUs, "is still prepared");
    }
  }

  /** S6: the network had given its host nothing for a whole down interval. */
  #became(router: Router, before: State, reason: string, nowUs: number): void {
    if (reason === "preempt" && before.name === "backup" && before.hasResigned)
      this.#say("resignation", router, nowUs, "takes back what it gave away");
    const { heard } = this.#notesOf(router);
    if (reason !== "active_down" || heard === undefined) return;
    const silentUs = (nowUs - heard.atUs) * router.host.rate;
    const leastUs = activeDownUs(router.config, heard.advertUs);
    if (silentUs < leastUs - ROUNDING_US)
      this.#say("drain", router, nowUs, `takes over ${silentUs} us after an advert: needs ${leastUs}`);
  }

  #notesOf(router: Router): Notes {
    let notes = this.#notes.get(router);
    if (notes === undefined) {
      notes = { advertUs: undefined, heard: undefined, isTold: false, isUnheard: false };
      this.#notes.set(router, notes);
    }
    return notes;
  }

  #say(rule: Rule, { host, network }: Router, nowUs: number, fact: string): void {
    this.violations.push({ rule, what: `host ${host.index}, network ${network}, at ${nowUs} us: ${fact}` });
  }
}

/** Whether its Active_Down_Interval begins anew with this advert. */
function counts({ state, config }: Router, advert: HeardAdvert): boolean {
  if (advert.priority === 0 || state.name === "initialize") return false;
  if (state.name === "leaving") return true;
  if (state.name !== "backup") return outranks(config, advert);
  const mayPreempt = config.preempt || config.priority === 255;
  return advert.priority >= config.priority || !mayPreempt || state.hasResigned;
}

/** A prepared Backup that will not be Active soon any more, and did not say so. Priority 0 begins a wait of its own. */
function isPutOff(config: ElectionConfig, before: State, input: Input, after: State): boolean {
  if (before.name !== "backup" || after.name !== "backup" || !before.isPrepared || !after.isPrepared)
    return false;
  if (input.type !== "advert" || input.advert.priority === 0) return false;
  return takeOverAtUs(after) > takeOverAtUs(before) && input.nowUs < prepareAtUs(config, after);
}
