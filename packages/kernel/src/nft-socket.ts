/**
 * Speaks to nf_tables in transactions: all of it or nothing, confirmed before the call returns (nfnetlink).
 *
 * Synchronous on purpose: the kernel works a batch off inside `send`, in tens of microseconds, and whoever takes a
 * permission back has to know that it is gone before the next line of the program.
 *
 * @module
 */
import { NetlinkSocket } from "./netlink-socket.ts";
import { readContent, type TableContent } from "./nft-content.ts";
import {
  askAllTables,
  askChains,
  askElements,
  askRules,
  askTables,
  inFamily,
  type NftElement,
  type NftFamilyName,
  type NftMessage,
  type NftTable,
  readElements,
  readTable,
  readTableName,
} from "./nft-message.ts";

export const NETLINK_NETFILTER = 12;
const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;

export class NftSocket {
  readonly #socket = new NetlinkSocket(NETLINK_NETFILTER);

  /** How notifications name what this socket did; undefined before it has done something. */
  get portId(): number | undefined {
    return this.#socket.portId;
  }

  /**
   * Commits the messages together.
   *
   * @param act what they are for, "Cannot load the fence".
   * @throws {KernelError} with the first refused message's errno; then nothing was changed. EPROTONOSUPPORT if the kernel
   *   has no nfnetlink.
   */
  commit(messages: readonly NftMessage[], act: string): void {
    if (messages.length === 0) return;
    const batch = [batchEdge(NFNL_MSG_BATCH_BEGIN), ...messages, batchEdge(NFNL_MSG_BATCH_END)];
    // Kernels before 6.10 answer no edge: the last message between them is asked for its outcome.
    const [refused] = this.#socket.ask(batch, act, messages.length);
    if (refused !== undefined) throw refused.error;
  }

  tables(family: NftFamilyName = "netdev"): NftTable[] {
    return this.#socket.dump(inFamily(family, askTables()), "Cannot read tables").map(readTable);
  }

  /** Tables of all families. */
  allTables(): NftTable[] {
    return this.#socket.dump(askAllTables(), "Cannot read tables").map(readTable);
  }

  /** What a set holds. @throws {KernelError} ENOENT if there is no such table or set. */
  elements(table: string, set: string, family: NftFamilyName = "netdev"): NftElement[] {
    const asked = inFamily(family, askElements(table, set));
    return this.#socket.dump(asked, `Cannot read set ${set}`).flatMap(readElements);
  }

  /** Chains and rules of a table; none if there is no such table. */
  content(table: string, family: NftFamilyName = "netdev"): TableContent {
    const read = (asked: NftMessage, what: string): Uint8Array[] =>
      this.#socket
        .dump(inFamily(family, asked), `Cannot read ${what}`)
        .filter((body) => readTableName(body) === table);
    return readContent(read(askChains(), "chains"), read(askRules(table), "rules"));
  }

  close(): void {
    this.#socket.close();
  }
}

function batchEdge(type: number): NftMessage {
  return { type, flags: 0, body: Uint8Array.of(0, 0, 0, NFNL_SUBSYS_NFTABLES) };
}
