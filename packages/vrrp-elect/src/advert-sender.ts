/**
 * Sends the adverts of one virtual router: from its virtual MAC to the group, or by the host's stack to each peer.
 *
 * @module
 */
import { KernelError, monotonicNs } from "@viptools/kernel";
import { type ChecksumForm, familyOf, type IpAddress, isLinkLocal } from "@viptools/wire";
import { advertisedMax, encodeAdvertFrame, encodeAdvertPacket } from "./advert-frame.ts";
import type { Port } from "./port.ts";
import type { RouterOptions } from "./router-options.ts";

export class AdvertSender {
  readonly #options: RouterOptions;
  readonly #password: Uint8Array | undefined;
  readonly #port: Port;
  readonly #counts = { adverts_sent: 0, send_failed: 0 };
  /** Adverts are the same for a long time: what was encoded is kept, by all that may change. */
  readonly #encoded = new Map<string, Uint8Array>();

  /** @param before whose counts go on. */
  constructor(options: RouterOptions, password: Uint8Array | undefined, port: Port, before?: AdvertSender) {
    this.#options = options;
    this.#password = password;
    this.#port = port;
    if (before !== undefined) Object.assign(this.#counts, before.counters());
  }

  /** The addresses that adverts list: as many as fit. */
  get vips(): readonly IpAddress[] {
    const { family, vips } = this.#options;
    return vips.slice(0, advertisedMax(family, this.#port.mtu)).map(({ address }) => address);
  }

  /** The host's stack sends unicast adverts from the NIC's MAC, whatever MAC the virtual router has. */
  get usesVmac(): boolean {
    return this.#options.vmac !== null && this.#options.peers.length === 0;
  }

  counters(): Record<string, number> {
    return this.#counts;
  }

  /** The interface has other addresses, or another MAC. */
  forget(): void {
    this.#encoded.clear();
  }

  /**
   * @param source undefined if the interface has no address to send from now.
   * @returns when the advert left, CLOCK_MONOTONIC; undefined if it reached nobody.
   */
  send(priority: number, source: IpAddress | undefined, form: ChecksumForm): bigint | undefined {
    const nowNs = monotonicNs();
    const { peers } = this.#options;
    if (source === undefined) return this.#failed();
    if (peers.length === 0) {
      return this.#try(() => this.#port.send(this.#encode(priority, source, undefined, form)))
        ? nowNs
        : undefined;
    }
    const reached = peers.filter((peer) => this.#try(() => this.#sendTo(peer, priority, source, form)));
    return reached.length > 0 ? nowNs : undefined;
  }

  #sendTo(peer: IpAddress, priority: number, source: IpAddress, form: ChecksumForm): void {
    const packet = this.#encode(priority, source, peer, form);
    const destination =
      isLinkLocal(peer) && familyOf(peer) === 6 ? `${peer}%${this.#port.interfaceName}` : peer;
    this.#port.sendPacket(this.#options.family, packet, destination);
  }

  #try(send: () => void): boolean {
    try {
      send();
      this.#counts.adverts_sent += 1;
      return true;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#failed();
      return false;
    }
  }

  #failed(): undefined {
    this.#counts.send_failed += 1;
    return undefined;
  }

  #encode(priority: number, source: IpAddress, peer: IpAddress | undefined, form: ChecksumForm): Uint8Array {
    const key = `${priority} ${source} ${peer} ${form}`;
    const known = this.#encoded.get(key);
    if (known !== undefined) return known;
    const { version, vrid, advertUs, vmac } = this.#options;
    const advert = {
      version,
      vrid,
      priority,
      advertUs,
      vips: this.vips,
      source,
      checksumForm: form,
      password: this.#password,
    };
    const bytes =
      peer === undefined
        ? encodeAdvertFrame(advert, vmac ?? this.#port.mac!)
        : encodeAdvertPacket({ ...advert, destination: peer });
    this.#encoded.set(key, bytes);
    return bytes;
  }
}
