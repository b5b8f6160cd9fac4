/**
 * One interface and the virtual routers on it: a single capture, read once for all of them, and what is known about the
 * link and its addresses.
 *
 * @module
 */
import {
  CARRIED_FILTER,
  type CapturedFrame,
  type InterfaceAddress,
  joinGroup,
  type Link,
  type Membership,
  openPacketSender,
  type PacketSender,
  PacketSocket,
  speakerFilter,
} from "@viptools/kernel";
import {
  EtherType,
  type IpAddress,
  IpProtocol,
  isLinkLocal,
  type Mac,
  macFromBytes,
  vrrpGroup,
} from "@viptools/wire";
import { isMoving } from "./moving-address.ts";
import { peekInstance } from "./receive.ts";
import type { Speaker } from "./speaker.ts";

const IPV4_PROTOCOL_AT = 23;
const IPV6_NEXT_HEADER_AT = 20;
const SOURCE_MAC_AT = 6;

export class Port {
  readonly interfaceName: string;
  readonly ifindex: number;
  readonly #socket: PacketSocket;
  readonly #speakers = new Map<string, Speaker>();
  readonly #memberships = new Map<4 | 6, Membership>();
  readonly #senders = new Map<4 | 6, PacketSender>();
  #addresses: readonly InterfaceAddress[] = [];
  #link: Link | undefined;
  /** The link has carried no frame since it came up. */
  #isDeaf = true;
  #watchedMacs: readonly Mac[] = [];
  #isFilterDue = false;
  #isClosed = false;

  /** @throws {KernelError} EPERM without CAP_NET_RAW. */
  constructor(interfaceName: string, ifindex: number) {
    this.interfaceName = interfaceName;
    this.ifindex = ifindex;
    this.#socket = new PacketSocket({
      ifindex,
      filter: CARRIED_FILTER,
      onFrame: (frame) => this.#hear(frame),
    });
  }

  get speakers(): readonly Speaker[] {
    return [...this.#speakers.values()];
  }

  get isRunning(): boolean {
    return this.#link?.isRunning === true;
  }

  get isDeaf(): boolean {
    return this.#isDeaf;
  }

  get mac(): Mac | undefined {
    return this.#link?.mac;
  }

  get mtu(): number {
    return this.#link?.mtu ?? 1500;
  }

  /** Frames that the kernel could not queue for us. */
  dropped(): number {
    return this.#socket.dropped();
  }

  add(speaker: Speaker): void {
    const { family, vrid } = speaker.options;
    if (!this.#memberships.has(family))
      this.#memberships.set(family, joinGroup(this.interfaceName, this.ifindex, vrrpGroup(family)));
    this.#speakers.set(`${family}/${vrid}`, speaker);
  }

  remove(speaker: Speaker): void {
    const { family, vrid } = speaker.options;
    this.#speakers.delete(`${family}/${vrid}`);
  }

  /** What the kernel says about the link now. */
  setLink(link: Link): void {
    const before = this.#link;
    const wasRunning = this.isRunning;
    this.#link = link;
    if (before !== undefined && (before.mac !== link.mac || before.mtu !== link.mtu))
      for (const speaker of this.speakers) speaker.addressesChanged();
    if (before === undefined && link.isRunning && link.heardFrames > 0) this.#carried();
    else if (!wasRunning && this.isRunning) this.#listenForAnything();
    for (const speaker of this.speakers) speaker.linkChanged(this.isRunning);
  }

  /** What the kernel says about the addresses of the interface now, in its order. */
  setAddresses(addresses: readonly InterfaceAddress[]): void {
    this.#addresses = addresses;
    for (const speaker of this.speakers) speaker.addressesChanged();
  }

  /** Everything of a family that is ours, the source of adverts first: the link-local address, over IPv6. VIPs are last. */
  addresses(family: 4 | 6): IpAddress[] {
    const own = this.#addresses.filter((found) => found.family === family && !found.isTentative);
    const all = [...own.filter((found) => !isMoving(found)), ...own.filter(isMoving)].map(
      ({ address }) => address,
    );
    return family === 4
      ? all
      : [...all.filter(isLinkLocal), ...all.filter((address) => !isLinkLocal(address))];
  }

  owns(address: IpAddress): boolean {
    return this.#addresses.some((found) => found.address === address);
  }

  /** @throws {KernelError} ENETDOWN, ENOBUFS. */
  send(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  /** By the host's own stack, so from the NIC's MAC. @throws {KernelError} */
  sendPacket(family: 4 | 6, packet: Uint8Array, destination: IpAddress): void {
    const sender = this.#senders.get(family) ?? openPacketSender(this.interfaceName, family);
    this.#senders.set(family, sender);
    sender.send(packet, destination);
  }

  /** Reads what waits, before a timer is believed (S6). */
  drain(): void {
    this.#socket.drain();
  }

  /**
   * Hears, soon, who else sends from the virtual MACs that are Active here. The kernel compiles each filter, which takes
   * longer than an advert: when hundreds become Active in one turn, that is done once.
   */
  watchOwnMacs(): void {
    if (this.#isFilterDue) return;
    this.#isFilterDue = true;
    setImmediate(() => {
      this.#isFilterDue = false;
      if (!this.#isDeaf && !this.#isClosed) this.#applyFilter();
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const membership of this.#memberships.values()) membership.leave();
    for (const sender of this.#senders.values()) sender.close();
    this.#socket.close();
  }

  #applyFilter(): void {
    const macs = this.speakers.flatMap(({ isSpeaking, options }) => (isSpeaking && options.vmac) || []);
    if (macs.join() === this.#watchedMacs.join()) return;
    this.#watchedMacs = macs;
    this.#socket.setFilter(speakerFilter(macs));
  }

  #listenForAnything(): void {
    this.#isDeaf = true;
    this.#socket.setFilter(CARRIED_FILTER);
  }

  /** Tagged frames belong to other interfaces, frames that go out say nothing new. */
  #hear(frame: CapturedFrame): void {
    if (frame.direction === "out" || frame.vlan !== undefined) return;
    if (this.#isDeaf) this.#carried();
    if (isVrrp(frame.bytes)) {
      this.#speakerOf(frame.bytes)?.hear(frame.bytes);
      return;
    }
    const source = macFromBytes(frame.bytes, SOURCE_MAC_AT);
    for (const speaker of this.#speakers.values()) if (speaker.options.vmac === source) speaker.hearOwnMac();
  }

  /** @returns who counts it: its virtual router, or for an unknown one any router of the family. */
  #speakerOf(frame: Uint8Array): Speaker | undefined {
    const found = peekInstance(frame);
    if (found === undefined) return undefined;
    const { family, vrid } = found;
    return (
      this.#speakers.get(`${family}/${vrid}`) ??
      this.speakers.find((speaker) => speaker.options.family === family)
    );
  }

  #carried(): void {
    this.#isDeaf = false;
    this.#watchedMacs = [];
    this.#socket.setFilter(speakerFilter([]));
    for (const speaker of this.speakers) speaker.holdChanged();
    this.watchOwnMacs();
  }
}

function isVrrp(frame: Uint8Array): boolean {
  const etherType = (frame[12]! << 8) | frame[13]!;
  if (etherType === EtherType.ipv4) return frame[IPV4_PROTOCOL_AT] === IpProtocol.vrrp;
  return etherType === EtherType.ipv6 && frame[IPV6_NEXT_HEADER_AT] === IpProtocol.vrrp;
}
