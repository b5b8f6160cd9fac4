/**
 * The fence of one virtual router in the kernel. Every call is confirmed when it returns.
 *
 * @module
 */
import { KernelError, monotonicUs, NftSocket, TableFlag } from "@viptools/kernel";
import type { Ipv4, Mac } from "@viptools/wire";
import { addVips, fenceTable, loadFence, permit, removeVips, revoke, unloadFence } from "./fence.ts";

export interface KernelFenceOptions {
  readonly parent: string;
  readonly vrid: number;
  readonly vmac: Mac;
  readonly vips: readonly Ipv4[];
}

/** A permission that was asked for without a time ends after this. */
const DEFAULT_PERMISSION_MS = 1000;
/** The kernel counts in jiffies: a shorter time would be none. */
const SHORTEST_PERMISSION_MS = 1;
const OWNED = TableFlag.owner | TableFlag.persist;

export class KernelFence {
  readonly table: string;
  readonly #socket: NftSocket;
  readonly #vmac: Mac;

  /**
   * Loads the rules, mute. A table of this name is a left-over, because the caller holds the lock of the instance; the
   * link it muted is gone already.
   *
   * @throws {KernelError} if the kernel has no nftables, or none with egress (Linux 5.16).
   */
  constructor(options: KernelFenceOptions) {
    this.table = fenceTable(options.parent, 4, options.vrid);
    this.#vmac = options.vmac;
    this.#socket = new NftSocket();
    removeTable(this.#socket, this.table);
    const rules = { ...options, table: this.table, defaultMs: DEFAULT_PERMISSION_MS };
    try {
      this.#socket.commit(loadFence({ ...rules, tableFlags: OWNED }), "Cannot load the fence");
    } catch (error) {
      if (!isUnknownFlag(error)) throw error;
      this.#socket.commit(loadFence({ ...rules, tableFlags: 0 }), "Cannot load the fence");
    }
  }

  /** Lets this host act until then; a time that is over takes nothing back, the kernel has done that. */
  permitUntil(untilUs: number, mayVoice: boolean): void {
    const forMs = Math.floor((untilUs - monotonicUs()) / 1000);
    if (forMs < SHORTEST_PERMISSION_MS) return;
    const voice = mayVoice
      ? permit(this.table, "voice", this.#vmac, forMs)
      : revoke(this.table, "voice", this.#vmac);
    this.#socket.commit(
      [...permit(this.table, "serve", this.#vmac, forMs), ...voice],
      "Cannot give permission",
    );
    // A process that was frozen between reading the clock and here has just given what had run out.
    if (monotonicUs() >= untilUs) this.mute();
  }

  /** More addresses that this host is mute for without a permission. */
  addVips(vips: readonly Ipv4[]): void {
    if (vips.length > 0) this.#socket.commit(addVips(this.table, vips), "Cannot add addresses to the fence");
  }

  removeVips(vips: readonly Ipv4[]): void {
    if (vips.length > 0)
      this.#socket.commit(removeVips(this.table, vips), "Cannot remove addresses from the fence");
  }

  mute(): void {
    const both = [...revoke(this.table, "voice", this.#vmac), ...revoke(this.table, "serve", this.#vmac)];
    this.#socket.commit(both, "Cannot take permission back");
  }

  /** Takes the rules away: after the link is gone, or it would speak. */
  unload(): void {
    removeTable(this.#socket, this.table);
    this.#socket.close();
  }
}

/** Takes away what a dead owner left. */
export function removeFence(table: string): void {
  const socket = new NftSocket();
  removeTable(socket, table);
  socket.close();
}

function removeTable(socket: NftSocket, table: string): void {
  try {
    socket.commit(unloadFence(table), `Cannot remove table ${table}`);
  } catch (error) {
    if (!(error instanceof KernelError && error.code === "ENOENT")) throw error;
  }
}

/** Kernels before 6.9 refuse owner with persist: a table without them can be flushed by a firewall's reload. */
function isUnknownFlag(error: unknown): boolean {
  return error instanceof KernelError && (error.code === "EOPNOTSUPP" || error.code === "EINVAL");
}
