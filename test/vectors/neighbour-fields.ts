/**
 * ARP and neighbour discovery in a capture as tshark reads it, and as arp-listen's records tell it: the same fields in the
 * same form, to be compared.
 *
 * @module
 */

import { attempt } from "../lab/shell.ts";

/** Of tshark, in the order of its columns. */
const COLUMNS = [
  "frame.number",
  "frame.time_epoch",
  "eth.src",
  "sll.src.eth",
  "eth.dst",
  "vlan.id",
  "arp.hw.type",
  "arp.proto.type",
  "arp.hw.size",
  "arp.proto.size",
  "arp.opcode",
  "arp.src.hw_mac",
  "arp.src.proto_ipv4",
  "arp.dst.hw_mac",
  "arp.dst.proto_ipv4",
  "icmpv6.type",
  "icmpv6.code",
  "icmpv6.checksum.status",
  "ipv6.hlim",
  "ipv6.src",
  "ipv6.dst",
  "icmpv6.nd.ns.target_address",
  "icmpv6.nd.na.target_address",
  "icmpv6.nd.na.flag.r",
  "icmpv6.nd.na.flag.s",
  "icmpv6.nd.na.flag.o",
  "icmpv6.opt.linkaddr",
  "_ws.malformed",
] as const;
const WANTED = "arp || icmpv6.type == 135 || icmpv6.type == 136";

/** A frame by tshark's column names; empty where it has nothing to say. */
export type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** @returns every frame of ARP or neighbour discovery that tshark finds in a capture. */
export function tsharkRows(path: string): Row[] {
  const fields = COLUMNS.flatMap((column) => ["-e", column]);
  const { stdout, stderr, code } = attempt(["tshark", "-r", path, "-Y", WANTED, "-T", "fields", ...fields]);
  if (code !== 0 && stdout === "") throw new Error(`tshark ended with ${code}: ${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const cells = line.split("\t");
      return Object.fromEntries(COLUMNS.map((column, n) => [column, cells[n] ?? ""])) as Row;
    });
}
