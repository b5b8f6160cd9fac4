/**
 * What an elector would say of one virtual router on this machine, for a follower that is fed by hand.
 *
 * @module
 */
import { monotonicNs, readBootId } from "@viptools/kernel";
import { parseInstance } from "@viptools/records";

export interface ToldOf {
  readonly instance: string;
  readonly vips: readonly string[];
  readonly vmac: string | null;
}

type Body = Readonly<Record<string, unknown>>;

export class Told {
  readonly #of: ToldOf;
  #epoch = 0;

  constructor(of: ToldOf) {
    this.#of = of;
  }

  /** The next state. */
  state(state: "initialize" | "backup" | "active"): Body {
    const { instance, vips, vmac } = this.#of;
    const { interface: name, family, vrid } = parseInstance(instance)!;
    this.#epoch += 1;
    const role = { state, previous: "backup", reason: "told", priority: 100, epoch: this.#epoch };
    return {
      ...{ type: "vrrp.state", instance, interface: name, family, vrid, version: 3, vips, vmac },
      ...role,
      ...moment(),
    };
  }

  /** For the last state. @param kind of the lease, if it is no common one. */
  lease(validMs: number, kind?: "leaving" | "settling"): Body {
    return {
      type: "vrrp.lease",
      instances: [this.#of.instance],
      epoch: [this.#epoch],
      valid_ms: validMs,
      ...(kind === undefined ? {} : { [kind]: true }),
      ...moment(),
    };
  }
}

function moment(): Body {
  return { mono_ns: monotonicNs().toString(), boot_id: readBootId() };
}
