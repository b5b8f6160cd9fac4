/**
 * What the command line of `add` asks for.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, orUsage } from "@viptools/cli";
import type { IpAddress } from "@viptools/wire";
import { type Hiding, HOLDER, type Method } from "./plan.ts";
import { usualTunnel } from "./tunnel-plan.ts";
import { parseAll, parseHidden, parseService } from "./words.ts";

/** @throws {ExitError} usage, for what does not go together. */
export function readAsked({ args }: Context): Hiding[] {
  const name = args.required("interface");
  const method = args.text("method") as Method;
  const vips = orUsage(() => parseAll(args.words, parseHidden));
  if (name === HOLDER) usage(`-I is ${HOLDER}, where nobody asks: needs the network's interface`);
  const to = readServices(args, method);
  const tunnelOf = readTunnel(args, method, name);
  return vips.map((vip) => ({ interface: name, vip, method, ...tunnelOf(vip), ...to }));
}

function readServices(args: Context["args"], method: Method): Pick<Hiding, "to"> {
  const words = args.texts("to");
  if (words.length === 0) return {};
  if (method !== "redirect")
    usage(`--to is of --method redirect: by ${method}, all that comes for a VIP is taken`);
  const to = orUsage(() => words.map(parseService), "--to");
  const twice = to.find((service, n) => to.indexOf(service) !== n);
  if (twice !== undefined) usage(`--to ${twice} is given twice: needs to be given once`);
  return { to: to.toSorted() };
}

function readTunnel(
  args: Context["args"],
  method: Method,
  name: string,
): (vip: IpAddress) => Pick<Hiding, "tunnel"> {
  const given = args.text("tunnel-on");
  if (!args.flag("tunnel") && given === undefined) return () => ({});
  if (args.flag("tunnel") && given !== undefined)
    usage(`--tunnel and --tunnel-on exclude each other: needs --tunnel alone, or --tunnel-on ${given} alone`);
  if (method === "redirect")
    usage("--tunnel and --method redirect exclude each other: a redirected VIP stands on no interface");
  if (given === name || given === HOLDER)
    usage(
      `--tunnel-on is ${given}, which is no tunnel: needs the interface that packets for the VIP come out of`,
    );
  return (vip) => ({ tunnel: given ?? usualTunnel(vip) });
}

function usage(message: string): never {
  throw new ExitError(ExitCode.usage, message);
}
