/**
 * `--kernel`: joins what is heard with this host's neighbour table, and says what the kernel made of it.
 *
 * @module
 */
import type { Context, Moment } from "@viptools/cli";
import {
  monotonicNsOf,
  monotonicUs,
  type NeighbourEntry,
  NeighbourMonitor,
  NeighbourReader,
} from "@viptools/kernel";
import { EntryHistory, type HeardClaim, pairChanges } from "./entry-history.ts";
import { readClaim } from "./kernel-claim.ts";
import { KernelHost } from "./kernel-host.ts";
import { explain } from "./verdict.ts";

/** The kernel has decided long before; its notification has then come too. */
const LOOK_EVERY_MS = 5;
/** Packets that wait for their verdict; above, they get none, and are counted. */
const WAITING_MAX = 4096;

/** Of all interfaces together, and over their ends. */
export interface VerdictCounts {
  kernel_judged: number;
  kernel_unjudged: number;
}

interface Heard extends HeardClaim {
  readonly moment: Moment;
}

export class KernelView {
  readonly #context: Context;
  readonly #interfaceName: string;
  readonly #ifindex: number;
  readonly #host: KernelHost;
  readonly #reader = new NeighbourReader();
  readonly #monitor: NeighbourMonitor;
  readonly #history = new EntryHistory<Heard>();
  readonly #counts: VerdictCounts;
  #timer: NodeJS.Timeout | undefined;

  /** Open it before the capture, so that its copy of the table is there for the first packet. @throws {KernelError} */
  constructor(context: Context, interfaceName: string, ifindex: number, counts: VerdictCounts) {
    this.#context = context;
    this.#counts = counts;
    this.#interfaceName = interfaceName;
    this.#ifindex = ifindex;
    this.#host = new KernelHost(interfaceName, ifindex);
    this.#monitor = new NeighbourMonitor((event) => {
      if (event.type === "overrun") this.#readAll();
      else if (event.entry.ifindex === ifindex)
        this.#history.note(event.entry.address, event.isDeleted ? undefined : event.entry, monotonicUs());
    });
    this.#readAll();
  }

  /**
   * Takes a frame that came in: what this host sends itself changes nothing in its own table.
   *
   * @param bytes read inside the call. @param vlan the tag that the kernel took off, 0 for none.
   * @param realtimeNs when the kernel took the frame, CLOCK_REALTIME.
   */
  hear(bytes: Uint8Array, vlan: number, realtimeNs: bigint): void {
    const claim = readClaim(bytes, vlan);
    if (claim === undefined) return;
    if (this.#history.waiting >= WAITING_MAX) {
      this.#counts.kernel_unjudged += 1;
      return;
    }
    const monotonicNs = monotonicNsOf(realtimeNs);
    const heardUs = Number(monotonicNs / 1000n);
    this.#history.hear({ claim, heardUs, moment: { realtimeNs, monotonicNs } });
    this.#timer ??= setTimeout(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Judges what still waits, then ends. */
  async close(): Promise<void> {
    if (this.#history.waiting > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    clearTimeout(this.#timer);
    this.#judge(true);
    this.#monitor.close();
    this.#host.close();
    this.#reader.close();
  }

  #readAll(): void {
    const entries = ([4, 6] as const).flatMap((family) => this.#reader.dump(this.#ifindex, family));
    this.#history.reset(entries, monotonicUs());
  }

  #look(): void {
    this.#judge(false);
    const isOver = this.#history.waiting === 0;
    this.#timer = isOver ? undefined : setTimeout(() => this.#look(), LOOK_EVERY_MS);
  }

  #judge(isEnd: boolean): void {
    this.#monitor.drain();
    const episodes = this.#history.take(monotonicUs(), isEnd);
    if (episodes.length === 0) return;
    const entries = this.#reader.find(
      this.#ifindex,
      episodes.map(({ ip }) => ip),
    );
    const readUs = monotonicUs();
    const host = this.#host.read();
    episodes.forEach((episode, n) => {
      for (const { heard, before, after } of pairChanges(episode, entries[n])) {
        const ageMs = (after?.updatedMs ?? 0) - (readUs - heard.heardUs) / 1000;
        this.#write(heard, after, explain(heard.claim, { before, after, ageMs }, host));
      }
    });
  }

  #write(
    { claim, moment }: Heard,
    entry: NeighbourEntry | undefined,
    verdict: ReturnType<typeof explain>,
  ): void {
    this.#counts.kernel_judged += 1;
    this.#context.write(
      {
        type: "arp.kernel",
        interface: this.#interfaceName,
        ip: claim.ip,
        wire_mac: claim.mac,
        kernel_mac: entry?.mac ?? null,
        state: entry?.state ?? null,
        ...verdict,
      },
      moment,
    );
  }
}
