/**
 * Finds out with which MAC addresses are announced from here, at the moment when it is asked: they move.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import { monotonicUs } from "@viptools/kernel";
import { familyOf, type IpAddress } from "@viptools/wire";
import { demandCarrier, type LocalHost, readGateways, readLocalHost } from "./local-host.ts";
import { Repeats, type Wanted } from "./record-targets.ts";
import type { Target } from "./round.ts";
import { isIpv6Router } from "./router-flag.ts";
import type { Manner, Settings } from "./settings.ts";
import { type ChoiceOptions, chooseTarget, objectionTo } from "./target-choice.ts";

export class TargetFinder {
  readonly #ifindex: number;
  readonly #settings: Settings;
  readonly #manner: Manner;
  readonly #repeats = new Repeats();
  /** What records asked for, and was not announced. */
  readonly counts = { foreign: 0, repeated: 0 };

  constructor(ifindex: number, settings: Settings, manner: Manner) {
    this.#ifindex = ifindex;
    this.#settings = settings;
    this.#manner = manner;
  }

  get interfaceName(): string {
    return this.#settings.interfaceName;
  }

  /** @throws {ExitError} usage, if one of the addresses may not be announced from here; kernel, if nobody would hear. */
  demand(addresses: readonly IpAddress[]): Target[] {
    const { source } = this.#settings;
    const other = source === undefined ? undefined : addresses.find((address) => address !== source);
    if (other !== undefined)
      throw usage(`-s is ${source}: the source of an announcement is the address itself, ${other}`);
    const host = readLocalHost(this.#ifindex);
    const objection = this.#objections(addresses, host)[0];
    if (objection !== undefined) throw usage(objection);
    if (!this.#settings.isDry) demandCarrier(host);
    return this.#choose(addresses, host);
  }

  /** @returns those that may be announced, are wrong somewhere, and were not looked at just now. */
  allow(wanted: readonly Wanted[]): Target[] {
    const nowUs = monotonicUs();
    const fresh = wanted.filter(({ address }) => !this.#repeats.isRecent(address, nowUs));
    this.counts.repeated += wanted.length - fresh.length;
    if (fresh.length === 0) return [];
    const host = readLocalHost(this.#ifindex);
    return fresh.flatMap(({ address, lastOwner }) => {
      const isForeign = this.#objections([address], host).length > 0;
      if (isForeign) this.counts.foreign += 1;
      const [target] = isForeign ? [] : this.#choose([address], host);
      const isRight = target !== undefined && target.mac === lastOwner;
      if (!isRight) this.#repeats.note(address, nowUs);
      return target === undefined || isRight ? [] : [target];
    });
  }

  /** Gateways are asked for only where an address is not ours: a router's own ones may be many. */
  #objections(addresses: readonly IpAddress[], host: LocalHost): string[] {
    const foreign = addresses.filter((address) => !host.owners.has(address));
    if (foreign.length === 0 || this.#settings.isForced) return [];
    const gateways = readGateways([...new Set(foreign.map(familyOf))]);
    return foreign.flatMap((address) => objectionTo(address, host, gateways, this.#settings) ?? []);
  }

  #choose(addresses: readonly IpAddress[], host: LocalHost): Target[] {
    const { mac, isForced } = this.#settings;
    const { shape, isRouter } = this.#manner;
    const flags = new Map<string, boolean>();
    const isRouterOn = (name: string): boolean => {
      const flag = isRouter ?? flags.get(name) ?? isIpv6Router(name);
      flags.set(name, flag);
      return flag;
    };
    const options: ChoiceOptions = { mac, isForced, isRouterOn, shape };
    return addresses.map((address) => chooseTarget(address, host, options));
  }
}

function usage(message: string): ExitError {
  return new ExitError(ExitCode.usage, message);
}
