/**
 * What leaves in a round, and in which order: pure.
 *
 * @module
 */
import { familyOf, type IpAddress, type Mac } from "@viptools/wire";
import { encodeAdvertisement } from "./advertisement.ts";
import { encodeAnnouncement, type Form } from "./announcement.ts";

/** An address that is announced. */
export interface Target {
  readonly address: IpAddress;
  readonly mac: Mac;
  /** Of IPv6: whether neighbours shall take its owner for a router. */
  readonly isRouter: boolean;
}

export interface Announcement {
  readonly form: Form | "advertisement";
  readonly target: Target;
}

/** First one form for all targets, then the next. IPv6 has one form only: it leaves with the first, once. */
export function announcementsOf(forms: readonly Form[], targets: readonly Target[]): Announcement[] {
  return forms.flatMap((form, n) =>
    targets.flatMap((target): Announcement[] => {
      if (familyOf(target.address) === 4) return [{ form, target }];
      return n === 0 ? [{ form: "advertisement", target }] : [];
    }),
  );
}

export function encodeFrame({ form, target }: Announcement): Uint8Array {
  const { address, mac, isRouter } = target;
  if (form === "advertisement") return encodeAdvertisement(address, mac, isRouter);
  return encodeAnnouncement(form, address, mac);
}
