/**
 * The command line of vip-probe, and what it asks for.
 *
 * @module
 */
import { type Args, type CommandSpec, ExitCode, ExitError, orUsage, parseDurationUs } from "@viptools/cli";
import { PROBE_KINDS } from "@viptools/records";
import { familyOf, type IpAddress, isGroupAddress, isLinkLocal, parseIpAddress } from "@viptools/wire";

export const SPEC: CommandSpec = {
  name: "vip-probe",
  summary: "ask addresses again and again, and report each time one was away",
  usage:
    "[--kind icmp|arp|nd|tcp|udp]… [-I IF] [--every T] [--for T] [--report FILE] [--log FILE]… [ADDRESS…]",
  examples: [
    ["vip-probe --every 2ms --for 30s 192.0.2.100", "500 pings a second for half a minute"],
    ["vip-probe --kind arp -I eth0 192.0.2.100", "who answers ARP for it, and when nobody does"],
    ["vip-probe --kind nd -I eth0 2001:db8::100", "the same by neighbour discovery"],
    ["vip-probe --kind tcp --port 443 192.0.2.100", "new connections instead of pings"],
    ["vip-probe --until-back 192.0.2.100", "waits for an outage, and ends when it is over"],
    ["vip-probe -I eth0 fe80::100", "pings of a link-local address, which need an interface"],
    ["vip-probe --for 1m --report page.html --log a.ndjson 192.0.2.100", "and draws what happened"],
    ["vip-probe --report page.html --log probe.ndjson --log a.ndjson", "draws what was logged before"],
  ],
  words: { name: "ADDRESS", atLeast: 0 },
  options: [
    {
      name: "kind",
      value: "KIND",
      choices: PROBE_KINDS,
      isRepeated: true,
      default: "icmp",
      about: "how to ask: ping, ARP (IPv4), neighbour discovery (IPv6), TCP connection, UDP datagram",
    },
    {
      name: "port",
      value: "N",
      about:
        "where TCP and UDP ask; hosts refuse UDP once a second at most: --every 1s where nothing listens",
    },
    { name: "payload", value: "HEX", default: "7669702d70726f62650a", about: "octets that UDP sends" },
    { name: "need-service", about: "a TCP or UDP port that refuses is no answer: the service must be there" },
    {
      name: "interface",
      letter: "I",
      value: "IF",
      about: "where to ask; the routes decide without it",
    },
    { name: "every", value: "T", default: "100ms", about: "time between asks" },
    { name: "grace", value: "T", default: "1s", about: "how long an answer may take" },
    { name: "for", value: "T", about: "stop after this long" },
    { name: "until-back", about: "stop when an outage is over" },
    { name: "each", about: "write a record of each ask" },
    { name: "report", value: "FILE", about: "draw what happened: a page of HTML, complete in itself" },
    {
      name: "log",
      value: "FILE",
      isRepeated: true,
      about: "with --report: records to draw too, of routers or of earlier probes",
    },
  ],
  exits: [
    [1, "at least one ask was not answered; with --until-back: no outage came, or it is not over"],
    [65, "nothing to draw in the --log files"],
    [66, "no such --log file, or --report cannot be written"],
    [69, "no such interface, or nothing to ask from there"],
  ],
  records: ["probe.asked", "probe.lost", "probe.back", "probe.summary"],
};

export type ProbeKind = (typeof PROBE_KINDS)[number];

/** One target by one kind: what an outage is of. */
export interface Asked {
  readonly target: IpAddress;
  readonly kind: ProbeKind;
  /** Of TCP and UDP. */
  readonly port?: number;
}

export interface Settings {
  /** Empty where only logs are drawn. */
  readonly asked: readonly Asked[];
  readonly interfaceName: string | undefined;
  readonly everyUs: number;
  readonly graceUs: number;
  readonly forUs: number;
  readonly untilBack: boolean;
  readonly writesEach: boolean;
  readonly payload: Uint8Array;
  readonly needsService: boolean;
  readonly report: string | undefined;
  readonly logs: readonly string[];
}

/** @throws {ExitError} usage, for what does not fit together. */
export function readSettings(args: Args): Settings {
  const everyUs = args.parsed("every", parseDurationUs)!;
  if (everyUs < 1) usage("--every is 0: needs a time between asks");
  const settings: Settings = {
    asked: readAsked(args),
    interfaceName: args.text("interface"),
    everyUs,
    graceUs: args.parsed("grace", parseDurationUs)!,
    forUs: args.parsed("for", parseDurationUs) ?? Number.POSITIVE_INFINITY,
    untilBack: args.flag("until-back"),
    writesEach: args.flag("each"),
    payload: readPayload(args.text("payload")!),
    needsService: args.flag("need-service"),
    report: args.text("report"),
    logs: args.texts("log"),
  };
  if (settings.logs.length > 0 && settings.report === undefined)
    usage("--log is given without --report: there is nothing to draw it in");
  if (settings.asked.length === 0 && settings.logs.length === 0) usage("ADDRESS is missing: say which");
  return settings;
}

/** The family that a kind asks about; the others ask about both. */
const FAMILY_OF: Readonly<Partial<Record<ProbeKind, 4 | 6>>> = { arp: 4, nd: 6 };

/** Every target by every kind that fits it. */
function readAsked(args: Args): Asked[] {
  const targets = args.words.map(readTarget);
  const twice = targets.find((target, n) => targets.indexOf(target) < n);
  if (twice !== undefined) usage(`${twice} is given twice: it would be asked twice, so name it once`);
  const given = args.texts("kind") as readonly ProbeKind[];
  const kinds = [...new Set(given.length === 0 ? (["icmp"] as const) : given)];
  const fits = (kind: ProbeKind, target: IpAddress): boolean =>
    FAMILY_OF[kind] === undefined || FAMILY_OF[kind] === familyOf(target);
  const misfit = targets.find((target) => !kinds.some((kind) => fits(kind, target)));
  if (misfit !== undefined)
    usage(`--kind ${kinds[0]} asks for IPv${FAMILY_OF[kinds[0]!]}: needs such an address, not ${misfit}`);
  const idle = targets.length === 0 ? undefined : kinds.find((kind) => !targets.some((t) => fits(kind, t)));
  if (idle !== undefined) usage(`--kind ${idle} asks for IPv${FAMILY_OF[idle]}: needs such an address`);
  const port = readPort(args, kinds);
  for (const target of targets) needLink(args, kinds, target);
  return kinds.flatMap((kind) =>
    targets
      .filter((target) => fits(kind, target))
      .map((target) => (isTransport(kind) ? { target, kind, port: port! } : { target, kind })),
  );
}

function readTarget(word: string): IpAddress {
  const target = orUsage(() => parseIpAddress(word.replace(/\/(32|128)$/, "")));
  if (isGroupAddress(target)) usage(`${target} is a group: needs the address of one host`);
  return target;
}

export function isTransport(kind: ProbeKind): boolean {
  return kind === "tcp" || kind === "udp";
}

function readPort(args: Args, kinds: readonly ProbeKind[]): number | undefined {
  const port = args.integer("port", 1, 65535);
  const asker = kinds.find(isTransport);
  if (asker !== undefined && port === undefined && args.words.length > 0)
    usage(`--kind ${asker} needs a port: --port N`);
  if (asker === undefined && port !== undefined) usage("--port is given without --kind tcp or udp");
  return port;
}

function needLink(args: Args, kinds: readonly ProbeKind[], target: IpAddress): void {
  if (kinds.some((kind) => FAMILY_OF[kind] !== undefined)) args.required("interface");
  if (args.text("interface") === undefined && familyOf(target) === 6 && isLinkLocal(target))
    usage(`${target} is link-local: -I says on which link`);
}

/** Fits one datagram of any network. */
const PAYLOAD_OCTETS_MAX = 1200;

function readPayload(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})+$/i.test(hex) || hex.length > 2 * PAYLOAD_OCTETS_MAX)
    usage(`--payload is "${hex.slice(0, 40)}": needs 1 to ${PAYLOAD_OCTETS_MAX} octets in hexadecimal`);
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function usage(message: string): never {
  throw new ExitError(ExitCode.usage, message);
}
