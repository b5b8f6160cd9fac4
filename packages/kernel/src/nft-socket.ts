/**
 * Speaks to nf_tables in transactions: all of it or nothing, confirmed before the call returns (nfnetlink).
 *
 * Synchronous on purpose: the kernel works a batch off inside `send`, in tens of microseconds, and whoever takes a
 * permission back has to know that it is gone before the next line of the program.
 *
 * @module
 */
import { getSystemErrorName } from "node:util";
import { concat } from "./attributes.ts";
import { Inbox } from "./inbox.ts";
import { int32, KernelError, must, native } from "./native.ts";
import type { NftMessage } from "./nft-message.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_NETFILTER = 12;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NLMSG_ERROR = 2;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const HEADER_LENGTH = 16;
const SLOT_BYTES = 1024;
const BUFFER_BYTES = 8 << 20;

export class NftSocket {
  readonly #fd: number;
  readonly #inbox = new Inbox(SLOT_BYTES);
  #sequence = 0;

  /** @throws {KernelError} EPROTONOSUPPORT if the kernel has no nfnetlink. */
  constructor() {
    this.#fd = must(native.socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER), "Cannot open a netfilter socket");
    native.setOption(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, int32(BUFFER_BYTES));
    native.setOption(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(BUFFER_BYTES));
    native.setOption(this.#fd, SOL_NETLINK, NETLINK_CAP_ACK, int32(1));
    const address = new DataView(new ArrayBuffer(12));
    address.setUint16(0, AF_NETLINK, true);
    must(native.bind(this.#fd, new Uint8Array(address.buffer)), "Cannot bind a netfilter socket");
  }

  /**
   * Commits the messages together.
   *
   * @param act what they are for, "Cannot load the fence".
   * @throws {KernelError} with the first refused message's errno; then nothing was changed.
   */
  commit(messages: readonly NftMessage[], act: string): void {
    const first = this.#sequence + 1;
    this.#sequence += messages.length + 2;
    const last = first + messages.length;
    const batch = [batchEdge(NFNL_MSG_BATCH_BEGIN, first)];
    messages.forEach(({ type, flags, body }, n) => {
      const acknowledge = n === messages.length - 1 ? NLM_F_ACK : 0;
      batch.push(withHeader(type, NLM_F_REQUEST | flags | acknowledge, first + 1 + n, body));
    });
    batch.push(batchEdge(NFNL_MSG_BATCH_END, last + 1));
    must(native.send(this.#fd, concat(batch), null), act);
    this.#expectAcknowledgement(first, act);
  }

  close(): void {
    native.close(this.#fd);
  }

  /**
   * The answers are there when `send` returns: one for the last message, or one for each that was refused. Those that
   * an earlier, refused batch left behind are older than this one's first message.
   */
  #expectAcknowledgement(first: number, act: string): void {
    for (;;) {
      const got = must(this.#inbox.receive(this.#fd), `${act}: no answer`);
      for (let n = 0; n < got; n++) {
        const answer = this.#inbox.message(n);
        const view = new DataView(answer.buffer);
        const isError = answer.length >= HEADER_LENGTH + 4 && view.getUint16(4, true) === NLMSG_ERROR;
        if (!isError || view.getUint32(8, true) < first) continue;
        const errno = view.getInt32(HEADER_LENGTH, true);
        if (errno !== 0) throw new KernelError(getSystemErrorName(errno), act);
        return;
      }
    }
  }
}

function batchEdge(type: number, sequence: number): Uint8Array {
  return withHeader(type, NLM_F_REQUEST, sequence, Uint8Array.of(0, 0, 0, NFNL_SUBSYS_NFTABLES));
}

/** `struct nlmsghdr` before a body. */
function withHeader(type: number, flags: number, sequence: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((HEADER_LENGTH + body.length + 3) & ~3);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, HEADER_LENGTH + body.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(body, HEADER_LENGTH);
  return bytes;
}
