/**
 * The configuration file: many virtual routers in one process. Errors name the file, the place in it and the value.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import { readJsonConfig, wrongConfig } from "@viptools/cli";
import { type RouterOptions, SettingError, toRouterOptions } from "./router-options.ts";
import { configSchema } from "./settings.ts";

/** @throws {ExitError} noFile, or configuration with every mistake, one a line. */
export function readConfigFile(path: string): RouterOptions[] {
  const settings = readJsonConfig(path, configSchema);
  const mistakes: string[] = [];
  const routers = settings.routers.flatMap((router, n): RouterOptions[] => {
    try {
      return [toRouterOptions({ ...settings.defaults, ...router })];
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      mistakes.push(`routers[${n}].${error.key} ${error.message}`);
      return [];
    }
  });
  mistakes.push(...findClashes(routers));
  if (mistakes.length > 0) throw wrongConfig(path, mistakes);
  return routers;
}

/** The published schema of the file. */
export function configJsonSchema(): object {
  return { ...toJsonSchema(configSchema, { errorMode: "ignore" }), title: "vrrp-elect --config" };
}

/** One virtual router cannot be there twice, and a sync group of one is a mistake of typing. */
function findClashes(routers: readonly RouterOptions[]): string[] {
  const mistakes: string[] = [];
  routers.forEach(({ instance, syncGroup }, n) => {
    const first = routers.findIndex((other) => other.instance === instance);
    if (first < n) mistakes.push(`routers[${n}] is ${instance} again, like routers[${first}]`);
    const [other, vip] = findSharedVip(routers, n);
    if (vip !== undefined)
      mistakes.push(`routers[${n}].vips has ${vip}, like routers[${other}]: one owner each`);
    const members = routers.filter((other) => other.syncGroup === syncGroup).length;
    if (syncGroup !== undefined && members < 2)
      mistakes.push(`routers[${n}].sync_group is "${syncGroup}": no other router names it`);
  });
  return mistakes;
}

/** @returns an earlier router that lists an address of this one's, and the address. */
function findSharedVip(routers: readonly RouterOptions[], n: number): [number, string | undefined] {
  const own = routers[n]!.vips.map(({ address }) => address);
  const earlier = routers
    .slice(0, n)
    .findIndex(
      ({ vips, instance }) =>
        instance !== routers[n]!.instance && vips.some(({ address }) => own.includes(address)),
    );
  return [earlier, own.find((address) => routers[earlier]?.vips.some((vip) => vip.address === address))];
}
