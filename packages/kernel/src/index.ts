export * from "./account.ts";
export * from "./alarm.ts";
export * from "./arptables.ts";
export * from "./bpf.ts";
export * from "./capture-file.ts";
export * from "./clock.ts";
export * from "./command.ts";
export * from "./effective-sysctl.ts";
export * from "./file-lock.ts";
export * from "./firewall-listing.ts";
export type { ForwardingEntry } from "./forwarding-message.ts";
export * from "./forwarding-monitor.ts";
export { isGroupMember } from "./group-membership.ts";
export * from "./icmp-socket.ts";
export * from "./link-monitor.ts";
export { KernelError } from "./native.ts";
export type { NeighbourEntry, NeighbourFlag, NeighbourState } from "./neighbour-message.ts";
export * from "./neighbour-table.ts";
export * from "./network-manager.ts";
export * from "./nft-content.ts";
export {
  addElements,
  type BaseChain,
  deleteBareTable,
  deleteElements,
  deleteTable,
  InetHook,
  inFamily,
  NetdevHook,
  type NftFamilyName,
  type NftMessage,
  type NftTable,
} from "./nft-message.ts";
export * from "./nft-monitor.ts";
export * from "./nft-socket.ts";
export * from "./nft-table.ts";
export * from "./nft-term.ts";
export * from "./octet-source.ts";
export * from "./output-end.ts";
export * from "./packet-socket.ts";
export * from "./process-list.ts";
export * from "./raw-ip.ts";
export * from "./realtime.ts";
export * from "./route-changes.ts";
export type { Route, RouteHop } from "./route-entry.ts";
export {
  type BridgeMulticast,
  type InterfaceAddress,
  type Link,
  MacvlanMode,
  MOVING_ADDRESS_PROTOCOL,
  type NewAddress,
} from "./route-message.ts";
export * from "./route-reader.ts";
export * from "./route-search.ts";
export * from "./route-socket.ts";
export * from "./run-directory.ts";
export * from "./service-manager.ts";
export * from "./shared-settings.ts";
export * from "./start-failure.ts";
export * from "./sysctl.ts";
export * from "./tcp-question.ts";
export * from "./trusted-path.ts";
export * from "./udp-question.ts";
