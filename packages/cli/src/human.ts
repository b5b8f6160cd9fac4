/**
 * Records for people: one line each, the moment first, then who, what, and the fields that matter.
 *
 * @module
 */
import type { KnownRecord, RecordOf } from "@viptools/records";

type Writers = { [T in KnownRecord["type"]]?: (record: RecordOf<T>) => string };

const ARP_WORDS: Readonly<Record<string, string>> = {
  request: "Request",
  reply: "Reply",
  probe: "Probe",
  announcement: "Announcement",
  gratuitous_request: "Gratuitous request",
  gratuitous_reply: "Gratuitous reply",
  other: "Other operation",
};

const ownership = (word: string) => (r: RecordOf<"vmac.up">) =>
  `${r.instance} ${word} ${r.vips.join(" ")} ${r.mac} on ${r.interface} (${milliseconds(r.took_us)})`;

/** Types without a line of their own are shown as their fields. */
const WRITERS: Writers = {
  "vrrp.state": (r) =>
    `${r.instance} ${r.previous} -> ${r.state.toUpperCase()} (${r.reason}), priority ${r.priority}${
      r.active_address === undefined ? "" : `, active ${r.active_address} (${r.active_priority})`
    }`,
  "vrrp.peer": (r) =>
    `${r.instance} router ${r.address}${r.priority === undefined ? "" : ` priority ${r.priority}`}, ${protocolOf(r)}${
      r.interval_ms === undefined ? "" : ` every ${r.interval_ms} ms`
    }, ${list(r.vips)}from ${r.mac}${r.notes === undefined ? "" : ` [${r.notes.join("; ")}]`}`,
  "vrrp.changed": (r) =>
    `${r.instance} ACTIVE ${r.from === null ? "" : `${r.from} -> `}${r.to} (${r.reason}), gap ${r.gap_ms.toFixed(1)} ms`,
  "vrrp.healed": (r) => `${r.instance} healed: only ${r.to} is Active`,
  "vrrp.silent": (r) => `${r.instance} SILENT for ${r.gap_ms.toFixed(1)} ms: nobody is Active`,
  "vrrp.late": (r) =>
    `${r.instance} LATE: ${r.address} was silent for ${r.gap_ms.toFixed(1)} ms, needs an advert each ${r.interval_ms} ms`,
  "vrrp.vrid": (r) =>
    `${r.instance} ${r.active === null ? "nobody is Active any more" : `active ${r.routers.join(" and ")}`}, ${protocolOf(r)}, ${list(r.vips)}from ${r.mac}, ${r.free_vrids} VRIDs free`,
  "vrrp.rejected": (r) =>
    `${r.instance} rejected ${r.count} adverts: ${r.cause} ${r.peers.join(" ")} ${r.detail ?? ""}`,
  "vrrp.conflict": (r) => `${r.instance} CONFLICT ${r.cause} ${r.peers.join(" ")} ${r.detail ?? ""}`,
  "vrrp.reasserted": (r) => `${r.instance} REASSERTED: ${r.address} (${r.priority}) has spoken as Active too`,
  "vrrp.prepare": (r) => `${r.instance} may be Active within ${r.within_ms.toFixed(1)} ms`,
  "vrrp.stalled": (r) => `${r.instance} stalled for ${milliseconds(r.late_us)}`,
  "vmac.up": (r) => ownership("OWNS")(r),
  "vmac.down": (r) => ownership("released")({ ...r, type: "vmac.up" }),
  "vmac.prepared": (r) => ownership("is ready, muted, for")({ ...r, type: "vmac.up" }),
  "vmac.fenced": (r) => ownership("MUTED by the kernel:")({ ...r, type: "vmac.up" }),
  "vmac.repaired": (r) => `${r.instance} repaired: ${r.found.join(", ")} (${milliseconds(r.took_us)})`,
  "vmac.status": (r) =>
    `${r.instance} ${r.owner} owner ${r.owner_pid}, ${r.answers ? "ANSWERS" : "does not answer"} for ${r.vips.join(" ") || "no address"} with ${r.mac} on ${r.interface}${
      r.why.length === 0 ? "" : ` [${r.why.join("; ")}]`
    }`,
  "vmac.finding": (r) =>
    `${r.severity.toUpperCase()} ${r.code}: ${r.found}; ${r.consequence}; run: ${r.command}`,
  "vmac.probed": (r) =>
    `${r.target} ${answeredWords(r)} on ${r.interface}: ${r.verdict === "target_silent" ? "no verdict" : `frames from ${r.mac} ${r.verdict === "passes" ? "PASS" : "ARE BLOCKED"}`}`,
  "vmac.error": (r) => `${r.instance} ERROR ${r.message}`,
  "hide.added": (r) => `${r.interface} HIDES ${r.vips.join(" ")} by ${r.method} (${milliseconds(r.took_us)})`,
  "hide.removed": (r) =>
    `${r.interface} hides ${r.vips.join(" ")} no more, by ${r.method} (${milliseconds(r.took_us)})`,
  "hide.status": (r) =>
    `${r.interface} ${r.is_whole ? "hides" : "DOES NOT wholly hide"} ${r.vips.join(" ")} by ${r.method}${
      r.why.length === 0 ? "" : ` [${r.why.join("; ")}]`
    }`,
  "hide.checked": (r) =>
    `${r.ip} ${r.owners.length === 0 ? "nobody answers" : `answered by ${r.owners.map(answererWords).join(" and ")}`}: ${r.asked} questions on ${r.interface}`,
  "garp.sent": (r) =>
    `announced ${r.ip} is-at ${r.sha} (${r.is_router ? "router " : ""}${r.form}) on ${r.interface}`,
  "garp.answered": (r) =>
    `answered ${r.asker ?? "somebody"} (${r.tha}): ${r.ip} is-at ${r.sha} (${r.is_router ? "router " : ""}${r.form}) on ${r.interface}${
      r.vlan === undefined ? "" : `, vlan ${r.vlan}`
    }`,
  "garp.probed": (r) => `asked who has ${r.ip} (${r.form}) on ${r.interface}`,
  "garp.found": (r) => `${r.ip} ${foundWords(r)}`,
  "garp.planned": (r) =>
    `would send after ${r.after_ms.toFixed(1)} ms on ${r.interface}: ${r.form} ${r.ip} is-at ${r.sha} ${r.frame_hex}`,
  "garp.round": (r) =>
    `round ${r.n}: ${r.sent} sent${r.reports ? ` (${r.reports} MLD reports)` : ""}, ${r.fenced} fenced, ${r.failed} failed on ${r.interface} (${milliseconds(r.took_us)})`,
  "arp.seen": (r) =>
    `ARP, ${ARP_WORDS[r.kind]} ${
      r.operation === 2 ? `${r.spa} is-at ${r.sha}` : `who-has ${r.tpa} (${r.tha}) tell ${r.spa}`
    }${placeOf(r)}`,
  "ndp.seen": (r) =>
    `IP6 ${r.source} > ${r.destination ?? "?"}: ICMP6, ${
      r.kind === "advertisement"
        ? `neighbor advertisement${r.is_solicited ? "" : ", unsolicited"}, tgt is ${r.target}${
            r.lladdr === undefined ? "" : ` (${r.lladdr})`
          }${r.is_router ? ", router" : ""}${r.is_override ? ", override" : ""}`
        : `neighbor solicitation${r.kind === "dad" ? ", duplicate address detection" : ""}, who has ${r.target}`
    }${placeOf(r)}`,
  "arp.malformed": (r) => `ARP, MALFORMED: ${r.detail}${placeOf(r)}`,
  "ndp.malformed": (r) => `ICMP6, MALFORMED: ${r.detail}${placeOf(r)}`,
  "arp.changed": (r) => `${r.ip} MOVED to ${ownersOf(r)}`,
  "arp.conflict": (r) => `${r.ip} CONFLICT: claimed by ${ownersOf(r)}`,
  "arp.flip_flop": (r) => `${r.ip} GOES TO AND FRO: back at ${ownersOf(r)}`,
  "arp.kernel": (r) =>
    `kernel ${r.verdict.toUpperCase()} ${r.ip} is-at ${r.wire_mac}, entry ${
      r.state === null ? "none" : `${r.kernel_mac ?? "without MAC"} ${r.state}`
    }: ${r.because}`,
  "probe.asked": (r) =>
    `${askedWords(r)} ${r.rtt_us === null ? "no answer" : `answered in ${milliseconds(r.rtt_us)}`} (ask ${r.n})`,
  "probe.lost": (r) => `${askedWords(r)} stopped answering${neighbourWords(r)}`,
  "probe.back": (r) =>
    `${askedWords(r)} answers again after ${r.outage_ms.toFixed(1)} ms, ${r.lost} lost${movedWords(r)}`,
  "probe.summary": (r) =>
    `${askedWords(r)}: ${r.asked} asked, ${r.lost} lost, longest outage ${r.outage_ms.toFixed(1)} ms${
      r.answer_p50_ms === undefined
        ? ""
        : `; answers in ${fine(r.answer_p50_ms)} ms, p95 ${fine(r.answer_p95_ms)}, p99 ${fine(r.answer_p99_ms)}, max ${fine(r.answer_max_ms)}`
    }`,
  "track.state": (r) =>
    `${r.name} ${r.ok ? "ok" : "FAILED"}${r.weight === undefined ? "" : `, weight ${r.weight}`}${
      r.detail === undefined ? "" : `: ${r.detail}`
    }${r.took_ms === undefined ? "" : ` (${r.took_ms.toFixed(1)} ms)`}`,
  "verdict.finding": (r) =>
    `${r.severity.toUpperCase()} ${r.code}: ${r.found}; ${r.consequence}; run: ${r.command}`,
  "tool.stats": (r) => {
    const counted = Object.entries(r.counters).filter(([, count]) => count > 0);
    return `counted ${counted.map(([name, count]) => `${name} ${count}`).join(", ") || "nothing"}`;
  },
  "tool.error": (r) => `ERROR ${r.code}: ${r.message}`,
};

/** @param record a record, or the text of a line that is none. @returns one line without its end. */
export function formatHuman(record: KnownRecord | string): string {
  if (typeof record === "string") return harmless(record);
  // Steps are for copying: the command first, and nothing before it.
  if (record.type === "vmac.step" || record.type === "hide.step")
    return harmless(`${record.command}  # ${record.what}`);
  const write = WRITERS[record.type] as ((record: KnownRecord) => string) | undefined;
  const body = write === undefined ? fieldsOf(record) : write(record);
  return harmless(`${record.ts.slice(11, 23)} ${record.host} ${record.tool} ${body}`).trimEnd();
}

function fieldsOf(record: KnownRecord): string {
  const { v, type, tool, host, pid, ts, mono_ns, seq, ...fields } = record;
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`);
  return `${type} ${pairs.join(" ")}`;
}

function plain(value: unknown): string {
  return Array.isArray(value) || typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Where on the network, and what is odd; the VLAN as tcpdump says it. */
function placeOf({
  eth_src,
  eth_dst,
  vlan,
  flags,
}: Pick<RecordOf<"arp.malformed">, "eth_src" | "eth_dst" | "vlan" | "flags">): string {
  const macs = [eth_src, eth_dst].filter((mac) => mac !== undefined);
  const from = macs.length === 0 ? "" : `, ${macs.join(" > ")}`;
  return `${from}${vlan === undefined ? "" : `, vlan ${vlan}`}${flags.length === 0 ? "" : ` [${flags.join(" ")}]`}`;
}

/** The present owner, and who was it before. */
function ownersOf({
  owners,
  expected,
  repeats,
}: Pick<RecordOf<"arp.changed">, "owners" | "expected" | "repeats">): string {
  const [present, ...before] = owners.map(({ mac }) => mac).toReversed();
  const former = before.length === 0 ? "" : `, before at ${before.join(", ")}`;
  const wanted = expected === undefined ? "" : `, expected at ${expected}`;
  return `${present ?? "nobody"}${former}${wanted}${repeats === undefined ? "" : `, ${repeats} more times`}`;
}

function answeredWords({ from_nic, from_vmac, nic_mac, mac }: RecordOf<"vmac.probed">): string {
  const asked = [...(from_nic ? [nic_mac] : []), ...(from_vmac ? [mac] : [])];
  return asked.length === 0 ? "answered nobody" : `answered ${asked.join(" and ")}`;
}

function foundWords({ asked, owners, own_interface: here }: RecordOf<"garp.found">): string {
  const who = owners.map(
    ({ mac, answers, rtt_us, is_own }) =>
      `${mac}${is_own ? ", which is this host's own" : ""} (${answers} answers, ${milliseconds(rtt_us)})`,
  );
  const own = here === undefined ? "" : `, this host's own on ${here}`;
  if (who.length > 0) return `TAKEN is-at ${who.join(" and ")}${own}`;
  return here === undefined ? `free: ${asked} questions, no answer` : `nobody else's${own}`;
}

function answererWords({ mac, answers, is_expected }: RecordOf<"hide.checked">["owners"][number]): string {
  return `${mac} (${answers} answers${is_expected === false ? ", NOT EXPECTED" : ""})`;
}

/** Ping is what nothing is said of. */
function askedWords({
  target,
  kind,
  port,
}: Pick<RecordOf<"probe.lost">, "target" | "kind" | "port">): string {
  if (kind === undefined || kind === "icmp") return target;
  return `${target} (${kind}${port === undefined ? "" : ` ${port}`})`;
}

function neighbourWords({ neighbour_state: state, neighbour_mac: mac }: RecordOf<"probe.lost">): string {
  return state === undefined ? "" : `, neighbour ${mac === undefined ? "" : `${mac} `}${state}`;
}

function movedWords({ mac_before: before, mac_after: after }: RecordOf<"probe.back">): string {
  if (after === undefined) return "";
  return before === undefined || before === after ? `, at ${after}` : `, moved from ${before} to ${after}`;
}

function fine(ms: number | undefined): string {
  return (ms ?? 0).toFixed(2);
}

function protocolOf({ protocol, version }: Pick<RecordOf<"vrrp.vrid">, "protocol" | "version">): string {
  return protocol === "carp" ? "CARP" : `VRRPv${version}`;
}

function list(vips: readonly string[]): string {
  return vips.length === 0 ? "" : `${vips.join(" ")} `;
}

function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}

/**
 * Control characters as their code, so that nothing from the wire or a pipe can steer a terminal; and what turns the
 * direction of a line, breaks it or is not seen, so that nothing looks like what it is not.
 */
export function harmless(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => {
    const code = c.codePointAt(0)!.toString(16);
    return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, "0")}`;
  });
}

/** The same for a text of several lines, whose ends stay. */
export function harmlessLines(text: string): string {
  return text.split("\n").map(harmless).join("\n");
}
