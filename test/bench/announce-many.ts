/**
 * How quickly ten thousand addresses are announced, by what arrives at the switch.
 *
 * @module
 */
import { manyVips } from "../lab/many-vips.ts";
import { Network } from "../lab/network.ts";
import { inNamespace, must, sleep } from "../lab/shell.ts";
import { Taps } from "../lab/taps.ts";

/** What the switch saw of one run. */
export interface Burst {
  readonly announced: number;
  /** Of those that were asked for. */
  readonly missing: number;
  readonly framesPerSecond: number;
}

/** For the last frames to pass through tcpdump. */
const SETTLE_MS = 500;

/** One request for each of so many addresses, `rounds` times. */
export async function announceMany(count: number, rounds: number): Promise<Burst[]> {
  const network = new Network(["a", "c"]);
  try {
    await network.settle();
    const addresses = manyVips(count);
    const bursts: Burst[] = [];
    for (let n = 0; n < rounds; n++) bursts.push(await announceOnce(network, addresses));
    return bursts;
  } finally {
    await network.remove();
  }
}

async function announceOnce(network: Network, addresses: readonly string[]): Promise<Burst> {
  const taps = new Taps(network);
  await taps.open(["a"]);
  const argv = ["garp-send", "-I", "eth0", "--mac", "vrid:51", "-U", "-q", "-"];
  must(inNamespace(network.host("a").namespace, argv), addresses.join("\n"));
  await sleep(SETTLE_MS);
  const frames = (await taps.close()).filter(({ kind }) => kind === "arp_request");
  const announced = new Set(frames.map(({ announcedIp }) => announcedIp));
  const tookUs = frames.at(-1)!.atUs - frames[0]!.atUs;
  return {
    announced: announced.size,
    missing: addresses.filter((address) => !announced.has(address)).length,
    framesPerSecond: ((frames.length - 1) / tookUs) * 1e6,
  };
}
