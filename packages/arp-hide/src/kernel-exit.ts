/**
 * What the kernel refused, as a sentence and an exit code.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import { KernelError } from "@viptools/kernel";

const EXITS: Readonly<Record<string, ExitCode>> = {
  EPERM: ExitCode.permission,
  EACCES: ExitCode.permission,
  ENODEV: ExitCode.noInterface,
};
const ADVICE: Readonly<Record<string, string>> = {
  EPERM: "run as root, or with CAP_NET_ADMIN",
  EROFS: "/proc/sys is read-only, as in most containers: mount it writable, or use --method nft",
};
/** What was being done, by the family of the table, and what it needs. */
export const LOADING_RULES = {
  netdev: "Cannot load the rules",
  inet: "Cannot load the redirect",
} as const;
const RULES_ADVICE = {
  netdev: "needs nftables with egress (Linux 5.16), or --method sysctl",
  inet: "needs nftables with nat in tables of family inet (Linux 5.2), or --method sysctl",
} as const;
const FAMILIES = ["netdev", "inet"] as const;

export function toExit(error: unknown): unknown {
  if (!(error instanceof KernelError)) return error;
  const family = FAMILIES.find((one) => error.message.startsWith(LOADING_RULES[one]));
  const isAboutRules = family !== undefined && error.code !== "EPERM";
  const advice = isAboutRules ? RULES_ADVICE[family] : ADVICE[error.code];
  const message = advice === undefined ? error.message : `${error.message}: ${advice}`;
  return new ExitError(EXITS[error.code] ?? ExitCode.kernel, message);
}
