/**
 * Capture files full of ARP, made from a seed.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { ArpOperation, encodeArpBroadcast, ipv4ToBytes, macToBytes, ZERO_MAC } from "@viptools/wire";

export interface ArpCapture {
  readonly frames: number;
  /** How many different MACs and addresses speak. */
  readonly hosts: number;
}

const FILE_HEADER_LENGTH = 24;
const PACKET_HEADER_LENGTH = 16;
/** Frames of Ethernet are padded to this. */
const FRAME_LENGTH = 60;
const ROW_LENGTH = PACKET_HEADER_LENGTH + FRAME_LENGTH;
const ROWS_IN_PIECE = 4096;
const MICROSECOND_MAGIC = 0xa1b2c3d4;
const ETHERNET = 1;
const START_SECONDS = 1_700_000_000;
const FRAMES_A_SECOND = 10_000;
/** Of ten frames, this many are questions; the others are their answers. */
const QUESTIONS_OF_TEN = 6;

/** Writes a pcap file (draft-ietf-opsawg-pcap) of frames in random order. */
export function writeArpCapture(path: string, { frames, hosts }: ArpCapture): void {
  const descriptor = openSync(path, "w");
  writeSync(descriptor, fileHeader());
  const random = randomNumbers(1);
  const piece = Buffer.alloc(ROW_LENGTH * ROWS_IN_PIECE);
  const question = encodeArpBroadcast({
    operation: ArpOperation.request,
    senderMac: ZERO_MAC,
    senderIp: "0.0.0.0",
    targetMac: ZERO_MAC,
    targetIp: "0.0.0.0",
  });
  for (let n = 0; n < frames; ) {
    let rows = 0;
    for (; rows < ROWS_IN_PIECE && n < frames; rows++, n++) {
      const [asker, owner] = [random(hosts), random(hosts)];
      const isQuestion = random(10) < QUESTIONS_OF_TEN;
      writeRow(piece.subarray(rows * ROW_LENGTH), n, question);
      fill(piece.subarray(rows * ROW_LENGTH + PACKET_HEADER_LENGTH), asker, owner, isQuestion);
    }
    writeSync(descriptor, piece, 0, rows * ROW_LENGTH);
  }
  closeSync(descriptor);
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(FILE_HEADER_LENGTH);
  header.writeUInt32LE(MICROSECOND_MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(ETHERNET, 20);
  return header;
}

function writeRow(row: Buffer, n: number, frame: Uint8Array): void {
  row.writeUInt32LE(START_SECONDS + Math.floor(n / FRAMES_A_SECOND), 0);
  row.writeUInt32LE((n % FRAMES_A_SECOND) * (1_000_000 / FRAMES_A_SECOND), 4);
  row.writeUInt32LE(FRAME_LENGTH, 8);
  row.writeUInt32LE(FRAME_LENGTH, 12);
  row.set(frame, PACKET_HEADER_LENGTH);
}

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

/** The same numbers for the same seed (mulberry32). @returns a function: from 0 to under its limit. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
