/**
 * Hears from nf_tables that somebody took away or changed a part of a table (the group that `nft monitor` listens to).
 *
 * @module
 */
import { assemble, foreignNetlinkFilter } from "./bpf.ts";
import { Inbox } from "./inbox.ts";
import { int32, must, native, ReadWatch } from "./native.ts";
import { readParts } from "./netlink-socket.ts";
import { NFNL_SUBSYS_NFTABLES, NftType, readTableName } from "./nft-message.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_NETFILTER = 12;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NFNLGRP_NFTABLES = 7;
const ENOBUFS = -105;
const SLOT_BYTES = 8192;
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** What weakens a table. Elements are not among them: permissions come and go all the time. */
const DAMAGE: readonly number[] = [
  NftType.deleteTable,
  NftType.deleteChain,
  NftType.deleteRule,
  NftType.newRule,
  NftType.deleteSet,
];

export class NftMonitor {
  readonly #fd: number;
  readonly #watch: ReadWatch;
  readonly #inbox = new Inbox(SLOT_BYTES);
  readonly #onDamage: (table: string | undefined) => void;

  /**
   * @param ownPortId of the socket whose own doings are not told: the permissions of many virtual routers are thousands of
   *   messages a second.
   * @param onDamage told the table; undefined after an overrun: any table may have changed.
   */
  constructor(ownPortId: number, onDamage: (table: string | undefined) => void) {
    this.#onDamage = onDamage;
    this.#fd = must(native.socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER), "Cannot open a netfilter socket");
    native.setOption(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(RECEIVE_BUFFER_BYTES));
    const filter = assemble(foreignNetlinkFilter(ownPortId));
    must(native.attachFilter(this.#fd, filter), "Cannot attach a socket filter");
    const address = new DataView(new ArrayBuffer(12));
    address.setUint16(0, AF_NETLINK, true);
    must(native.bind(this.#fd, new Uint8Array(address.buffer)), "Cannot listen for changes of rules");
    const act = "Cannot listen for changes of rules";
    must(native.setOption(this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, int32(NFNLGRP_NFTABLES)), act);
    this.#watch = new ReadWatch(this.#fd, () => this.#read());
  }

  close(): void {
    this.#watch.close();
  }

  #read(): void {
    const got = this.#inbox.receive(this.#fd);
    if (got === ENOBUFS) this.#onDamage(undefined);
    for (let n = 0; n < got; n++) {
      for (const { type, body } of readParts(this.#inbox.message(n))) {
        if (type >> 8 === NFNL_SUBSYS_NFTABLES && DAMAGE.includes(type & 0xff))
          this.#onDamage(readTableName(body));
      }
    }
  }
}
