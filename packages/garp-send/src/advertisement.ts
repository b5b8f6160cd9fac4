/**
 * The frame that tells neighbours where an IPv6 address is.
 *
 * @module
 */
import {
  ALL_NODES_GROUP,
  encodeIpv6Frame,
  encodeNeighbour,
  type Ipv6,
  ipv6GroupMac,
  type Mac,
  NeighbourType,
} from "@viptools/wire";

const ALL_NODES_MAC = ipv6GroupMac(ALL_NODES_GROUP);

/**
 * An unsolicited neighbour advertisement (RFC 4861 §7.2.6), to all nodes, from the address itself: it replaces what
 * caches have, and makes no entry where there is none.
 *
 * @param address link-local or global.
 * @param mac what switches and neighbours shall learn.
 * @param isRouter false takes the address off the default routers of who hears it (RFC 4861 §7.2.5).
 * @param to one neighbour, in a frame to it alone; everybody if left out.
 */
export function encodeAdvertisement(
  address: Ipv6,
  mac: Mac,
  isRouter: boolean,
  to: Mac = ALL_NODES_MAC,
): Uint8Array {
  const message = {
    type: NeighbourType.advertisement,
    isRouter,
    isSolicited: false,
    isOverride: true,
    target: address,
    linkLayer: mac,
  };
  return encodeIpv6Frame(encodeNeighbour(message, address, ALL_NODES_GROUP), mac, to);
}
