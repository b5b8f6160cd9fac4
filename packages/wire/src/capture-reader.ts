/**
 * Packets out of a capture file of either format, which comes in pieces of any size. Pure: who reads the file pushes what
 * it has, and takes packets until there is none.
 *
 * @module
 */
import { ByteWindow } from "./byte-window.ts";
import { type CapturedPacket, failAt } from "./captured-packet.ts";
import { decodePcapHeader, isPcap, PCAP_HEADER_LENGTH, PcapPackets } from "./pcap.ts";
import { isPcapng, PcapngPackets } from "./pcapng.ts";

const MAGIC_LENGTH = 4;
const GZIP_MAGIC = 0x1f8b;

export class CaptureReader {
  readonly #window = new ByteWindow();
  #packets: PcapPackets | PcapngPackets | undefined;

  /** Copies the piece: the caller may use its memory again. Views of earlier packets are not valid any more. */
  push(piece: Uint8Array): void {
    this.#window.push(piece);
  }

  /**
   * @returns the next packet, always in the same object; undefined if the pieces so far hold no further one.
   * @throws {WireError} what was seen and at which offset of the file: `type` without a magic, `version`, `length` for one
   * that cannot be, `value` for a time or an interface that is none. Nothing can be read after it.
   */
  next(): Readonly<CapturedPacket> | undefined {
    this.#packets ??= recognize(this.#window);
    return this.#packets?.next();
  }

  /** Tells that no further piece comes. @throws {WireError} `length` if the file is empty or cut. */
  end(): void {
    const { offset, waiting, wanted } = this.#window;
    if (offset + waiting === 0) failAt("length", 0, "the file ends: it is empty");
    if (this.#packets !== undefined && waiting === 0) return;
    const within = this.#packets === undefined ? "its header" : `the packet that begins at ${offset}`;
    const seen = `the file ends within ${within}, needs ${wanted - waiting} more octets at least`;
    failAt("length", offset + waiting, seen);
  }
}

/** @returns undefined until the header waits. @throws {WireError} as {@link CaptureReader.next} does. */
function recognize(window: ByteWindow): PcapPackets | PcapngPackets | undefined {
  if (!window.has(MAGIC_LENGTH)) return undefined;
  const { view, at } = window;
  if (isPcapng(view, at)) return new PcapngPackets(window);
  if (!isPcap(view, at)) failMagic(view, at);
  if (!window.has(PCAP_HEADER_LENGTH)) return undefined;
  window.at = at + PCAP_HEADER_LENGTH;
  return new PcapPackets(window, decodePcapHeader(view, at));
}

function failMagic(view: DataView, at: number): never {
  const seen = `0x${view.getUint32(at).toString(16).padStart(8, "0")}`;
  const hint = view.getUint16(at) === GZIP_MAGIC ? " (gzip: unpack it first)" : "";
  return failAt("type", 0, `${seen} stands${hint}, needs the magic of pcap or pcapng`);
}
