/**
 * Runs the checks of a track.json on a host, and says what came of them to an elector: each interval, in this process.
 *
 * @module
 */

import type { Elector } from "./elector.ts";
import type { Network } from "./network.ts";
import { attemptBeside, inNamespace } from "./shell.ts";

export interface Check {
  readonly name: string;
  readonly command: readonly string[];
  readonly every: string;
  readonly weight?: number;
}

export class CheckRunner {
  readonly #timers: NodeJS.Timeout[];

  constructor(network: Network, host: string, checks: readonly Check[], elector: Elector) {
    const { namespace } = network.host(host);
    this.#timers = checks.map((check) => {
      const everyMs = Number.parseFloat(check.every) * 1000;
      const run = async (): Promise<void> => {
        const { code } = await attemptBeside(inNamespace(namespace, check.command));
        const weight = check.weight === undefined ? {} : { weight: check.weight };
        elector.say({
          type: "track.state",
          name: check.name,
          ok: code === 0,
          interval_ms: everyMs,
          ...weight,
        });
      };
      void run();
      return setInterval(() => void run(), everyMs);
    });
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
