/**
 * The file that says what keepalived's names mean: interface, VRID and VIPs for each, as in its own configuration.
 *
 * @module
 */
import { readJsonConfig, wrongConfig } from "@viptools/cli";
import { familyOfVip, parseVip, type Vip } from "@viptools/records";
import * as v from "valibot";
import type { Claim } from "./owner-table.ts";
import { claimByHand } from "./owning-options.ts";
import type { OwnSettings } from "./plan.ts";

const text = (about: string) => v.pipe(v.string(), v.nonEmpty(), v.description(about));
const schema = v.strictObject({
  instances: v.pipe(
    v.array(
      v.strictObject({
        name: text("of the instance or group in keepalived.conf"),
        interface: text("the NIC"),
        vrid: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255)),
        vips: v.pipe(v.array(text("ADDRESS[/LENGTH], of both families if need be")), v.minLength(1)),
      }),
    ),
    v.minLength(1),
  ),
});
type Meaning = v.InferOutput<typeof schema>["instances"][number];

/** @returns by keepalived's name. @throws {ExitError} noFile or configuration. */
export function readMeanings(path: string, settings: OwnSettings): ReadonlyMap<string, readonly Claim[]> {
  const { instances } = readJsonConfig(path, schema);
  const mistakes: string[] = [];
  const meanings = new Map<string, Claim[]>();
  const owners = new Map<string, string>();
  instances.forEach((meaning, n) => {
    const claims = claimsOf(meaning, settings, (mistake) => mistakes.push(`instances[${n}].${mistake}`));
    for (const { instance } of claims) {
      const other = owners.get(instance);
      if (other !== undefined) mistakes.push(`instances[${n}] is ${instance} again, like "${other}"`);
      owners.set(instance, meaning.name);
    }
    meanings.set(meaning.name, [...(meanings.get(meaning.name) ?? []), ...claims]);
  });
  if (mistakes.length > 0) throw wrongConfig(path, mistakes);
  return meanings;
}

/** One for each family among the VIPs: each has a virtual MAC of its own. */
function claimsOf(meaning: Meaning, settings: OwnSettings, wrong: (mistake: string) => void): Claim[] {
  const { interface: parent, vrid } = meaning;
  const vips = meaning.vips.flatMap((vip, n): Vip[] => {
    try {
      return [parseVip(vip)];
    } catch (error) {
      wrong(`vips[${n}] ${(error as SyntaxError).message}`);
      return [];
    }
  });
  return ([4, 6] as const).flatMap((family) => {
    const own = vips.filter((vip) => familyOfVip(vip) === family);
    return own.length === 0 ? [] : [claimByHand({ interface: parent, family, vrid }, own, settings)];
  });
}
