/**
 * Readers of what the kernel tells in octets, for the fuzzer alone: tools take what they give from behind the sockets.
 *
 * @module
 */
export { listAttributes, readAttributes, readString, readU32 } from "./attributes.ts";
export { decodeForwardingEntry } from "./forwarding-message.ts";
export { decodeDefaultGateways } from "./gateway-message.ts";
export { decodeLinkEvents } from "./link-monitor.ts";
export { decodeNeighbourEntry } from "./neighbour-message.ts";
export { readParts } from "./netlink-socket.ts";
export { readContent } from "./nft-content.ts";
export { addElements, addTable, readElements, readTable, readTableName } from "./nft-message.ts";
export { decodeRoute } from "./route-entry.ts";
export { decodeAddress, decodeLink } from "./route-message.ts";
