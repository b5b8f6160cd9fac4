/**
 * Compares what virtual routers want with what this host has.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { RouteSocket } from "@viptools/kernel";
import type { IpAddress } from "@viptools/wire";
import { isMoving } from "./moving-address.ts";
import type { RouterOptions } from "./router-options.ts";

/** @throws {ExitError} noInterface, or usage where the priority does not fit who owns the addresses. */
export async function checkAgainstHost(context: Context, routers: readonly RouterOptions[]): Promise<void> {
  const route = new RouteSocket();
  try {
    for (const router of routers) {
      const found = await route.addresses(context.needInterface(router.interfaceName), router.family);
      const own = found.filter((address) => !isMoving(address));
      checkAddresses(
        router,
        own.map(({ address }) => address),
      );
    }
  } finally {
    route.close();
  }
}

function checkAddresses(router: RouterOptions, addresses: readonly IpAddress[]): void {
  const { vips, priority, interfaceName, family, source, peers } = router;
  const own = vips.filter((vip) => addresses.includes(vip.address));
  if (own.length > 0 && priority !== 255) {
    throw new ExitError(
      ExitCode.usage,
      `${own[0]!.address} is an address of ${interfaceName} itself: its owner needs --priority 255 (RFC 9568 §5.2.4)`,
    );
  }
  if (own.length < vips.length && priority === 255)
    throw new ExitError(
      ExitCode.usage,
      "--priority 255 is for the owner of all the addresses: needs 1 to 254",
    );
  if (source !== undefined && !addresses.includes(source))
    throw new ExitError(ExitCode.usage, `--source ${source} is no address of ${interfaceName}`);
  const mustBeLocal = family === 6 && peers.length === 0;
  if (addresses.some((address) => !mustBeLocal || address.startsWith("fe80:"))) return;
  throw new ExitError(
    ExitCode.noInterface,
    `${interfaceName} has no ${mustBeLocal ? "IPv6 link-local" : `IPv${family}`} address: adverts need one as their source`,
  );
}
