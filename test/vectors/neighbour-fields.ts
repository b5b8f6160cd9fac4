/**
 * ARP and neighbour discovery in a capture as tshark reads it, beside the records in which arp-listen tells it.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";
import { attemptBeside } from "../lab/shell.ts";
import type { Pair } from "./tshark-fields.ts";

export type Told =
  | RecordOf<"arp.seen">
  | RecordOf<"ndp.seen">
  | RecordOf<"arp.malformed">
  | RecordOf<"ndp.malformed">;

const COLUMNS = [
  "frame.time_epoch",
  "eth.src",
  "sll.src.eth",
  "eth.dst",
  "ieee8021ad.id",
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
  "arp.isgratuitous",
  "arp.isannouncement",
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
/** What is of ATM by its hardware type goes by `atmarp` there. */
const WANTED = 'frame.protocols contains "arp" || icmpv6.type == 135 || icmpv6.type == 136';

/** A frame by the names of tshark's fields; empty where it has nothing to say. */
export type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** @returns every frame of ARP or neighbour discovery that tshark finds in a capture, in order. */
export async function tsharkRows(path: string): Promise<Row[]> {
  const fields = COLUMNS.flatMap((column) => ["-e", column]);
  const argv = ["tshark", "-r", path, "-Y", WANTED, "-T", "fields", ...fields];
  const { stdout, stderr, code } = await attemptBeside(argv);
  if (code !== 0) throw new Error(`tshark ended with ${code}: ${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const cells = line.split("\t");
      return Object.fromEntries(COLUMNS.map((column, n) => [column, cells[n] ?? ""])) as Row;
    });
}

export const isArp = (row: Row): boolean => row["icmpv6.type"] === "";

/**
 * How it has to be told: `seen` is ARP for IPv4 over Ethernet that stands there in full, and a neighbour message that
 * receivers may believe (RFC 4861 §7.1). Who names other hardware, came over a router or has a code may be seen or
 * malformed, with a flag. All else is malformed.
 */
export function expectedKind(row: Row): "seen" | "odd" | "malformed" {
  return isArp(row) ? expectedOfArp(row) : expectedOfNeighbour(row);
}

function expectedOfArp(row: Row): "seen" | "odd" | "malformed" {
  if (isOtherHardware(row)) return "odd";
  const form = [row["arp.proto.type"], row["arp.hw.size"], row["arp.proto.size"]].join();
  return form === "0x0800,6,4" && !row["_ws.malformed"].includes("ARP/RARP") ? "seen" : "malformed";
}

function expectedOfNeighbour(row: Row): "seen" | "odd" | "malformed" {
  if (row["icmpv6.checksum.status"] !== "1" || row["_ws.malformed"].includes("ICMPv6")) return "malformed";
  return row["icmpv6.code"] === "0" && row["ipv6.hlim"] === "255" ? "seen" : "odd";
}

/** True for ARP of other hardware than Ethernet, whose fields are where they always are. */
function isOtherHardware(row: Row): boolean {
  return row["arp.hw.type"] !== "1";
}

/** Every field that both have, in tshark's spelling. */
export function compareTold(row: Row, told: Told): Pair[] {
  const [whole = "", fraction = ""] = row["frame.time_epoch"].split(".");
  const stamp = `${new Date(Number(whole) * 1000).toISOString().slice(0, 19)}.${fraction.padEnd(9, "0")}Z`;
  const [vlan = ""] = `${row["ieee8021ad.id"]},${row["vlan.id"]}`.split(",").filter((id) => id !== "" && id !== "0");
  const common: Pair[] = [
    ["time", told.ts, stamp],
    ["source", told.eth_src ?? "", row["eth.src"] || row["sll.src.eth"]],
    ["vlan", told.vlan === undefined ? "" : String(told.vlan), vlan],
    ...(row["eth.dst"] === "" ? [] : [["destination", told.eth_dst, row["eth.dst"]] as const]),
  ];
  if (told.type === "arp.seen") return [...common, ...compareArp(row, told)];
  return told.type === "ndp.seen" ? [...common, ...compareNeighbour(row, told)] : common;
}

const GRATUITOUS: readonly string[] = ["announcement", "gratuitous_request", "gratuitous_reply"];

function compareArp(row: Row, told: RecordOf<"arp.seen">): Pair[] {
  // Where the hardware type is that of ATM, tshark looks for ATM's own fields.
  if (row["arp.hw.type"] === "") return [];
  // It takes the addresses of hardware that it does not know for no MACs.
  const macs: Pair[] = isOtherHardware(row)
    ? []
    : [
        ["sha", told.sha, row["arp.src.hw_mac"]],
        ["tha", told.tha, row["arp.dst.hw_mac"]],
      ];
  // It knows requests and replies apart from all other operations, and of these it says nothing.
  const isKnown = told.operation === 1 || told.operation === 2;
  const isAnnouncement = told.kind === "announcement";
  return [
    ...macs,
    ["operation", String(told.operation), row["arp.opcode"]],
    ["spa", told.spa, row["arp.src.proto_ipv4"]],
    ["tpa", told.tpa, row["arp.dst.proto_ipv4"]],
    ...(isKnown && told.kind !== "probe"
      ? ([["is gratuitous", GRATUITOUS.includes(told.kind), row["arp.isgratuitous"] === "1"]] as const)
      : []),
    ...(isKnown && macs.length > 0
      ? ([["is announcement", isAnnouncement, row["arp.isannouncement"] === "1"]] as const)
      : []),
  ];
}

function compareNeighbour(row: Row, told: RecordOf<"ndp.seen">): Pair[] {
  const isSolicitation = row["icmpv6.type"] === "135";
  const kind = isSolicitation ? (row["ipv6.src"] === "::" ? "dad" : "solicitation") : "advertisement";
  const target = isSolicitation ? row["icmpv6.nd.ns.target_address"] : row["icmpv6.nd.na.target_address"];
  const flag = (value: boolean | undefined): string => (value === undefined ? "" : value ? "1" : "0");
  return [
    ["kind", told.kind, kind],
    ["ipv6.src", told.source, row["ipv6.src"]],
    ["ipv6.dst", told.destination, row["ipv6.dst"]],
    ["target", told.target, target],
    ["lladdr", told.lladdr ?? "", row["icmpv6.opt.linkaddr"]],
    ["router", flag(told.is_router), row["icmpv6.nd.na.flag.r"]],
    ["solicited", flag(told.is_solicited), row["icmpv6.nd.na.flag.s"]],
    ["override", flag(told.is_override), row["icmpv6.nd.na.flag.o"]],
  ];
}
