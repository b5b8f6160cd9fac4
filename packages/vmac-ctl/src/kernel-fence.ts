/**
 * The fence of one virtual router in the kernel. Every call is confirmed when it returns.
 *
 * @module
 */
import {
  deleteTable,
  KernelError,
  loadTable,
  monotonicUs,
  type NftMessage,
  type NftSocket,
  OWNED_TABLE,
} from "@viptools/kernel";
import type { IpAddress } from "@viptools/wire";
import { type FenceOptions, fenceRules } from "./fence.ts";
import { addVips, type Permission, permit, removeVips, revoke } from "./permission.ts";

/** Which tables are made: those that only their owner can change, those that others can, or whichever the kernel has. */
export type Guard = "owned" | "watched" | "standing";

/** The kernel counts in jiffies: a shorter time would be none. */
const SHORTEST_PERMISSION_MS = 1;
const ANYBODYS = 0;

/** What an error begins with if the rules cannot be loaded. */
export const LOADING_FENCE = "Cannot load the fence";
export const LOADING_REWRITING = "Cannot load the rules that put the virtual MAC on";

export class KernelFence {
  readonly #socket: NftSocket;
  readonly #guard: Guard;
  #options: FenceOptions;
  #isSuspect = false;

  constructor(socket: NftSocket, options: FenceOptions, guard: Guard) {
    this.#socket = socket;
    this.#options = options;
    this.#guard = guard;
  }

  get table(): string {
    return this.#options.table;
  }

  /**
   * Loads the rules, mute, in place of a table of this name: a left-over, because the caller holds the lock of the
   * virtual router, or what somebody damaged.
   *
   * @throws {KernelError} if the kernel has no nftables, or none with egress (Linux 5.16).
   */
  load(): void {
    const rules = fenceRules(this.#options);
    this.#isSuspect = false;
    if (this.#guard === "owned") {
      try {
        this.#socket.commit(loadTable(rules, OWNED_TABLE), this.#loading);
        return;
      } catch (error) {
        if (!isUnknownFlag(error)) throw error;
      }
    }
    this.#socket.commit(loadTable(rules, ANYBODYS), this.#loading);
  }

  get #loading(): string {
    return this.#options.isRewriting ? LOADING_REWRITING : LOADING_FENCE;
  }

  /** Other rules for the same virtual router; mute. */
  replace(options: FenceOptions): void {
    this.#options = options;
    this.load();
  }

  /**
   * What lets this host act until then. A time that is over takes nothing back: the kernel has done that.
   *
   * @param mayVoice false for one who leaves or settles: it serves, but does not speak as the virtual router.
   */
  permission(untilUs: number, mayVoice: boolean): NftMessage[] {
    const forMs = Math.floor((untilUs - monotonicUs()) / 1000);
    if (forMs < SHORTEST_PERMISSION_MS) return [];
    const voice = mayVoice ? this.#permit("voice", forMs) : this.#revoke("voice");
    return [...this.#permit("serve", forMs), ...voice];
  }

  /** Rules that somebody took away are loaded again, mute. */
  mute(): void {
    const both = [...this.#revoke("voice"), ...this.#revoke("serve")];
    try {
      this.#socket.commit(both, "Cannot take permission back");
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.load();
    }
  }

  /** More addresses that this host is mute for without a permission. */
  addVips(vips: readonly IpAddress[]): void {
    this.#options = { ...this.#options, vips: [...this.#options.vips, ...vips] };
    this.#socket.commit(addVips(this.table, vips), "Cannot add addresses to the fence");
  }

  removeVips(vips: readonly IpAddress[]): void {
    this.#options = { ...this.#options, vips: this.#options.vips.filter((vip) => !vips.includes(vip)) };
    this.#socket.commit(removeVips(this.table, vips), "Cannot remove addresses from the fence");
  }

  /** Told that somebody changed the table. */
  suspect(): void {
    this.#isSuspect = true;
  }

  /** False after {@link suspect}, until it is loaded again, and while the table is not there. */
  isIntact(): boolean {
    return !this.#isSuspect && this.#socket.tables().some(({ name }) => name === this.table);
  }

  /** Takes the rules away: after link and addresses are gone, or they would speak. */
  unload(): void {
    removeFence(this.#socket, this.table);
  }

  #permit(permission: Permission, forMs: number): NftMessage[] {
    return permit(this.table, permission, this.#options.key, forMs);
  }

  #revoke(permission: Permission): NftMessage[] {
    return revoke(this.table, permission, this.#options.key);
  }
}

/** Takes a table away, if it is there. */
export function removeFence(socket: NftSocket, table: string): void {
  try {
    socket.commit([deleteTable(table)], `Cannot remove table ${table}`);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof KernelError && error.code === "ENOENT";
}

/** Kernels before 6.9 refuse owner with persist: a table without them can be flushed by a firewall's reload. */
function isUnknownFlag(error: unknown): boolean {
  return error instanceof KernelError && (error.code === "EOPNOTSUPP" || error.code === "EINVAL");
}
