/**
 * Adverts as a busy and a hostile network has them, from a seed: pure.
 *
 * @module
 */
import { forgedAdvert } from "../lab/forged-advert.ts";
import { garbageFrames } from "../lab/garbage.ts";
import { Random } from "../simulation/random.ts";
import { addressOf } from "./forged.ts";

/** The longest there is: whoever is heard once is believed until the end. */
export const INTERVAL_CS = 4095;
const GARBAGE_FRAMES = garbageFrames();
/** Whoever hears it stays Backup. */
const RIVAL = forgedAdvert({ intervalCs: INTERVAL_CS });
const LOSING = forgedAdvert({ ip: { source: "192.0.2.0" }, priority: 1, intervalCs: INTERVAL_CS });
/** Of 100. */
const SHARES = { rival: 60, garbage: 20, losing: 5 } as const;

export class AdvertMix {
  readonly #random: Random;
  #sent = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  next(): Uint8Array {
    this.#sent += 1;
    let at = this.#random.below(100);
    if (at < SHARES.rival || this.#sent === 1) return RIVAL;
    at -= SHARES.rival;
    if (at < SHARES.garbage) return GARBAGE_FRAMES[this.#sent % GARBAGE_FRAMES.length]!;
    at -= SHARES.garbage;
    return at < SHARES.losing ? LOSING : this.#forged();
  }

  /** From a router that was never heard before, of any virtual router. */
  #forged(): Uint8Array {
    const vrid = 1 + Math.floor(this.#random.below(255));
    return forgedAdvert({
      ip: { source: addressOf(this.#sent) },
      vrid,
      priority: 1,
      intervalCs: INTERVAL_CS,
    });
  }
}
