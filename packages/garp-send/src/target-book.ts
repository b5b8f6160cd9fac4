/**
 * What is announced of each virtual router, encoded before it is needed: when an address has moved, each frame that has to
 * be made first keeps the last of a thousand waiting.
 *
 * @module
 */
import type { IpAddress, Mac } from "@viptools/wire";
import { Target } from "./round.ts";

/** Who is announced. */
export interface Owner {
  readonly mac: Mac;
  /** Each ADDRESS/LENGTH. */
  readonly vips: readonly string[];
  /** Of IPv6: whether neighbours shall take it for a router. */
  readonly isRouter: boolean;
}

interface Known {
  readonly owner: Owner;
  readonly targets: readonly Target[];
}

export class TargetBook {
  readonly #known = new Map<string, Known>();

  /** Encodes what {@link of} will be asked for: the frames of the first round. */
  prepare(instance: string, owner: Owner): void {
    for (const target of this.of(instance, owner)) target.frame(target.kind("request"));
  }

  /** @returns the same as before, with all that was encoded, while the owner is the same. */
  of(instance: string, owner: Owner): readonly Target[] {
    const known = this.#known.get(instance);
    if (known !== undefined && isSame(known.owner, owner)) return known.targets;
    const { mac, isRouter } = owner;
    const targets = owner.vips.map((vip) => new Target(addressOf(vip), mac, isRouter));
    this.#known.set(instance, { owner, targets });
    return targets;
  }
}

function isSame(a: Owner, b: Owner): boolean {
  if (a.mac !== b.mac || a.isRouter !== b.isRouter || a.vips.length !== b.vips.length) return false;
  return a.vips.every((vip, n) => vip === b.vips[n]);
}

function addressOf(vip: string): IpAddress {
  return vip.split("/")[0]!;
}
