/**
 * What is announced of each virtual router, encoded before it is needed: when an address has moved, each frame that has to
 * be made first keeps the last of a thousand waiting.
 *
 * @module
 */
import type { IpAddress, Mac } from "@viptools/wire";
import type { Form } from "./announcement.ts";
import { type Load, loadOf } from "./load.ts";
import { encodeReports } from "./membership.ts";
import { announcementsOf, Target } from "./round.ts";

/** Who is announced. */
export interface Owner {
  readonly mac: Mac;
  /** Each ADDRESS/LENGTH. */
  readonly vips: readonly string[];
  /** Of IPv6: whether neighbours shall take it for a router. */
  readonly isRouter: boolean;
  /** Whether the groups of its addresses are reported by MLD: those of a virtual MAC. */
  readonly hasReports: boolean;
}

/** What leaves in its rounds. */
export interface Content {
  readonly addresses: ReadonlySet<IpAddress>;
  readonly targets: readonly Target[];
  readonly reports: readonly Uint8Array[];
}

interface Known {
  readonly owner: Owner;
  readonly content: Content;
  /** By the forms of a round. */
  readonly loads: Map<string, Load>;
}

const FIRST: readonly Form[] = ["request"];

export class TargetBook {
  readonly #known = new Map<string, Known>();

  /** Encodes what {@link load} will be asked for: the frames of the first round. */
  prepare(instance: string, owner: Owner): void {
    this.load(instance, owner, FIRST);
  }

  of(instance: string, owner: Owner): Content {
    return this.#find(instance, owner).content;
  }

  /** @returns the same as before while the owner is the same. */
  load(instance: string, owner: Owner, forms: readonly Form[]): Load {
    const { content, loads } = this.#find(instance, owner);
    const key = forms.join();
    const load = loads.get(key) ?? loadOf(content.reports, announcementsOf(forms, content.targets));
    loads.set(key, load);
    return load;
  }

  #find(instance: string, owner: Owner): Known {
    const known = this.#known.get(instance);
    if (known !== undefined && isSame(known.owner, owner)) return known;
    const fresh = { owner, content: encodeContent(owner), loads: new Map() };
    this.#known.set(instance, fresh);
    return fresh;
  }
}

function encodeContent({ mac, vips, isRouter, hasReports }: Owner): Content {
  const addresses = vips.map(addressOf);
  const targets = addresses.map((address) => new Target(address, mac, isRouter));
  const reports = hasReports ? encodeReports(addresses, mac) : [];
  return { addresses: new Set(addresses), targets, reports };
}

function isSame(a: Owner, b: Owner): boolean {
  if (a.mac !== b.mac || a.isRouter !== b.isRouter || a.hasReports !== b.hasReports) return false;
  return a.vips.length === b.vips.length && a.vips.every((vip, n) => vip === b.vips[n]);
}

/** @param vip ADDRESS/LEN. */
export function addressOf(vip: string): IpAddress {
  return vip.split("/")[0]!;
}
