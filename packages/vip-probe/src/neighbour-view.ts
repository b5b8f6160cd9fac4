/**
 * Who has the target, by this host's neighbour table.
 *
 * @module
 */
import { KernelError, monotonicUs, NeighbourReader, RouteReader } from "@viptools/kernel";
import { familyOf, type IpAddress, isInPrefix } from "@viptools/wire";
import type { Sight } from "./outage.ts";

/** Before an ask an entry is read at most this often: reading takes some 20 microseconds. */
const FRESH_US = 10_000;

export class NeighbourView {
  readonly #reader = new NeighbourReader();
  readonly #target: IpAddress;
  readonly #ifindex: number | undefined;
  #entry: Sight["neighbour"];
  #readAtUs = Number.NEGATIVE_INFINITY;

  /** @param ifindex where the target is asked; undefined for the link that has its network, if one has. */
  constructor(target: IpAddress, ifindex: number | undefined) {
    this.#target = target;
    this.#ifindex = ifindex ?? findLink(target);
  }

  /**
   * @param sinceUs what was read from then on is new enough; of an answer, when it was asked for: the entry may have changed
   *   just before.
   * @returns what the kernel has in mind; undefined without an entry, and behind a gateway.
   */
  look(sinceUs: number = monotonicUs() - FRESH_US): Sight["neighbour"] {
    if (this.#ifindex === undefined || this.#readAtUs > sinceUs) return this.#entry;
    const nowUs = monotonicUs();
    this.#readAtUs = nowUs;
    this.#entry = this.#read(this.#ifindex);
    return this.#entry;
  }

  close(): void {
    this.#reader.close();
  }

  #read(ifindex: number): Sight["neighbour"] {
    try {
      const [entry] = this.#reader.find(ifindex, [this.#target]);
      return entry && { state: entry.state, mac: entry.mac };
    } catch (error) {
      if (error instanceof KernelError) return undefined;
      throw error;
    }
  }
}

function findLink(target: IpAddress): number | undefined {
  const routes = new RouteReader();
  const own = routes
    .addresses(familyOf(target))
    .find(({ address, prefixLength }) => isInPrefix(target, address, prefixLength));
  routes.close();
  return own?.ifindex;
}
