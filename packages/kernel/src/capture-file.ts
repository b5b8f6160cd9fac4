/**
 * Capture files (pcap and pcapng), read by libpcap through npm's `pcap`. Time stamps have microseconds: the package cuts
 * the rest.
 *
 * @module
 */
import { createRequire } from "node:module";

export interface FilePacket {
  /** The caller's own copy. */
  readonly bytes: Uint8Array;
  /** How long the packet was on the wire. */
  readonly length: number;
  readonly realtimeNs: bigint;
}

/** The part of `pcap` that is used; its own types name neither header nor link type rightly. */
interface PcapSession {
  readonly link_type: string;
  on(event: "packet", listener: (packet: { buf: Buffer; header: Buffer }) => void): void;
  on(event: "complete", listener: () => void): void;
  close(): void;
}

/** A file that is not there, is no capture, or carries frames of another kind than Ethernet. */
export class CaptureFileError extends Error {
  override readonly name: string = "CaptureFileError";
}

/**
 * @param filter in libpcap's language; empty for all.
 * @param onPacket called for each packet in the file's order, before the promise is settled.
 * @throws {CaptureFileError}
 */
export async function readCaptureFile(
  path: string,
  filter: string,
  onPacket: (packet: FilePacket) => void,
): Promise<void> {
  const session = open(path, filter);
  if (session.link_type !== "LINKTYPE_ETHERNET") {
    throw new CaptureFileError(`Cannot read ${path}: link type is ${session.link_type}, needs Ethernet`);
  }
  session.on("packet", ({ buf, header }) => onPacket(copyPacket(buf, header)));
  await new Promise<void>((resolve) => session.on("complete", resolve));
}

function open(path: string, filter: string): PcapSession {
  const { createOfflineSession } = createRequire(import.meta.url)("pcap") as {
    createOfflineSession(path: string, options: { filter: string }): PcapSession;
  };
  try {
    return createOfflineSession(path, { filter });
  } catch (error) {
    throw new CaptureFileError(
      `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** `struct pcap_pkthdr` as the package lays it out: seconds, microseconds, captured length, length. */
function copyPacket(buffer: Buffer, header: Buffer): FilePacket {
  const seconds = BigInt(header.readUInt32LE(0));
  const microseconds = BigInt(header.readUInt32LE(4));
  return {
    bytes: Uint8Array.from(buffer.subarray(0, header.readUInt32LE(8))),
    length: header.readUInt32LE(12),
    realtimeNs: seconds * 1_000_000_000n + microseconds * 1000n,
  };
}
