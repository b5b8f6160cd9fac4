/**
 * What leaves in a round, and in which order: pure.
 *
 * @module
 */
import { familyOf, type IpAddress, type Mac } from "@viptools/wire";
import { encodeAdvertisement } from "./advertisement.ts";
import { encodeAnnouncement, type Form } from "./announcement.ts";

/** How an address is announced: IPv6 knows no forms. */
export type FrameKind = Form | "advertisement";

/** An address that is announced. What was encoded for it is kept: it is the same in each round. */
export class Target {
  readonly address: IpAddress;
  readonly mac: Mac;
  /** Of IPv6: whether neighbours shall take its owner for a router. */
  readonly isRouter: boolean;
  readonly #frames = new Map<FrameKind, Uint8Array>();

  constructor(address: IpAddress, mac: Mac, isRouter: boolean) {
    this.address = address;
    this.mac = mac;
    this.isRouter = isRouter;
  }

  /** @returns what leaves in a round of this form. */
  kind(form: Form): FrameKind {
    return familyOf(this.address) === 4 ? form : "advertisement";
  }

  frame(kind: FrameKind): Uint8Array {
    const known = this.#frames.get(kind);
    if (known !== undefined) return known;
    const { address, mac, isRouter } = this;
    const frame =
      kind === "advertisement"
        ? encodeAdvertisement(address, mac, isRouter)
        : encodeAnnouncement(kind, address, mac);
    this.#frames.set(kind, frame);
    return frame;
  }
}

export interface Announcement {
  readonly kind: FrameKind;
  readonly target: Target;
}

/** First one form for all targets, then the next. IPv6 has one form only: it leaves with the first, once. */
export function announcementsOf(forms: readonly Form[], targets: readonly Target[]): Announcement[] {
  return forms.flatMap((form, n) =>
    targets.flatMap((target): Announcement[] => {
      const kind = target.kind(form);
      return kind === form || n === 0 ? [{ kind, target }] : [];
    }),
  );
}
