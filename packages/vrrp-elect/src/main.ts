/**
 * vrrp-elect: from the command line to the wire and back.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, parseDurationUs, print, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { advertisedMax } from "./advert-frame.ts";
import { checkAgainstHost } from "./host-check.ts";
import { readObserveOptions } from "./observe/options.ts";
import { readOptions, refuseBesideConfig, SPEC } from "./options.ts";
import type { RouterOptions } from "./router-options.ts";
import { Station } from "./station.ts";
import { takePart } from "./taking-part.ts";

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, elect, kernel, argv);
}

async function elect(context: Context): Promise<number> {
  const { args } = context;
  if (args.flag("config-schema")) return await printConfigSchema();
  const observing = readObserveOptions(args);
  if (observing !== undefined) return await (await import("./observe/main.ts")).observe(context, observing);
  const routers = await readRouters(context);
  if (args.flag("check-config")) {
    context.say(`${args.text("config")}: right, ${routers.length} virtual routers`);
    return ExitCode.done;
  }
  await checkAgainstHost(context, routers);
  context.needRawSockets();
  for (const router of routers) sayWhatDoesNotFit(context, router);
  if (args.flag("realtime")) context.askForRealTime();
  const station = new Station({
    context,
    trackTimeoutUs: args.parsed("track-timeout", parseDurationUs),
  });
  try {
    return await takePart(context, station, routers, () => readRouters(context));
  } finally {
    station.close();
  }
}

/** @throws {ExitError} usage or configuration. */
async function readRouters(context: Context): Promise<readonly RouterOptions[]> {
  const { args } = context;
  const path = args.text("config");
  if (path === undefined) {
    if (args.flag("check-config")) throw new ExitError(ExitCode.usage, "--config is missing: say which file");
    return [readOptions(args)];
  }
  refuseBesideConfig(args);
  const { readConfigFile } = await import("./config-file.ts");
  return readConfigFile(path);
}

async function printConfigSchema(): Promise<number> {
  const { configJsonSchema } = await import("./config-file.ts");
  await print(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return ExitCode.done;
}

function sayWhatDoesNotFit(context: Context, { instance, family, vips }: RouterOptions): void {
  const most = advertisedMax(family, 1500);
  if (vips.length <= most) return;
  context.say(
    `${instance}: adverts list the first ${most} of ${vips.length} VIPs: more do not fit, all are owned`,
  );
}
