/**
 * One kind of work, done very often by real tools on a host of the lab, and what was seen of them.
 *
 * @module
 */
import { monotonicUs } from "@viptools/kernel";
import { Network } from "../lab/network.ts";
import type { Chain } from "./chain.ts";
import { leftOf, remainsOf } from "./leftovers.ts";
import { LOOKS, type Story, Watch } from "./watch.ts";

/** What came of one lap. */
export interface Lap {
  readonly title: string;
  /** What is counted. */
  readonly unit: string;
  readonly amount: number;
  readonly tookMs: number;
  readonly stories: readonly Story[];
  /** What was on the host afterwards that was not there before. */
  readonly leftovers: readonly string[];
  /** Other figures, for people. */
  readonly notes: readonly string[];
}

/** Work for tools, as its author describes it. */
export interface Work {
  readonly title: string;
  readonly unit: string;
  readonly amount: number;
  /** Hosts of the network; the tools run on the first. */
  readonly hosts: readonly string[];
  /** Starts the tools. */
  start(network: Network): Promise<Labour>;
}

export interface Labour {
  readonly chains: readonly Chain[];
  /** Does some of the work, and returns when nothing of it is on its way any more. @returns how much has been done so far. */
  step(): Promise<number>;
  /** Leaves the tools with nothing to do. */
  rest(): Promise<void>;
  /** What else there is to say. */
  notes(): Promise<readonly string[]>;
  /** Ends what is no tool. */
  end(): Promise<void>;
}

/** How much may be done in one step: little enough that there are looks at each part of the work. */
export function blockOf(amount: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(amount / LOOKS)));
}

export type OnLook = (done: number, ms: number) => void;

const US_PER_MS = 1000;

/** @param onLook is told each time that somebody has looked: how much is done, after how long. */
export async function runLap(work: Work, onLook: OnLook = () => {}): Promise<Lap> {
  const network = new Network(work.hosts);
  try {
    await network.settle();
    return await runOn(network, work, onLook);
  } finally {
    await network.remove();
  }
}

/** @throws {Error} with what a tool said, if it has ended. */
async function stepOf(labour: Labour): Promise<number> {
  try {
    return await labour.step();
  } finally {
    for (const chain of labour.chains) chain.mustRun();
  }
}

async function runOn(network: Network, work: Work, onLook: OnLook): Promise<Lap> {
  const { title, unit, amount } = work;
  const [host] = work.hosts as [string];
  const before = remainsOf(network, host);
  const labour = await work.start(network);
  const watch = new Watch(
    network.folder,
    labour.chains.flatMap(({ processes }) => processes),
  );
  // What is opened when it is first needed stays.
  await stepOf(labour);
  await labour.rest();
  await watch.begin();
  const startUs = monotonicUs();
  for (let done = 0; done < amount; ) {
    done = await stepOf(labour);
    const share = Math.min(1, done / amount);
    if (!watch.isDue(share)) continue;
    await watch.look(share);
    onLook(done, (monotonicUs() - startUs) / US_PER_MS);
  }
  const tookMs = (monotonicUs() - startUs) / US_PER_MS;
  await labour.rest();
  const stories = await watch.end();
  const notes = await labour.notes();
  for (const chain of labour.chains) await chain.end();
  await labour.end();
  const leftovers = leftOf(before, remainsOf(network, host));
  return { title, unit, amount, tookMs, stories, leftovers, notes };
}
