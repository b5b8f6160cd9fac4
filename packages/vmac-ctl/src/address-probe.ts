/**
 * Asks whether somebody has an address already, before it is claimed: ARP probes (RFC 5227 §2.1.1) and solicitations as
 * of duplicate address detection (RFC 4862 §5.4).
 *
 * Quicker than those RFCs, which have a host wait for seconds: three asks, and the time in which a host on the same
 * link answers many times over.
 *
 * @module
 */
import { ADVERTISEMENT_FILTER, ARP_FILTER, type CapturedFrame, PacketSocket } from "@viptools/kernel";
import {
  ANY_IPV4,
  ANY_IPV6,
  ArpOperation,
  decodeArp,
  decodeEthernet,
  decodeIpv6,
  decodeNeighbour,
  EtherType,
  encodeArpBroadcast,
  encodeIpv6Frame,
  encodeNeighbour,
  familyOf,
  type IpAddress,
  type Mac,
  NeighbourType,
  solicitedNodeGroup,
  WireError,
  ZERO_MAC,
} from "@viptools/wire";
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
    onFrame: (frame) => {
      const claim = readClaim(frame);
      const isOther =
        claim !== undefined && asked.includes(claim.ip) && claim.owner !== mac && claim.owner !== nicMac;
      if (isOther) conflict ??= new AddressConflict(claim.ip, claim.owner);
    },
  });
  try {
    for (let n = 0; n < PROBES && conflict === undefined; n++) {
      for (const address of asked) socket.send(encodeProbe(address, nicMac));
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

function encodeProbe(address: IpAddress, nicMac: Mac): Uint8Array {
  if (familyOf(address) === 6) return encodeDetection(address, nicMac);
  return encodeArpBroadcast({
    operation: ArpOperation.request,
    senderMac: nicMac,
    senderIp: ANY_IPV4,
    targetMac: ZERO_MAC,
    targetIp: address,
  });
}

function encodeDetection(target: IpAddress, nicMac: Mac): Uint8Array {
  const group = solicitedNodeGroup(target);
  const question = { type: NeighbourType.solicitation, target, linkLayer: undefined };
  return encodeIpv6Frame(encodeNeighbour(question, ANY_IPV6, group), nicMac);
}

/** Who says what: an owner in any ARP packet or advertisement of its own, or another one that probes just now. */
function readClaim({ bytes, direction }: CapturedFrame): { ip: IpAddress; owner: Mac } | undefined {
  if (direction === "out") return undefined;
  try {
    const { etherType, payload, source } = decodeEthernet(bytes);
    if (etherType === EtherType.ipv6) {
      const message = decodeNeighbour(decodeIpv6(payload));
      return { ip: message.target, owner: message.linkLayer ?? source };
    }
    const { senderIp, senderMac, targetIp } = decodeArp(payload);
    return { ip: senderIp === ANY_IPV4 ? targetIp : senderIp, owner: senderMac };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
