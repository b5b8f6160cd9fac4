/**
 * What goes through a VIP in each mode, as iperf3 measures it: one TCP stream, to the VIP and from it.
 *
 * @module
 */
import { FedTool } from "../lab/fed-tool.ts";
import type { Form } from "../lab/form.ts";
import { Network, VIP } from "../lab/network.ts";
import { VMAC } from "../lab/router.ts";
import { inNamespace, must, waitFor } from "../lab/shell.ts";
import { Told } from "../lab/told.ts";
import { type Contender, contest, type Rounds } from "./contest.ts";

export interface ThroughputOptions {
  readonly modes: readonly Form["mode"][];
  readonly rounds: number;
  /** How much or how long, in iperf3's words. */
  readonly amount: readonly string[];
  readonly warmups?: number;
}

const LEASE_MS = 600_000;
const GIGA = 1e9;

/** Owned behind a fence, on veth with the offloads that are usual there. @returns gigabits a second, by mode. */
export async function throughput({ modes, rounds, amount, warmups }: ThroughputOptions): Promise<Rounds> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    await network.startService("a", ["iperf3", "--server", "--forceflush"], "ignore");
    const contenders = modes.map(
      (mode): Contender => ({ name: mode, run: () => runOnce(network, mode, amount) }),
    );
    return await contest(contenders, rounds, warmups);
  } finally {
    await network.remove();
  }
}

async function runOnce(
  network: Network,
  mode: Form["mode"],
  amount: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const owner = new FedTool(network, "a", ["vmac-ctl", "follow", "--mode", mode]);
  const story = new Told({ instance: "eth0/4/51", vips: [`${VIP}/32`], vmac: VMAC });
  for (const record of [story.state("backup"), story.state("active"), story.lease(LEASE_MS)])
    owner.say(record);
  await owner.untilRecord("vmac.up");
  network.run("c", ["ip", "neigh", "flush", "dev", "eth0"]);
  await waitFor("the VIP to answer", 5000, () =>
    network.run("c", ["ping", "-c", "1", "-W", "1", VIP]).code === 0 ? true : undefined,
  );
  const figures = {
    "to it, Gbit/s": measure(network, amount),
    "from it, Gbit/s": measure(network, [...amount, "--reverse"]),
  };
  owner.endInput();
  await owner.ended();
  return figures;
}

/** @throws {Error} with what iperf3 said, if it could not measure. */
function measure(network: Network, more: readonly string[]): number {
  const argv = ["iperf3", "--client", VIP, "--json", ...more];
  const { end } = JSON.parse(must(inNamespace(network.host("c").namespace, argv))) as {
    end: { sum_received: { bits_per_second: number } };
  };
  return end.sum_received.bits_per_second / GIGA;
}
