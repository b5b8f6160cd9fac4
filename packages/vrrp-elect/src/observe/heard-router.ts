/**
 * One router as it was heard last, and what is told of it: pure.
 *
 * @module
 */
import { formatVip, type RecordBody } from "@viptools/records";
import { addressLength, VrrpAuthType, vrrpGroupMac } from "@viptools/wire";
import type { Contender } from "./contest.ts";
import { hasVirtualMac, nameAuth, nameChecksum } from "./differences.ts";
import { downUs, isAlive } from "./patience.ts";
import type { Advert } from "./sighting.ts";

/** A router that changes with each advert, or somebody who makes it seem so, is told of once a second. */
const TELL_EVERY_US = 1_000_000;

export class HeardRouter implements Contender {
  readonly address: string;
  readonly #instance: string;
  advert: Advert;
  lastUs: number;
  #told = "";
  #toldAtUs = Number.NEGATIVE_INFINITY;
  #isUntold = true;
  /** Another MAC that the same address was heard from, and when. */
  #otherMac: { readonly mac: string; readonly atUs: number } | undefined;
  /** Of the last advert that was no farewell. */
  #priority: number | undefined;

  constructor(instance: string, advert: Advert, nowUs: number) {
    this.address = advert.address;
    this.#instance = instance;
    this.advert = advert;
    this.lastUs = nowUs;
    this.#priority = advert.priority;
  }

  /** Still speaks, as far as anybody can know. */
  isAlive(nowUs: number): boolean {
    return isAlive(this.advert, this.lastUs, nowUs);
  }

  /** @returns true if this address is heard from two MACs in turn. */
  update(advert: Advert, nowUs: number): boolean {
    const before = this.advert;
    const isBack = advert.mac === this.#otherMac?.mac && nowUs < this.#otherMac.atUs + downUs(advert);
    if (advert.mac !== before.mac) this.#otherMac = { mac: before.mac, atUs: this.lastUs };
    // A farewell says nothing new of the router: CARP's even says what is not true of it.
    this.advert = advert.isLeaving ? { ...before, mac: advert.mac, isLeaving: true } : advert;
    if (advert.isLeaving) return advert.mac !== before.mac && isBack;
    this.#priority = advert.priority;
    this.#isUntold = JSON.stringify(this.#describe()) !== this.#told && !isBack;
    return advert.mac !== before.mac && isBack;
  }

  /** @returns the record, if there is news and the last ones are old enough. */
  tell(nowUs: number): RecordBody[] {
    if (!this.#isUntold || nowUs - this.#toldAtUs < TELL_EVERY_US) return [];
    const body = this.#describe();
    this.#isUntold = false;
    this.#told = JSON.stringify(body);
    this.#toldAtUs = nowUs;
    return [body];
  }

  #describe(): RecordBody {
    const { address, mac, version, vips, intervalUs, protocol, family } = this.advert;
    const notes = noteworthy(this.advert);
    return {
      type: "vrrp.peer",
      instance: this.#instance,
      address,
      mac,
      ...(this.#priority === undefined ? {} : { priority: this.#priority }),
      version,
      vips: vips.map((vip) => formatVip({ address: vip, length: 8 * addressLength(family) })),
      interval_ms: intervalUs / 1000,
      ...(protocol === "carp" ? { protocol } : {}),
      ...(notes.length === 0 ? {} : { notes }),
    };
  }
}

/** What a reader cannot see in the other fields, or would not expect. */
function noteworthy(advert: Advert): string[] {
  const { family, protocol, vrid, version, authType, checksumForm, trailer, carp, vlans } = advert;
  const notes: string[] = [];
  if (protocol === "carp" && carp !== undefined)
    notes.push(`vhid ${vrid}`, `advskew ${carp.advskew}`, `advbase ${carp.advbaseS} s`);
  if (carp !== undefined && carp.demotion > 0) notes.push(`demotion ${carp.demotion}`);
  if (checksumForm !== undefined) notes.push(nameChecksum(checksumForm));
  if (version === 2 && authType !== VrrpAuthType.none) notes.push(nameAuth(authType));
  if (trailer !== undefined) notes.push(`trailer: ${trailer}`);
  if (!hasVirtualMac(advert)) notes.push("from its NIC's own MAC");
  if (advert.isUnicast) notes.push(advert.ttl === 255 ? "unicast" : `unicast, TTL ${advert.ttl}`);
  else if (advert.destinationMac !== vrrpGroupMac(family))
    notes.push(`to MAC ${advert.destinationMac}, needs ${vrrpGroupMac(family)}`);
  if (vlans.length > 0) notes.push(`VLAN ${vlans.join(" in ")}`);
  if (advert.isOwn) notes.push("this host");
  return notes;
}
