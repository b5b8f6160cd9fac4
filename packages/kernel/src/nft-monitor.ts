/**
 * Hears from nf_tables that somebody took away or changed a part of a table (the group that `nft monitor` listens to).
 *
 * @module
 */
import { foreignNetlinkFilter } from "./bpf.ts";
import { NetlinkListener } from "./netlink-listener.ts";
import { NFNL_SUBSYS_NFTABLES, NftType, readTableName } from "./nft-message.ts";
import { NETLINK_NETFILTER } from "./nft-socket.ts";

const NFNLGRP_NFTABLES = 7;
/** What weakens a table. Elements are not among them: permissions come and go all the time. */
const DAMAGE: readonly number[] = [
  NftType.deleteTable,
  NftType.deleteChain,
  NftType.deleteRule,
  NftType.newRule,
  NftType.deleteSet,
];

export class NftMonitor {
  readonly #listener: NetlinkListener;

  /**
   * @param ownPortId of the socket whose own doings are not told: the permissions of many virtual routers are thousands of
   *   messages a second.
   * @param onDamage told the table; undefined after an overrun: any table may have changed.
   */
  constructor(ownPortId: number, onDamage: (table: string | undefined) => void) {
    this.#listener = new NetlinkListener({
      protocol: NETLINK_NETFILTER,
      groups: [NFNLGRP_NFTABLES],
      filter: foreignNetlinkFilter(ownPortId),
      onPart: ({ type, body }) => {
        const isDamage = type >> 8 === NFNL_SUBSYS_NFTABLES && DAMAGE.includes(type & 0xff);
        if (isDamage) onDamage(readTableName(body));
      },
      onOverrun: () => onDamage(undefined),
    });
  }

  close(): void {
    this.#listener.close();
  }
}
