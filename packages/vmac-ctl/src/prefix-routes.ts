/**
 * A VIP brings a route to its network only while the NIC has none, and the NIC's addresses come and go.
 *
 * @module
 */
import type { InterfaceAddress } from "@viptools/kernel";
import { addAddresses, extendAddresses } from "./builder.ts";
import type { Damage } from "./inspection.ts";
import { keepingSecondaries, textOf } from "./leftovers.ts";
import type { Plan, PlannedAddress } from "./plan.ts";
import type { Workbench } from "./workbench.ts";

/** A VIP that stands there with a route that it should not have, or without one. */
interface Differing {
  readonly planned: PlannedAddress;
  readonly found: InterfaceAddress;
}

/** @param here the addresses of the interface with the VIPs. */
export function inspectPrefixRoutes(
  bench: Workbench,
  plan: Plan,
  here: readonly InterfaceAddress[],
): Damage[] {
  const differing = differingRoutes(plan.addresses, here);
  if (differing.length === 0) return [];
  return [{ found: foundText(differing, plan), mend: () => mend(bench, plan, here, differing) }];
}

export function differingRoutes(
  planned: readonly PlannedAddress[],
  here: readonly InterfaceAddress[],
): Differing[] {
  return planned.flatMap((one) => {
    const found = here.find(
      ({ address, prefixLength }) => address === one.address && prefixLength === one.prefixLength,
    );
    return found === undefined || found.hasPrefixRoute === one.hasPrefixRoute
      ? []
      : [{ planned: one, found }];
  });
}

function foundText(differing: readonly Differing[], { parent }: Plan): string {
  const { planned } = differing[0]!;
  const more = differing.length > 1 ? ` and ${differing.length - 1} more` : "";
  return planned.hasPrefixRoute
    ? `no address of ${parent} leads to the network of ${textOf(planned)}${more}`
    : `${parent} leads to the network of ${textOf(planned)}${more} by itself`;
}

/** IPv6 has it changed in place; an IPv4 address has to go for it, with what the kernel removes in its wake kept. */
async function mend(
  bench: Workbench,
  plan: Plan,
  here: readonly InterfaceAddress[],
  differing: readonly Differing[],
): Promise<string[]> {
  if (plan.family === 6) {
    await extendAddresses(bench, { ...plan, addresses: differing.map(({ planned }) => planned) });
  } else {
    const old = differing.map(({ found }) => found);
    await keepingSecondaries(plan.interfaceName, here, old, () => bench.route.removeAddresses(old));
    await addAddresses(
      bench,
      plan,
      differing.map(({ planned }) => planned),
    );
  }
  return differing.map(
    ({ planned }) =>
      `address ${textOf(planned)} on ${plan.interfaceName} ${planned.hasPrefixRoute ? "with" : "without"} a route to its network`,
  );
}
