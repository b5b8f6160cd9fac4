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
const RULES_ADVICE = "needs nftables with egress (Linux 5.16), or --method sysctl";
export const LOADING_RULES = "Cannot load the rules";

export function toExit(error: unknown): unknown {
  if (!(error instanceof KernelError)) return error;
  const isAboutRules = error.code !== "EPERM" && error.message.startsWith(LOADING_RULES);
  const advice = isAboutRules ? RULES_ADVICE : ADVICE[error.code];
  const message = advice === undefined ? error.message : `${error.message}: ${advice}`;
  return new ExitError(EXITS[error.code] ?? ExitCode.kernel, message);
}
