/**
 * Asks whether somebody has an address already, before it is claimed: ARP probes (RFC 5227 §2.1.1) and solicitations as
 * of duplicate address detection (RFC 4862 §5.4).
 *
 * Quicker than those RFCs, which have a host wait for seconds: three asks, and the time in which a host on the same
 * link answers many times over.
 *
 * @module
 */
import { ADVERTISEMENT_FILTER, ARP_FILTER, PacketSocket } from "@viptools/kernel";
import { encodeAddressQuestion, readAddressClaim } from "@viptools/wire";
import { indexOf } from "./builder.ts";
import { AddressConflict } from "./kernel-exit.ts";
import type { Plan } from "./plan.ts";

const PROBES = 3;
const BETWEEN_MS = 60;
const LISTEN_MS = 200;

/**
 * @throws {AddressConflict} if somebody has one of the addresses. Who answers with the MAC that this host is about to use
 *   is of the same virtual router, and no conflict.
 */
export async function probeFirst({ addresses, family, parent, nicMac, mac }: Plan): Promise<void> {
  const asked = addresses.map(({ address }) => address);
  let conflict: AddressConflict | undefined;
  const socket = new PacketSocket({
    ifindex: indexOf(parent),
    filter: family === 4 ? ARP_FILTER : ADVERTISEMENT_FILTER,
    onFrame: ({ bytes, direction }) => {
      const claim = direction === "in" ? readAddressClaim(bytes) : undefined;
      const isOther =
        claim !== undefined && asked.includes(claim.ip) && claim.owner !== mac && claim.owner !== nicMac;
      if (isOther) conflict ??= new AddressConflict(claim.ip, claim.owner);
    },
  });
  try {
    for (let n = 0; n < PROBES && conflict === undefined; n++) {
      for (const target of asked) socket.send(encodeAddressQuestion({ target, mac: nicMac }));
      await sleep(n < PROBES - 1 ? BETWEEN_MS : LISTEN_MS);
    }
  } finally {
    socket.close();
  }
  if (conflict !== undefined) throw conflict;
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
