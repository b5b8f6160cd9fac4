/**
 * What keeps a virtual router from taking part: each reason by itself, so that it comes back only when none is left.
 *
 * @module
 */

export type Blocker = "link_down" | "address_gone" | "interface_gone" | "track" | "vrid_clash";

export interface PresenceOptions {
  /** How long a lost carrier is overlooked. */
  readonly linkDownDelayUs: number;
  /** How long a carrier must be there. */
  readonly linkUpDelayUs: number;
}

export interface PresenceHandlers {
  /** Another reason to be away. */
  readonly onBlocked: (why: Blocker) => void;
  /** The last reason is gone. */
  readonly onFree: (reason: string) => void;
}

export class Presence {
  readonly #handlers: PresenceHandlers;
  /** Until the kernel has said otherwise. */
  readonly #blockers = new Set<Blocker>(["link_down", "address_gone"]);
  #hasBegun = false;
  #linkTimer: NodeJS.Timeout | undefined;
  /** Which way the carrier went that must last until the timer ends. */
  #awaited: boolean | undefined;

  constructor(handlers: PresenceHandlers) {
    this.#handlers = handlers;
  }

  /** Takes part from now on, unless something keeps it from it. */
  begin(reason: string): void {
    this.#hasBegun = true;
    this.#tell(reason);
  }

  /** Takes part no more, whatever comes. */
  end(): void {
    this.#hasBegun = false;
    clearTimeout(this.#linkTimer);
  }

  block(why: Blocker): void {
    if (this.#blockers.has(why)) return;
    this.#blockers.add(why);
    this.#handlers.onBlocked(why);
  }

  unblock(why: Blocker, reason: string): void {
    if (this.#blockers.delete(why)) this.#tell(reason);
  }

  /** A carrier that comes or goes counts when it has lasted. */
  linkChanged(isRunning: boolean, { linkDownDelayUs, linkUpDelayUs }: PresenceOptions): void {
    if (isRunning === this.#awaited) return;
    clearTimeout(this.#linkTimer);
    this.#awaited = undefined;
    if (isRunning !== this.#blockers.has("link_down")) return;
    const settle = (): void => {
      this.#awaited = undefined;
      if (isRunning) this.unblock("link_down", "link_up");
      else this.block("link_down");
    };
    const delayUs = isRunning ? linkUpDelayUs : linkDownDelayUs;
    if (delayUs === 0 || !this.#hasBegun) settle();
    else {
      this.#awaited = isRunning;
      this.#linkTimer = setTimeout(settle, delayUs / 1000);
    }
  }

  #tell(reason: string): void {
    if (this.#hasBegun && this.#blockers.size === 0) this.#handlers.onFree(reason);
  }
}
