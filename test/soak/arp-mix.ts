/**
 * ARP as a busy and a hostile network has it, from a seed: pure.
 *
 * @module
 */
import { ArpOperation, encodeArpBroadcast, ipv4ToBytes, macToBytes, ZERO_MAC } from "@viptools/wire";
import { Random } from "../simulation/random.ts";
import { addressOf, macOf } from "./forged.ts";

/** What nobody has, and is asked for. */
export const ASKED_IP = "192.0.2.77";
const REGULARS = 500;
/** Of 100: who was never heard before, and what asks for {@link ASKED_IP}. */
const FORGED_SHARE = 30;
const ASKING_SHARE = 2;
const SOURCE_MAC_AT = 6;
const SENDER_MAC_AT = 22;
const SENDER_IP_AT = 28;

const toward = (targetIp: string): Uint8Array =>
  encodeArpBroadcast({
    operation: ArpOperation.request,
    senderMac: macOf(0),
    senderIp: addressOf(0),
    targetMac: ZERO_MAC,
    targetIp,
  });
const ANY = toward("10.255.255.255");
const ASKING = toward(ASKED_IP);

export class ArpMix {
  readonly #random: Random;
  #sent = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  next(): Uint8Array {
    this.#sent += 1;
    const isForged = this.#random.below(100) < FORGED_SHARE;
    const host = isForged ? REGULARS + this.#sent : Math.floor(this.#random.below(REGULARS));
    // Now and then an address moves to another MAC.
    const macHost = this.#random.below(1000) < 1 ? host + 1 : host;
    const frame = Uint8Array.from(this.#random.below(100) < ASKING_SHARE ? ASKING : ANY);
    const mac = macToBytes(macOf(macHost));
    frame.set(mac, SOURCE_MAC_AT);
    frame.set(mac, SENDER_MAC_AT);
    frame.set(ipv4ToBytes(addressOf(host)), SENDER_IP_AT);
    return frame;
  }
}
