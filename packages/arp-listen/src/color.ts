/**
 * Colours for people who ask for them: pure.
 *
 * @module
 */
import type { KnownRecord } from "@viptools/records";

const RESET = "\x1b[0m";
const RED = "\x1b[31m";
const YELLOW = "\x1b[33m";
const CYAN = "\x1b[36m";

/** @param line what is said of the record, without control characters. */
export function paint(record: KnownRecord, line: string): string {
  const color = colorOf(record);
  return color === undefined ? line : `${color}${line}${RESET}`;
}

function colorOf(record: KnownRecord): string | undefined {
  switch (record.type) {
    case "arp.conflict":
    case "arp.flip_flop":
    case "arp.malformed":
    case "ndp.malformed":
    case "tool.error":
      return RED;
    case "arp.changed":
      return YELLOW;
    case "arp.seen":
    case "ndp.seen":
      if (record.flags.length > 0) return YELLOW;
      return record.kind === "request" || record.kind === "reply" ? undefined : CYAN;
    default:
      return undefined;
  }
}
