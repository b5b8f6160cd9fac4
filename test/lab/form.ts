/**
 * The forms in which a host owns an address: what the rows of matrices differ in.
 *
 * @module
 */
import type { ClientKind } from "./client.ts";
import { VIP, VIP6 } from "./network.ts";
import type { RouterOptions } from "./router.ts";

export const MODES = ["macvlan", "rewrite", "address"] as const;

export interface Form {
  /**
   * `macvlan`: a virtual MAC on a link of its own. `rewrite`: a virtual MAC, and the VIPs stand on eth0. `address`: they do,
   * with its own MAC.
   */
  readonly mode: (typeof MODES)[number];
  /** What of it a Backup has: nothing, or everything, mute. */
  readonly standby: "absent" | "fenced";
  readonly family: 4 | 6;
}

export const FORMS: readonly Form[] = MODES.flatMap((mode) =>
  (["absent", "fenced"] as const).flatMap((standby) =>
    ([4, 6] as const).map((family): Form => ({ mode, standby, family })),
  ),
);

/** What comes without asking. */
export const PLAIN: Form = { mode: "macvlan", standby: "absent", family: 4 };

export function nameOf({ mode, standby, family }: Form): string {
  return `${mode} ${standby} IPv${family}`;
}

export function optionsOf({ mode, standby, family }: Form): Partial<RouterOptions> & { followArgs: string } {
  return {
    family,
    useVmac: mode !== "address",
    followArgs: [
      ...(mode === "rewrite" ? ["--mode rewrite"] : []),
      ...(standby === "fenced" ? ["--standby fenced"] : []),
    ].join(" "),
  };
}

/** The VIP that a client asks for. */
export function vipOf({ family }: Form): string {
  return family === 6 ? VIP6 : VIP;
}

/** How it asks: through its own stack, and its neighbours directly. */
export function kindsOf({ family }: Form): { readonly ping: ClientKind; readonly neighbour: ClientKind } {
  return family === 6 ? { ping: "icmp6", neighbour: "nd" } : { ping: "icmp", neighbour: "arp" };
}
