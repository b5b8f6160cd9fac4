/**
 * Which virtual routers a command line is about: pure.
 *
 * @module
 */
import { familyOf, type IpAddress, type IpFamily } from "@viptools/wire";
import type { Facts, MeantRouter, OwnedRouter } from "./facts.ts";

/** What was typed. */
export interface Asked {
  readonly interface: string;
  readonly vrid: number | undefined;
  readonly family: IpFamily | undefined;
  readonly vips: readonly IpAddress[];
}

/**
 * What is not said is taken from what this host owns on the NIC; a VRID of which nobody knows the family may be of
 * either.
 */
export function meaningOf(
  asked: Asked,
  owned: readonly OwnedRouter[],
): Pick<Facts, "routers" | "vips" | "isIpv6Meant"> {
  const here = owned.filter(
    ({ parent, vrid, family }) =>
      parent === asked.interface &&
      (asked.vrid === undefined || vrid === asked.vrid) &&
      (asked.family === undefined || family === asked.family),
  );
  const said = asked.family === undefined ? asked.vips.map(familyOf) : [asked.family];
  const families = [...new Set([...said, ...here.map(({ family }) => family)])];
  const { vrid } = asked;
  const routers =
    vrid === undefined
      ? here.map(({ family, vrid: own }) => ({ family, vrid: own }))
      : (families.length === 0 ? ([4, 6] as const) : families).map(
          (family): MeantRouter => ({ family, vrid }),
        );
  return {
    routers,
    vips: asked.vips.length > 0 ? asked.vips : here.flatMap(({ vips }) => vips),
    isIpv6Meant: families.includes(6),
  };
}
