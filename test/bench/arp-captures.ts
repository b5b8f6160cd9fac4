/**
 * Capture files full of ARP, made from a seed.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from "node:fs";
import {
  ArpOperation,
  encodeArpBroadcast,
  ipv4ToBytes,
  LinkType,
  macToBytes,
  PcapBatch,
  ZERO_MAC,
} from "@viptools/wire";
import { Random } from "../simulation/random.ts";

export interface ArpCapture {
  readonly frames: number;
  /** How many different MACs and addresses speak. */
  readonly hosts: number;
}

/** Frames of Ethernet are padded to this. */
const FRAME_LENGTH = 60;
const PIECE_BYTES = 1 << 18;
const START_SECONDS = 1_700_000_000;
const FRAMES_A_SECOND = 10_000;
const NANOSECONDS = 1_000_000_000;
const QUESTIONS_PERMILLE = 600;

/** Writes a pcap file of questions and answers between random hosts. */
export function writeArpCapture(path: string, { frames, hosts }: ArpCapture): void {
  const descriptor = openSync(path, "w");
  const random = new Random(1);
  const pick = (): number => Math.floor(random.below(hosts));
  const frame = Buffer.alloc(FRAME_LENGTH);
  frame.set(QUESTION);
  let batch = new PcapBatch(PIECE_BYTES);
  batch.begin(LinkType.ethernet);
  for (let n = 0; n < frames; n++) {
    if (!batch.fits(FRAME_LENGTH)) {
      writeSync(descriptor, batch.written);
      batch = new PcapBatch(PIECE_BYTES);
    }
    fill(frame, pick(), pick(), random.happens(QUESTIONS_PERMILLE));
    const nanoseconds = (n % FRAMES_A_SECOND) * (NANOSECONDS / FRAMES_A_SECOND);
    batch.add(frame, START_SECONDS + Math.floor(n / FRAMES_A_SECOND), nanoseconds, FRAME_LENGTH);
  }
  writeSync(descriptor, batch.written);
  closeSync(descriptor);
}

/** What all frames have in common. */
const QUESTION = encodeArpBroadcast({
  operation: ArpOperation.request,
  senderMac: ZERO_MAC,
  senderIp: "0.0.0.0",
  targetMac: ZERO_MAC,
  targetIp: "0.0.0.0",
});

/** Who asks, or answers: the fields that differ from frame to frame. */
function fill(frame: Buffer, asker: number, owner: number, isQuestion: boolean): void {
  const [sender, target] = isQuestion ? [asker, owner] : [owner, asker];
  frame.fill(0xff, 0, 6);
  if (!isQuestion) frame.set(macOf(target), 0);
  frame.set(macOf(sender), 6);
  frame[21] = isQuestion ? ArpOperation.request : ArpOperation.reply;
  frame.set(macOf(sender), 22);
  frame.set(addressOf(sender), 28);
  frame.fill(0, 32, 38);
  if (!isQuestion) frame.set(macOf(target), 32);
  frame.set(addressOf(target), 38);
}

const macs = new Map<number, Uint8Array>();
const addresses = new Map<number, Uint8Array>();

function macOf(host: number): Uint8Array {
  let known = macs.get(host);
  if (known === undefined) {
    // Spread out, so that neither a hash table nor a sorted one is served well.
    const spread = Math.imul(host + 1, 2_654_435_761) >>> 0;
    const hex = `02${(host & 0xff).toString(16).padStart(2, "0")}${spread.toString(16).padStart(8, "0")}`;
    known = macToBytes(hex.replace(/(..)(?=.)/g, "$1:"));
    macs.set(host, known);
  }
  return known;
}

function addressOf(host: number): Uint8Array {
  let known = addresses.get(host);
  if (known === undefined) {
    known = ipv4ToBytes(`10.${(host >> 16) & 0xff}.${(host >> 8) & 0xff}.${host & 0xff}`);
    addresses.set(host, known);
  }
  return known;
}
