/**
 * What people should know of a target that is not answered: said once each. Pure.
 *
 * @module
 */
import type { Asked } from "./options.ts";

/** What else stops a frame says nothing of the target, and passes: a full queue. */
const REASONS: Readonly<Record<string, string>> = {
  ENETUNREACH: "Network is unreachable: there is no route to it",
  EHOSTUNREACH: "No route to host",
  EACCES: "Permission denied: it is a broadcast address, or a route forbids it",
  EPERM: "Operation not permitted: a firewall of this host drops it",
  ENETDOWN: "Network is down: its interface is not up",
  EADDRNOTAVAIL: "Cannot assign requested address: no source address or port is free",
  EINVAL: "Invalid argument: no address of this host fits it",
};

/** Hosts send one refusal by ICMP a second (Linux: `icmp_ratelimit`, RFC 4443 §2.4). */
const REFUSALS_APART_US = 1_000_000;

export class Hints {
  readonly #say: (message: string) => void;
  readonly #asked: Asked;
  readonly #said = new Set<string>();
  #hasAnswered = false;

  constructor(asked: Asked, say: (message: string) => void) {
    this.#asked = asked;
    this.#say = say;
  }

  /** @param code why an ask could not be sent. */
  readonly onFailed = (code: string): void => {
    const reason = REASONS[code];
    if (reason === undefined || this.#said.has(code)) return;
    this.#said.add(code);
    this.#say(`${this.#asked.target} (${this.#asked.kind}): the kernel refused to send: ${reason}`);
  };

  /** @param isRefusal of a UDP port where nobody listens. */
  hearAnswer(isRefusal: boolean, everyUs: number): void {
    const isFirst = !this.#hasAnswered;
    this.#hasAnswered = true;
    const { target, kind, port } = this.#asked;
    if (!isFirst || !isRefusal || kind !== "udp" || everyUs >= REFUSALS_APART_US) return;
    this.#say(
      `${target} port ${port} answers by refusals, which hosts limit to one a second: use --every 1s or more, or a port where something listens`,
    );
  }
}
