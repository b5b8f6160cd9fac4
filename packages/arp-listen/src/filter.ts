/**
 * Which packets are told: pure. All that is asked for must hold; of several values of one thing, one is enough.
 *
 * @module
 */
import {
  ArpField,
  addressToBytes,
  familyOf,
  type IpAddress,
  ipv6FromBytes,
  type Mac,
  macToBytes,
  NeighbourField,
} from "@viptools/wire";
import { ipv4Number, macNumber } from "./address-number.ts";
import { Ipv6Field } from "./classify-ndp.ts";
import { Protocol, type Sighting } from "./sighting.ts";

export interface FilterOptions {
  /** Who speaks, who is spoken to, or who is spoken of. Empty: any. */
  readonly ips: readonly IpAddress[];
  /** Of the frame or in the packet. Empty: any. */
  readonly macs: readonly Mac[];
  /** Bits of kinds; 0: any. */
  readonly kinds: number;
  /** Undefined: any. */
  readonly vlan: number | undefined;
}

export class Filter {
  readonly #ipv4: ReadonlySet<number>;
  readonly #ipv6: ReadonlySet<IpAddress>;
  readonly #macs: ReadonlySet<number>;
  readonly #kinds: number;
  readonly #vlan: number | undefined;
  /** Most runs filter nothing, and shall not pay for it. */
  readonly #isOpen: boolean;
  readonly #asksIp: boolean;

  constructor({ ips, macs, kinds, vlan }: FilterOptions) {
    this.#ipv4 = new Set(
      ips.filter((ip) => familyOf(ip) === 4).map((ip) => ipv4Number(addressToBytes(ip), 0)),
    );
    this.#ipv6 = new Set(ips.filter((ip) => familyOf(ip) === 6));
    this.#macs = new Set(macs.map((mac) => macNumber(macToBytes(mac), 0)));
    this.#kinds = kinds;
    this.#vlan = vlan;
    this.#asksIp = ips.length > 0;
    this.#isOpen = !this.#asksIp && macs.length === 0 && kinds === 0 && vlan === undefined;
  }

  /** @returns whether the sighting is to be told. One that cannot be read has no address. */
  lets(sighting: Sighting): boolean {
    if (this.#isOpen) return true;
    if (this.#kinds !== 0 && (this.#kinds & (1 << sighting.kind)) === 0) return false;
    if (this.#vlan !== undefined && this.#vlan !== sighting.vlan) return false;
    if (this.#asksIp && !this.#hasIp(sighting)) return false;
    return this.#macs.size === 0 || this.#hasMac(sighting);
  }

  #hasIp({ isMalformed, protocol, bytes, at, messageAt }: Sighting): boolean {
    if (isMalformed) return false;
    if (protocol === Protocol.arp)
      return (
        this.#ipv4.has(ipv4Number(bytes, at + ArpField.senderIp)) ||
        this.#ipv4.has(ipv4Number(bytes, at + ArpField.targetIp))
      );
    return (
      this.#ipv6.size > 0 &&
      (this.#ipv6.has(ipv6FromBytes(bytes, at + Ipv6Field.source)) ||
        this.#ipv6.has(ipv6FromBytes(bytes, at + Ipv6Field.destination)) ||
        this.#ipv6.has(ipv6FromBytes(bytes, messageAt + NeighbourField.target)))
    );
  }

  #hasMac(sighting: Sighting): boolean {
    const { isMalformed, protocol, bytes, at, sourceAt, destinationAt, linkLayerAt } = sighting;
    const has = (place: number): boolean => place >= 0 && this.#macs.has(macNumber(bytes, place));
    if (has(sourceAt) || has(destinationAt)) return true;
    if (isMalformed) return false;
    if (protocol === Protocol.arp) return has(at + ArpField.senderMac) || has(at + ArpField.targetMac);
    return has(linkLayerAt);
  }
}
