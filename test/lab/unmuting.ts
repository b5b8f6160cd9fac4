/**
 * How long a follower that has everything there needs to let it speak: from reading the lease to the kernel's confirmation.
 *
 * @module
 */
import { monotonicNs, readBootId } from "@viptools/kernel";
import { FedTool } from "./fed-tool.ts";
import type { Network } from "./network.ts";
import { VMAC, VMAC6, VRID } from "./router.ts";
import { sleep } from "./shell.ts";

const LEASE_MS = 1000;
/** For what follows a change of state. */
const SETTLE_MS = 30;
const BUILD_LIMIT_MS = 30_000;

/** @returns `took_us` of each of so many take-overs, by records written by hand. */
export async function unmutingUs(
  network: Network,
  host: string,
  family: 4 | 6,
  vips: readonly string[],
  rounds: number,
): Promise<number[]> {
  const follower = new FedTool(network, host, ["vmac-ctl", "follow", "--standby", "fenced"]);
  const record = { instance: `eth0/${family}/${VRID}`, boot_id: readBootId() };
  let epoch = 0;
  const say = (body: Readonly<Record<string, unknown>>): void =>
    follower.say({ ...record, ...body, mono_ns: String(monotonicNs()) });
  const become = (state: "active" | "backup"): void => {
    epoch += 1;
    say({
      type: "vrrp.state",
      interface: "eth0",
      family,
      vrid: VRID,
      version: 3,
      state,
      previous: state === "active" ? "backup" : "active",
      reason: "active_down",
      priority: 100,
      vips: vips.map((vip) => `${vip}/${family === 4 ? 32 : 128}`),
      vmac: family === 4 ? VMAC : VMAC6,
      epoch,
    });
  };
  become("backup");
  await follower.untilRecord("vmac.prepared", 0, BUILD_LIMIT_MS);
  const tookUs: number[] = [];
  for (let n = 0; n < rounds; n++) {
    become("active");
    say({ type: "vrrp.lease", instances: [record.instance], epoch: [epoch], valid_ms: LEASE_MS });
    tookUs.push((await follower.untilRecord("vmac.up", n)).took_us);
    become("backup");
    await follower.untilRecord("vmac.down", n);
    await sleep(SETTLE_MS);
  }
  follower.endInput();
  await follower.ended();
  return tookUs;
}
