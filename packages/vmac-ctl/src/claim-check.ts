/**
 * Whether a state record can be obeyed: the schema knows the form of its fields, not whether they fit together. Pure.
 *
 * @module
 */
import { familyOfVip, formatInstance, parseVip, type RecordOf } from "@viptools/records";

/** @returns what is wrong with it; undefined if nothing is. */
export function mistakeIn(record: RecordOf<"vrrp.state">): string | undefined {
  const { instance, interface: parent, family, vrid, vips } = record;
  const named = formatInstance({ interface: parent, family, vrid });
  if (named !== instance) return `instance is ${instance}, and its fields say ${named}`;
  for (const vip of vips) {
    try {
      if (familyOfVip(parseVip(vip)) !== family) return `${vip} is not of family ${family}`;
    } catch (error) {
      if (error instanceof SyntaxError) return error.message;
      throw error;
    }
  }
  return undefined;
}
