/**
 * What `arp-listen` hears and `garp-send` says.
 *
 * @module
 */
import * as v from "valibot";
import {
  address,
  bootId,
  choice,
  count,
  flag,
  instance,
  integer,
  mac,
  measure,
  text,
  texts,
} from "./field.ts";
import { recordType } from "./record-type.ts";

export const ARP_KINDS = [
  "request",
  "reply",
  "probe",
  "announcement",
  "gratuitous_request",
  "gratuitous_reply",
  "other",
] as const;
export const NDP_KINDS = ["solicitation", "advertisement", "dad"] as const;

const frame = {
  interface: text("where it was seen, or the capture file"),
  vlan: v.optional(integer("VLAN number", 1, 4094)),
  direction: v.optional(choice("out: sent by this host", ["in", "out"])),
  eth_src: v.optional(
    mac("Ethernet source: what switches learn; absent where the capture has none (Linux cooked)"),
  ),
  eth_dst: v.optional(mac("Ethernet destination; absent where the capture has none (Linux cooked)")),
  flags: texts("what is unusual about it"),
};

export const arpSeen = recordType("arp.seen", "arp-listen", "An ARP packet", {
  ...frame,
  kind: choice("what it is for", ARP_KINDS),
  operation: integer("1 request, 2 reply", 0, 65535),
  sha: mac("sender MAC: what neighbours learn"),
  spa: address("sender address"),
  tha: mac("target MAC"),
  tpa: address("target address"),
});

export const ndpSeen = recordType("ndp.seen", "arp-listen", "A neighbour discovery packet", {
  ...frame,
  kind: choice("what it is for", NDP_KINDS),
  source: address("IPv6 source"),
  destination: v.optional(address("IPv6 destination")),
  target: address("target address"),
  lladdr: v.optional(mac("link-layer address option")),
  is_router: v.optional(flag("router flag of an advertisement")),
  is_solicited: v.optional(flag("solicited flag of an advertisement")),
  is_override: v.optional(flag("override flag of an advertisement")),
});

const malformed = {
  interface: frame.interface,
  vlan: frame.vlan,
  direction: frame.direction,
  eth_src: frame.eth_src,
  eth_dst: frame.eth_dst,
  flags: texts("what is wrong with it: `truncated`, `unknown_hardware`, `checksum` …"),
  detail: text("the same as a sentence: what was seen, what is needed"),
};

export const arpMalformed = recordType(
  "arp.malformed",
  "arp-listen",
  "An ARP packet that cannot be read",
  malformed,
);
export const ndpMalformed = recordType(
  "ndp.malformed",
  "arp-listen",
  "A neighbour discovery packet that cannot be read",
  malformed,
);

/** What a host's neighbour table made of a packet. */
export const KERNEL_VERDICTS = ["learned", "known", "ignored", "stale", "none"] as const;

export const arpKernel = recordType(
  "arp.kernel",
  "arp-listen",
  "What this host's kernel made of what was heard",
  {
    interface: text("whose neighbour table"),
    ip: address("the address"),
    wire_mac: mac("who has it, by what was heard"),
    kernel_mac: v.pipe(v.nullable(mac("")), v.description("who has it, by the kernel; null: nobody")),
    state: v.pipe(
      v.nullable(text("")),
      v.description("of the kernel's entry, as `ip neigh` names it; null: no entry"),
    ),
    verdict: choice("whether the kernel took it", KERNEL_VERDICTS),
    because: text("which setting or state decided, with its value"),
  },
);

const owners = {
  interface: v.optional(text("where it was seen, or the capture file")),
  vlan: frame.vlan,
  ip: address("the address"),
  owners: v.pipe(
    v.array(
      v.object({
        mac: mac("who claims it"),
        first_seen: text("RFC 3339"),
        last_seen: text("RFC 3339"),
      }),
    ),
    v.description("MACs that claimed it, oldest first"),
  ),
  expected: v.optional(mac("who should")),
  repeats: v.optional(
    count("changes of the same MACs that were not told since the last record of this address"),
  ),
};

export const arpChanged = recordType("arp.changed", "arp-listen", "An address moved to another MAC", owners);
export const arpConflict = recordType("arp.conflict", "arp-listen", "Two MACs claim one address", owners);
export const arpFlipFlop = recordType("arp.flip_flop", "arp-listen", "An address goes to and fro", owners);

const FORMS = ["request", "reply", "advertisement", "probe", "solicitation"] as const;
const sent = {
  ip: address("announced, answered or probed address"),
  form: choice("kind of frame", FORMS),
  eth_src: mac("Ethernet source: what switches learn"),
  sha: mac("sender MAC: what neighbours learn"),
  tha: mac("target MAC"),
  eth_dst: v.optional(mac("Ethernet destination, where only one neighbour is told or asked")),
  vlan: frame.vlan,
  is_router: v.optional(flag("router flag of an advertisement")),
  interface: text("where it left"),
  n: count("which round, from 1"),
};

export const garpSent = recordType("garp.sent", "garp-send", "One announcement left", sent);
export const garpAnswered = recordType("garp.answered", "garp-send", "One question was answered", {
  ...sent,
  asker: v.optional(address("who asked; 0.0.0.0 or :: for one who asked whether it may have the address")),
  vlan: v.optional(integer("VLAN number, of the question and of the answer", 1, 4094)),
  n: count("how many for this address, from 1"),
});
export const garpProbed = recordType("garp.probed", "garp-send", "One question was asked", sent);

export const garpPlanned = recordType(
  "garp.planned",
  "garp-send --dry-run",
  "A frame that --dry-run has not sent",
  {
    ...sent,
    form: choice("kind of frame", [...FORMS, "report"]),
    interface: text("where it would leave"),
    after_ms: measure("how long after the first one"),
    frame_hex: text("all its octets"),
  },
);

export const garpFound = recordType(
  "garp.found",
  "garp-send",
  "Who answered for an address that was asked for",
  {
    ip: address("the address that was asked for"),
    interface: text("where it was asked"),
    asked: count("questions that left"),
    own_interface: v.optional(text("of this host, which has the address itself")),
    owners: v.pipe(
      v.array(
        v.object({
          mac: mac("who answered"),
          answers: count("how often"),
          rtt_us: count("the quickest"),
          is_own: v.optional(flag("true: a MAC of this host, which is nobody else")),
        }),
      ),
      v.description("every MAC that answered, in the order of their first answers; empty: nobody has it"),
    ),
  },
);

export const garpRound = recordType("garp.round", "garp-send", "A round of announcements is complete", {
  instance: v.optional(instance),
  interface: text("where it left"),
  n: count("which round, from 1"),
  sent: count("frames that the kernel took"),
  reports: v.optional(
    count("MLD reports among them, for switches that would keep questions for the VIPs away"),
  ),
  fenced: count("frames that the fence dropped: no permission to speak"),
  failed: count("frames that the kernel refused otherwise"),
  took_us: count("from the first frame to the last"),
});

/** How a target can be asked. */
export const PROBE_KINDS = ["icmp", "arp", "nd", "tcp", "udp"] as const;

const asked = {
  target: address("what is asked"),
  kind: v.optional(choice("how it is asked", PROBE_KINDS)),
  port: v.optional(integer("asked by tcp or udp", 1, 65535)),
};

const neighbour = {
  neighbour_state: v.optional(
    text("of this host's neighbour entry, as `ip neigh` names it, when this was known; absent: no entry"),
  ),
  neighbour_mac: v.optional(mac("who has the target by that entry")),
};
const askerBoot = v.optional(bootId);

export const probeAsked = recordType("probe.asked", "vip-probe --each", "One ask, at its own time", {
  ...asked,
  n: count("its number, from 0"),
  rtt_us: v.pipe(v.nullable(count("")), v.description("until its answer; null: none came within the grace")),
});

export const probeLost = recordType("probe.lost", "vip-probe", "The target stopped answering", {
  ...asked,
  mac_before: v.optional(mac("who answered last")),
  ...neighbour,
  boot_id: askerBoot,
});

export const probeBack = recordType("probe.back", "vip-probe", "The target answers again", {
  ...asked,
  outage_ms: measure("from the first unanswered ask to the first answered one"),
  lost: count("asks without an answer"),
  mac_before: v.optional(mac("who answered before")),
  mac_after: v.optional(mac("who answers now")),
  ...neighbour,
  boot_id: askerBoot,
});

export const probeSummary = recordType("probe.summary", "vip-probe", "All asks of a run", {
  ...asked,
  asked: count("asks"),
  lost: count("asks without an answer"),
  outages: count("times the target stopped answering"),
  outage_ms: measure("the longest outage; one that has not ended counts until the last ask"),
  is_away: v.optional(flag("true: the target did not answer any more at the end")),
  answer_p50_ms: v.optional(
    measure("half of the answers took no longer; percentiles are at most 3.2 % too high"),
  ),
  answer_p95_ms: v.optional(measure("95 of 100 answers took no longer")),
  answer_p99_ms: v.optional(measure("99 of 100 answers took no longer")),
  answer_max_ms: v.optional(measure("the slowest answer")),
  boot_id: askerBoot,
});
