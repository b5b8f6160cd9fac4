/**
 * vrrp-elect: from the command line to the wire and back.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, onStopSignals, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { joinGroup, monotonicUs, RouteSocket, readBootId } from "@viptools/kernel";
import { VRRP_GROUP } from "@viptools/wire";
import { LinkGuard } from "./link-guard.ts";
import { type RouterOptions, readOptions, SPEC } from "./options.ts";
import { ADVERTISED_MAX, Speaker } from "./speaker.ts";

/** How often those who own nothing show that they are alive. */
const BEAT_MS = 1000;

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, elect, kernel, argv);
}

async function elect(context: Context): Promise<number> {
  const options = readOptions(context.args);
  const { ifindex, addresses } = await inspectInterface(context, options);
  context.needRawSockets();
  if (options.vips.length > ADVERTISED_MAX) {
    context.say(
      `adverts list the first ${ADVERTISED_MAX} of ${options.vips.length} VIPs: more do not fit, all are owned`,
    );
  }
  const speaker = new Speaker({ ...options, ifindex, bootId: readBootId(), context }, addresses);
  const membership = joinGroup(options.interfaceName, ifindex, VRRP_GROUP);
  const beat = setInterval(() => speaker.beat(), BEAT_MS);
  context.count(() => speaker.counters());
  try {
    return await untilOver(context, options, ifindex, speaker);
  } finally {
    clearInterval(beat);
    membership.leave();
    speaker.close();
  }
}

/** @throws {ExitError} noInterface, or usage where the priority does not fit who owns the addresses. */
async function inspectInterface(
  context: Context,
  options: RouterOptions,
): Promise<{ ifindex: number; addresses: string[] }> {
  const { interfaceName, vips, priority } = options;
  const ifindex = context.needInterface(interfaceName);
  const route = new RouteSocket();
  const found = await route.addresses(ifindex);
  route.close();
  const addresses = found.map((entry) => entry.address);
  const own = vips.filter((vip) => addresses.includes(vip.address));
  if (own.length > 0 && priority !== 255) {
    throw new ExitError(
      ExitCode.usage,
      `${own[0]!.address} is an address of ${interfaceName} itself: its owner needs --priority 255 (RFC 9568 §5.2.4)`,
    );
  }
  if (own.length < vips.length && priority === 255) {
    throw new ExitError(
      ExitCode.usage,
      "--priority 255 is for the owner of all the addresses: needs 1 to 254",
    );
  }
  if (addresses.length === 0) {
    throw new ExitError(
      ExitCode.noInterface,
      `${interfaceName} has no IPv4 address: adverts need one as their source`,
    );
  }
  return { ifindex, addresses };
}

/** Takes part until a signal, the loss of the reader, or the loss of the interface ends it. */
async function untilOver(
  context: Context,
  options: RouterOptions,
  ifindex: number,
  speaker: Speaker,
): Promise<number> {
  let guard: LinkGuard | undefined;
  const code = await new Promise<number>((resolve) => {
    onReaderLost(context, speaker, () => resolve(ExitCode.outputLost));
    onStopSignals(() => {
      speaker.shutdown("shutdown");
      resolve(ExitCode.done);
    });
    guard = new LinkGuard(ifindex, speaker, () => {
      speaker.disable("interface_gone");
      context.report("no_interface", `${options.interfaceName} is gone: start again when it is back`);
      resolve(ExitCode.noInterface);
    });
    void guard.start().then((isRunning) => {
      if (!isRunning) context.say(`${options.interfaceName} is down or has no carrier: waiting for it`);
    });
  });
  guard?.close();
  return code;
}

/**
 * Steps down when nobody hears us any more, gone or frozen: at once without a word, because whoever obeys our records
 * may still own the address; and with priority 0 when the last lease has run out, because then nobody does.
 */
function onReaderLost(context: Context, speaker: Speaker, over: () => void): void {
  if (context.args.text("on-reader-loss") === "ignore") return;
  const retreat = (how: string): void => {
    const waitMs = Math.max(0, (speaker.fallSilent() - monotonicUs()) / 1000);
    context.say(`the reader of standard output is ${how}: stepping down`);
    setTimeout(() => {
      speaker.leave("reader_lost");
      over();
    }, waitMs);
  };
  speaker.onFrozenReader(() => {
    context.output.abandon();
    retreat("frozen");
  });
  context.output.onReaderLost(() => retreat("gone"));
}
