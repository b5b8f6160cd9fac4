/**
 * What leaves in a round, and in which order: pure.
 *
 * @module
 */
import { familyOf, type IpAddress, type Mac } from "@viptools/wire";
import { encodeAdvertisement } from "./advertisement.ts";
import { encodeAnnouncement, type Form } from "./announcement.ts";
import { PLAIN_SHAPE, type Shape, tagAs } from "./shape.ts";

/** How an address is announced: IPv6 knows no forms. */
export type FrameKind = Form | "advertisement";

/** An address that is announced. What was encoded for it is kept: it is the same in each round. */
export class Target {
  readonly address: IpAddress;
  readonly mac: Mac;
  /** Of IPv6: whether neighbours shall take its owner for a router. */
  readonly isRouter: boolean;
  readonly shape: Shape;
  readonly #frames = new Map<FrameKind, Uint8Array>();

  constructor(address: IpAddress, mac: Mac, isRouter: boolean, shape: Shape = PLAIN_SHAPE) {
    this.address = address;
    this.mac = mac;
    this.isRouter = isRouter;
    this.shape = shape;
  }

  /** @returns what leaves in a round of this form. */
  kind(form: Form): FrameKind {
    return familyOf(this.address) === 4 ? form : "advertisement";
  }

  /** The target MAC; of an advertisement, which has none, the one that it says. */
  targetMac(kind: FrameKind): Mac {
    const targetMac = kind === "advertisement" ? "own" : this.shape.targetMac[kind];
    return targetMac === "own" ? this.mac : targetMac;
  }

  frame(kind: FrameKind): Uint8Array {
    const known = this.#frames.get(kind);
    if (known !== undefined) return known;
    const { address, mac, isRouter, shape } = this;
    const frame =
      kind === "advertisement"
        ? encodeAdvertisement(address, mac, isRouter, shape.to)
        : encodeAnnouncement(kind, address, mac, this.targetMac(kind), shape.to);
    const tagged = tagAs(shape, frame);
    this.#frames.set(kind, tagged);
    return tagged;
  }
}

export interface Announcement {
  readonly kind: FrameKind;
  readonly target: Target;
}

/**
 * First one form for all targets, then the next. IPv6 has one form only: it leaves with the first, once.
 *
 * @param hasIpv6 false for a round that repeats IPv4 alone.
 */
export function announcementsOf(
  forms: readonly Form[],
  targets: readonly Target[],
  hasIpv6 = true,
): Announcement[] {
  return forms.flatMap((form, n) =>
    targets.flatMap((target): Announcement[] => {
      const kind = target.kind(form);
      return kind === form || (hasIpv6 && n === 0) ? [{ kind, target }] : [];
    }),
  );
}
