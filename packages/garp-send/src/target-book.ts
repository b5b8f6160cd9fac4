/**
 * What is announced of each virtual router, encoded before it is needed: when an address has moved, each frame that has to
 * be made first keeps the last of a thousand waiting.
 *
 * @module
 */
import type { IpAddress, Mac } from "@viptools/wire";
import { encodeReports } from "./membership.ts";
import { Target } from "./round.ts";

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
  readonly targets: readonly Target[];
  readonly reports: readonly Uint8Array[];
}

interface Known {
  readonly owner: Owner;
  readonly content: Content;
}

export class TargetBook {
  readonly #known = new Map<string, Known>();

  /** Encodes what {@link of} will be asked for: the frames of the first round. */
  prepare(instance: string, owner: Owner): void {
    for (const target of this.of(instance, owner).targets) target.frame(target.kind("request"));
  }

  /** @returns the same as before, with all that was encoded, while the owner is the same. */
  of(instance: string, owner: Owner): Content {
    const known = this.#known.get(instance);
    if (known !== undefined && isSame(known.owner, owner)) return known.content;
    const content = encodeContent(owner);
    this.#known.set(instance, { owner, content });
    return content;
  }
}

function encodeContent({ mac, vips, isRouter, hasReports }: Owner): Content {
  const addresses = vips.map(addressOf);
  const targets = addresses.map((address) => new Target(address, mac, isRouter));
  return { targets, reports: hasReports ? encodeReports(addresses, mac) : [] };
}

function isSame(a: Owner, b: Owner): boolean {
  if (a.mac !== b.mac || a.isRouter !== b.isRouter || a.hasReports !== b.hasReports) return false;
  return a.vips.length === b.vips.length && a.vips.every((vip, n) => vip === b.vips[n]);
}

/** @param vip ADDRESS/LEN. */
export function addressOf(vip: string): IpAddress {
  return vip.split("/")[0]!;
}
