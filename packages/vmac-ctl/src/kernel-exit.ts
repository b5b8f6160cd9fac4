/**
 * What kept this host from owning, for people and for programs.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import { KernelError } from "@viptools/kernel";
import { LOADING_FENCE, LOADING_REWRITING } from "./kernel-fence.ts";

/** Somebody else answers for an address. */
export class AddressConflict extends Error {
  readonly ip: string;
  readonly owner: string;

  constructor(ip: string, owner: string) {
    super(`Cannot own ${ip}: ${owner} answers for it already`);
    this.ip = ip;
    this.owner = owner;
  }
}

function ourBug(error: unknown): string {
  return `this is a bug of ours, please report it: ${error instanceof Error ? error.stack : String(error)}`;
}

/** Fields of a `vmac.error`. */
export interface Explained {
  readonly code: string;
  readonly message: string;
  readonly more: { readonly ip?: string; readonly owner?: string };
}

/** What is no known error is ours, and no reason to leave addresses behind. */
export function explainKernel(error: unknown): Explained {
  if (error instanceof AddressConflict) {
    const { ip, owner, message } = error;
    return { code: "EADDRINUSE", message, more: { ip, owner } };
  }
  if (error instanceof ExitError) {
    const code = error.code === ExitCode.usage ? "EINVAL" : "EBUSY";
    return { code, message: error.message, more: {} };
  }
  if (!(error instanceof KernelError)) return { code: "EBUG", message: ourBug(error), more: {} };
  const advice = adviceFor(error);
  return { code: error.code, message: advice ? `${error.message}: ${advice}` : error.message, more: {} };
}

/** Where rules cannot be had, the way out is named. */
const RULES_ADVICE: Readonly<Record<string, string>> = {
  [LOADING_FENCE]:
    "needs nftables with egress (Linux 5.16); --fence lifetime does for adverts of 1 s, --fence none goes without",
  [LOADING_REWRITING]:
    "needs nftables with egress (Linux 5.16); --mode macvlan and --mode address do without",
};

function adviceFor({ code, message }: KernelError): string | undefined {
  const act = Object.keys(RULES_ADVICE).find((one) => message.startsWith(one));
  return act === undefined || code === "EPERM" ? ADVICE[code] : RULES_ADVICE[act];
}

const ADVICE: Readonly<Record<string, string>> = {
  EPERM: "CAP_NET_ADMIN is missing, run as root",
  EACCES: "IPv6 may be off there (net.ipv6.conf.IF.disable_ipv6)",
  EROFS: "/proc/sys is read-only, as in most containers: mount it writable, or set this by hand first",
};

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof AddressConflict) return ExitCode.negative;
  if (error instanceof ExitError) return error.code;
  if (!(error instanceof KernelError)) return ExitCode.software;
  const { code } = error;
  if (code === "EPERM") return ExitCode.permission;
  if (code === "EADDRINUSE") return ExitCode.alreadyRunning;
  return code === "ENODEV" ? ExitCode.noInterface : ExitCode.kernel;
}

/** The same for a command that ends with it. */
export function toExit(error: unknown): unknown {
  if (!(error instanceof KernelError) && !(error instanceof AddressConflict)) return error;
  return new ExitError(exitCodeOf(error), explainKernel(error).message);
}
