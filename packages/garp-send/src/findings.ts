/**
 * Who has the addresses that were asked for, by what was heard: pure, times come in.
 *
 * @module
 */
import type { RecordBody } from "@viptools/records";
import type { AddressClaim, IpAddress, Mac } from "@viptools/wire";
import type { LocalHost } from "./local-host.ts";

type Found = Extract<RecordBody, { type: "garp.found" }>;
type Answerer = { answers: number; rttUs: number };

/** A forger can invent any number of owners; that there are many is told by as many. */
const OWNERS_MAX = 64;

interface Asked {
  count: number;
  lastAtUs: number;
  /** In the order of their first answers. */
  readonly owners: Map<Mac, Answerer>;
}

export class Findings {
  readonly #asked: ReadonlyMap<IpAddress, Asked>;
  readonly #host: Pick<LocalHost, "nic" | "interfaces" | "macs">;

  constructor(addresses: readonly IpAddress[], host: Pick<LocalHost, "nic" | "interfaces" | "macs">) {
    this.#asked = new Map(
      addresses.map((address) => [address, { count: 0, lastAtUs: 0, owners: new Map() }]),
    );
    this.#host = host;
  }

  /** A question is about to leave. */
  noteAsked(address: IpAddress, atUs: number): void {
    const asked = this.#asked.get(address)!;
    asked.count += 1;
    asked.lastAtUs = atUs;
  }

  /** It has not left. */
  takeBack(address: IpAddress): void {
    this.#asked.get(address)!.count -= 1;
  }

  /** @returns true if somebody else claims an address that was asked for. */
  noteClaim({ ip, owner }: AddressClaim, atUs: number): boolean {
    const asked = this.#asked.get(ip);
    if (asked === undefined || asked.count === 0) return false;
    const rttUs = Math.max(0, atUs - asked.lastAtUs);
    const known = asked.owners.get(owner) ?? { answers: 0, rttUs };
    if (known.answers === 0 && asked.owners.size >= OWNERS_MAX) return !this.#host.macs.has(owner);
    asked.owners.set(owner, { answers: known.answers + 1, rttUs: Math.min(known.rttUs, rttUs) });
    return !this.#host.macs.has(owner);
  }

  /** True if somebody else has one of the addresses. */
  get isAnyTaken(): boolean {
    return [...this.#asked.values()].some(({ owners }) =>
      [...owners.keys()].some((mac) => !this.#host.macs.has(mac)),
    );
  }

  /** How many of the addresses nobody was asked for. */
  get unasked(): number {
    return [...this.#asked.values()].filter(({ count }) => count === 0).length;
  }

  /** One for each address, in the order in which they were given. */
  bodies(): Found[] {
    const { nic, interfaces, macs } = this.#host;
    return [...this.#asked].map(([ip, { count, owners }]) => {
      const own = interfaces.get(ip);
      return {
        type: "garp.found",
        ip,
        interface: nic.name,
        asked: count,
        ...(own === undefined ? {} : { own_interface: own }),
        owners: [...owners].map(([mac, { answers, rttUs }]) => ({
          mac,
          answers,
          rtt_us: rttUs,
          ...(macs.has(mac) ? { is_own: true } : {}),
        })),
      };
    });
  }
}
