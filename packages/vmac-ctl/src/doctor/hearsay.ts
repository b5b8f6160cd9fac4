/**
 * What frames that came in say about virtual routers: pure.
 *
 * @module
 */
import {
  decodeCarp,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeVrrpV2,
  decodeVrrpV3,
  type EthernetFrame,
  EtherType,
  IpProtocol,
  isCarp,
  type Mac,
  virtualMac,
  vrrpVersion,
  WireError,
} from "@viptools/wire";
import type { HeardAdvert, HeardRouter, MeantRouter } from "./facts.ts";

/** Of one virtual router: a forger can invent any number. */
const SPEAKERS_MAX = 64;

export class Hearsay {
  readonly #routers: readonly { readonly router: MeantRouter; readonly mac: Mac }[];
  readonly #frames = new Map<MeantRouter, number>();
  readonly #adverts = new Map<MeantRouter, Map<string, HeardAdvert>>();

  constructor(routers: readonly MeantRouter[]) {
    this.#routers = routers.map((router) => ({ router, mac: virtualMac(router.family, router.vrid) }));
  }

  /** @param bytes a frame without VLAN tags that came in. */
  note(bytes: Uint8Array): void {
    const frame = orNothing(() => decodeEthernet(bytes));
    if (frame === undefined) return;
    const user = this.#routers.find(({ mac }) => mac === frame.source)?.router;
    if (user !== undefined) this.#frames.set(user, (this.#frames.get(user) ?? 0) + 1);
    const said = orNothing(() => readAdvert(frame));
    const router = this.#routers.find(
      ({ router: { family, vrid } }) => family === said?.family && vrid === said.vrid,
    )?.router;
    if (said === undefined || router === undefined) return;
    const known = this.#adverts.get(router) ?? new Map<string, HeardAdvert>();
    if (known.has(said.advert.source) || known.size < SPEAKERS_MAX)
      known.set(said.advert.source, said.advert);
    this.#adverts.set(router, known);
  }

  /** One for each virtual router that was asked for, in their order. */
  get heard(): HeardRouter[] {
    return this.#routers.map(({ router }) => ({
      ...router,
      frames: this.#frames.get(router) ?? 0,
      adverts: [...(this.#adverts.get(router)?.values() ?? [])],
    }));
  }
}

type Said = MeantRouter & { readonly advert: HeardAdvert };

/** @throws {WireError} for what cannot be read. @returns undefined for what is no advert. */
function readAdvert({ etherType, payload, source: mac }: EthernetFrame): Said | undefined {
  if (etherType === EtherType.ipv4) {
    const { protocol, source, destination, payload: message } = decodeIpv4(payload);
    if (protocol !== IpProtocol.vrrp) return undefined;
    if (isCarp(message)) {
      const advert = { source, mac, protocol: "CARP", priority: undefined, vips: undefined } as const;
      return { family: 4, vrid: decodeCarp(message).vhid, advert };
    }
    const {
      vrid,
      priority,
      addresses: vips,
    } = vrrpVersion(message) === 2 ? decodeVrrpV2(message) : decodeVrrpV3(message, source, destination);
    return { family: 4, vrid, advert: { source, mac, protocol: "VRRP", priority, vips } };
  }
  if (etherType !== EtherType.ipv6) return undefined;
  const { nextHeader, source, destination, payload: message } = decodeIpv6(payload);
  if (nextHeader !== IpProtocol.vrrp) return undefined;
  const { vrid, priority, addresses: vips } = decodeVrrpV3(message, source, destination);
  return { family: 6, vrid, advert: { source, mac, protocol: "VRRP", priority, vips } };
}

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
