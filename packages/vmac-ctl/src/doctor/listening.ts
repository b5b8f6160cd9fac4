/**
 * Listens for a while to who speaks as a virtual router.
 *
 * @module
 */
import { pauseUnlessStopped } from "@viptools/cli";
import { PacketSocket, speakerFilter } from "@viptools/kernel";
import { virtualMac } from "@viptools/wire";
import type { HeardRouter, MeantRouter } from "./facts.ts";
import { Hearsay } from "./hearsay.ts";

const US_PER_MS = 1000;

/**
 * Until its time is over, or the command is asked to stop. Sends nothing: no group is joined, and the NIC takes all multicast meanwhile.
 *
 * @throws {KernelError} EPERM without CAP_NET_RAW.
 */
export async function listenFor(
  ifindex: number,
  routers: readonly MeantRouter[],
  forUs: number,
): Promise<HeardRouter[]> {
  const hearsay = new Hearsay(routers);
  if (routers.length === 0) return [];
  const socket = new PacketSocket({
    ifindex,
    filter: speakerFilter(routers.map(({ family, vrid }) => virtualMac(family, vrid))),
    reception: "allMulticast",
    onFrame: ({ bytes, direction, vlan }) => {
      if (direction === "in" && vlan === undefined) hearsay.note(bytes);
    },
  });
  try {
    await pauseUnlessStopped(forUs / US_PER_MS);
    socket.drain();
    return hearsay.heard;
  } finally {
    socket.close();
  }
}
