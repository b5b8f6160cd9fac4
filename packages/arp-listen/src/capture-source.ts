/**
 * Packets of a capture file, or of standard input, at the speed of who takes them.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import { KernelError, openOctets, STANDARD_INPUT } from "@viptools/kernel";
import { type CapturedPacket, CaptureReader, LinkType, WireError } from "@viptools/wire";

/**
 * @param bytes a view that is valid during the call.
 * @param linkType one of {@link LinkType}.
 * @param seconds since 1970; `nanoseconds` go with it.
 * @param length how long the packet was on the wire, where the capture cut it.
 * @returns false to read no further.
 */
export type OnPacket = (
  bytes: Uint8Array,
  linkType: number,
  seconds: number,
  nanoseconds: number,
  length: number,
) => boolean;

/** What is taken without a look at who reads our output: a few hundred packets. */
const STEP_BYTES = 1 << 15;

const READABLE: readonly number[] = Object.values(LinkType);
/** Those that people come across, by the names of https://www.tcpdump.org/linktypes.html. */
const LINK_NAMES: Readonly<Record<number, string>> = {
  0: "BSD loopback",
  9: "PPP",
  101: "raw IP",
  105: "IEEE 802.11",
  107: "Frame Relay",
  127: "IEEE 802.11 with radiotap",
  228: "raw IPv4",
  229: "raw IPv6",
  253: "netlink",
};

/**
 * @param path "-" for standard input.
 * @param onPacket called for each packet in the file's order.
 * @param afterStep called after every few hundred packets; what it returns is waited for before more is read.
 * @throws {ExitError} noFile; badInput, once what can be read was given to `onPacket`.
 */
export async function readCapture(
  path: string,
  onPacket: OnPacket,
  afterStep: () => Promise<void> | undefined,
): Promise<void> {
  const name = path === STANDARD_INPUT ? "standard input" : `"${path}"`;
  const reader = new CaptureReader();
  for await (const piece of await openPieces(path, name)) {
    for (let at = 0; at < piece.length; at += STEP_BYTES) {
      reader.push(piece.subarray(at, at + STEP_BYTES));
      if (!takeAll(reader, name, onPacket)) return;
      const wait = afterStep();
      if (wait !== undefined) await wait;
    }
  }
  orBadInput(name, () => reader.end());
}

async function openPieces(path: string, name: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    return orBadPiece(name, await openOctets(path));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new ExitError(ExitCode.noFile, `cannot read ${name}: ${error.code}, needs a capture file`);
  }
}

async function* orBadPiece(name: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new ExitError(ExitCode.badInput, `cannot read ${name}: ${error.code}, needs a capture file`);
  }
}

/** @returns false if no more is wanted. */
function takeAll(reader: CaptureReader, name: string, onPacket: OnPacket): boolean {
  const next = (): Readonly<CapturedPacket> | undefined => orBadInput(name, () => reader.next());
  for (let packet = next(); packet !== undefined; packet = next()) {
    const { bytes, linkType, seconds, nanoseconds, length } = packet;
    if (linkType !== LinkType.ethernet) checkLinkType(linkType, name);
    if (!onPacket(bytes, linkType, seconds, nanoseconds, length)) return false;
  }
  return true;
}

function checkLinkType(linkType: number, name: string): void {
  if (READABLE.includes(linkType)) return;
  const seen = `link type is ${linkType}${LINK_NAMES[linkType] === undefined ? "" : ` (${LINK_NAMES[linkType]})`}`;
  const needs = "needs 1 (Ethernet), 113 or 276 (Linux cooked)";
  throw new ExitError(ExitCode.badInput, `cannot read ${name}: ${seen}, ${needs}`);
}

function orBadInput<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ExitError(ExitCode.badInput, `${name}: ${error.message}`);
  }
}
