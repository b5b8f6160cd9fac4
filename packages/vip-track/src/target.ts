/**
 * What a check looks at, read from settings. Pure.
 *
 * @module
 */
import { type IpAddress, parseIpAddress } from "@viptools/wire";
import { type Endpoint, parseEndpoint, parseZoned } from "./endpoint.ts";
import { parseNetwork } from "./network.ts";
import { type NumberRange, parseComparison, parseRanges } from "./number-range.ts";
import { SettingError } from "./setting-error.ts";
import type { CheckSettings, Kind, RECORD_TYPES } from "./settings.ts";

export interface CommandTarget {
  readonly kind: "command";
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  readonly group: string | undefined;
}
export interface TcpTarget extends Endpoint {
  readonly kind: "tcp";
}
export interface HttpTarget extends Endpoint {
  readonly kind: "http";
  readonly isSecure: boolean;
  /** Path and query. */
  readonly path: string;
  readonly statuses: readonly NumberRange[];
  readonly hostName: string | undefined;
  readonly verifies: boolean;
}
export interface LinkTarget {
  readonly kind: "link";
  readonly name: string;
  readonly needsCarrier: boolean;
}
export interface RouteTarget {
  readonly kind: "route";
  readonly network: IpAddress;
  readonly length: number;
  readonly via: IpAddress | undefined;
  readonly interfaceName: string | undefined;
}
export interface FileTarget {
  readonly kind: "file";
  readonly path: string;
  /** How the number is understood: compared, multiplied by a weight, or 0 for good. */
  readonly compare: string | undefined;
  readonly factor: number | undefined;
}
export interface ProcessTarget {
  readonly kind: "process";
  /** With a slash in it: the full path of its file. */
  readonly program: string;
  readonly counts: readonly NumberRange[];
}
export interface DnsTarget extends Endpoint {
  readonly kind: "dns";
  readonly question: string;
  readonly recordType: (typeof RECORD_TYPES)[number];
  readonly answer: string | undefined;
}
export type Target =
  | CommandTarget
  | TcpTarget
  | HttpTarget
  | LinkTarget
  | RouteTarget
  | FileTarget
  | ProcessTarget
  | DnsTarget;

const SHELL = "/bin/sh";
const DNS_PORT = 53;
const INTERFACE_CHARACTERS_MAX = 15;
/** Records whose answer is one word. */
const WORDS: readonly string[] = ["A", "AAAA", "CNAME", "NS", "PTR"];

/** @throws {SettingError} */
export function readTarget(settings: CheckSettings, kind: Kind): Target {
  return READERS[kind](settings);
}

const READERS: Readonly<Record<Kind, (settings: CheckSettings) => Target>> = {
  command: (settings) => commandTarget(settings, readProgram(settings)),
  shell: (settings) => commandTarget(settings, [SHELL, "-c", settings.shell!]),
  tcp: (settings) => ({ kind: "tcp", ...reading("tcp", () => parseEndpoint(settings.tcp!)) }),
  http: httpTarget,
  link: (settings) => ({
    kind: "link",
    name: interfaceName("link", settings.link!),
    needsCarrier: settings.carrier ?? true,
  }),
  route: routeTarget,
  file: fileTarget,
  process: processTarget,
  dns: dnsTarget,
};

function commandTarget(settings: CheckSettings, argv: readonly string[]): CommandTarget {
  const { environment = {}, user, group } = settings;
  if (argv.some((word) => word.includes("\0"))) throw new SettingError("command", "has a zero octet");
  return { kind: "command", argv, environment, user, group };
}

/** Commands start in /, and their place must not depend on where vip-track was started. */
function readProgram({ command }: CheckSettings): readonly string[] {
  const [program = ""] = command!;
  if (program === "") throw new SettingError("command", "starts with an empty word: needs a program");
  if (program.includes("/") && !program.startsWith("/"))
    throw new SettingError(
      "command",
      `is "${program}": needs a path from / on, or a name to look for in PATH`,
    );
  return command!;
}

function httpTarget(settings: CheckSettings): HttpTarget {
  const url = reading("http", () => parseUrl(settings.http!));
  const isSecure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    kind: "http",
    address: reading("http", () => parseZoned(host)),
    port: Number(url.port) || (isSecure ? 443 : 80),
    isSecure,
    path: `${url.pathname}${url.search}`,
    statuses: reading("status", () => parseRanges(String(settings.status ?? "200-399"))),
    hostName: settings.host === undefined ? undefined : reading("host", () => parseHostName(settings.host!)),
    verifies: settings.verify ?? true,
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "")
    throw new SyntaxError(`is "${text}": needs a URL like http://192.0.2.1:8080/health`);
  return url;
}

function parseHostName(text: string): string {
  if (/^(?=.*[a-z])[\w.-]+(:\d+)?$/i.test(text)) return text;
  throw new SyntaxError(`is "${text}": needs a name, like www.example.com`);
}

function interfaceName(key: keyof CheckSettings, text: string): string {
  if (text.length <= INTERFACE_CHARACTERS_MAX && !/[\s/]/.test(text)) return text;
  throw new SettingError(key, `is "${text}": needs the name of an interface, at most 15 characters`);
}

function routeTarget({ route, via, interface: name }: CheckSettings): RouteTarget {
  const gateway = via === undefined ? undefined : reading("via", () => parseIpAddress(via));
  const { network, length } = reading("route", () => parseNetwork(route!, via?.includes(":") ? 6 : 4));
  return {
    kind: "route",
    network,
    length,
    via: gateway,
    interfaceName: name === undefined ? undefined : interfaceName("interface", name),
  };
}

function fileTarget({ file, compare, weight }: CheckSettings): FileTarget {
  if (!file!.startsWith("/")) throw new SettingError("file", `is "${file}": needs a path from / on`);
  if (compare !== undefined) reading("compare", () => parseComparison(compare));
  const factor = compare === undefined && weight !== 0 ? weight : undefined;
  return { kind: "file", path: file!, compare, factor };
}

function processTarget({ process: program, count = "1" }: CheckSettings): ProcessTarget {
  if (program!.includes("/") && !program!.startsWith("/"))
    throw new SettingError("process", `is "${program}": needs a name, or a path from / on`);
  const counts = reading("count", () => parseRanges(String(count), true));
  return { kind: "process", program: program!, counts };
}

function dnsTarget({ dns, ask, rrtype = "A", answer }: CheckSettings): DnsTarget {
  if (ask === undefined) throw new SettingError("ask", "is missing: needs the name to ask for");
  if (answer !== undefined && !WORDS.includes(rrtype))
    throw new SettingError("answer", `is given for ${rrtype}: belongs to ${WORDS.join(", ")}`);
  const server = reading("dns", () => parseEndpoint(dns!, DNS_PORT));
  return { kind: "dns", ...server, question: ask, recordType: rrtype, answer };
}

/** @throws {SettingError} for text that is wrong. */
function reading<T>(key: keyof CheckSettings, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SettingError(key, error.message);
  }
}
