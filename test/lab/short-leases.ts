/**
 * How often an owner is muted because its leases of 25 ms, for adverts each 10 ms, did not come in time.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { Network } from "./network.ts";
import { ofType } from "./record-log.ts";
import type { RouterOptions } from "./router.ts";
import { end, sleep } from "./shell.ts";
import { startPair } from "./stage.ts";

const ADVERT_MS = 10;

/** What became of a pair in that time. */
export interface Muted {
  /** Records of vmac.fenced on the Active. */
  readonly fenced: number;
  /** Changes of state of both. */
  readonly changes: number;
  /** How many leases were given. */
  readonly leases: number;
  /** How many of the two pipes let go for good, because their readers seemed frozen. */
  readonly ended: number;
}

/** @param hogs how many processes burn a core each meanwhile. */
export async function countMutings(
  seconds: number,
  hogs: number,
  more: Partial<RouterOptions> = {},
): Promise<Muted> {
  const network = new Network(["a", "b"]);
  try {
    await network.settle();
    const { a, b } = await startPair(network, ADVERT_MS, more);
    const changesOfBoth = (): number => a.states().length + b.states().length;
    const before = changesOfBoth();
    const burners = Array.from({ length: hogs }, () => burn(network));
    await sleep(seconds * 1000);
    await Promise.all(burners.map((burner) => end(burner, "SIGKILL")));
    const changes = changesOfBoth() - before;
    const records = a.records();
    return {
      fenced: ofType(records, "vmac.fenced").length,
      changes,
      leases: ofType(records, "vrrp.lease").length,
      ended: [a, b].filter(({ hasEnded }) => hasEnded).length,
    };
  } finally {
    await network.remove();
  }
}

function burn(network: Network): ChildProcess {
  return network.start("switch", [process.execPath, "-e", "for (;;);"], "ignore");
}
