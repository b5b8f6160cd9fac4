/**
 * The kinds of values that records carry, each written once: validators, types, JSON Schema and documentation come from
 * these.
 *
 * @module
 */
import * as v from "valibot";

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
/** Any number of 64 bits. */
const DECIMAL = /^[0-9]{1,20}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;
const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const GROUP = "[0-9a-f]{1,4}";
/** By how many groups stand before the two colons; after them at most as many as are missing. */
const SHORTENED = [1, 2, 3, 4, 5, 6].map((n) => `(?:${GROUP}:){${n}}(?::${GROUP}){1,${7 - n}}`);
const IPV6 = [
  `(?:${GROUP}:){7}${GROUP}`,
  `(?:${GROUP}:){1,7}:`,
  ...SHORTENED,
  `:(?:(?::${GROUP}){1,7}|:)`,
  `::(?:ffff:(?:0:)?)?${IPV4}`,
].join("|");
const ADDRESS = new RegExp(`^(?:${IPV4}|${IPV6})$`);
const VIP = new RegExp(`^(?:${IPV4}/(?:3[0-2]|[12]?\\d)|(?:${IPV6})/(?:12[0-8]|1[01]\\d|[1-9]?\\d))$`);
/** No control character: it names files and settings, and stands in command lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is those that are left out; JSON Schema has no \p{Cc}.
const INSTANCE = /^[^/\s\x00-\x1f\x7f-\x9f]+\/[46]\/[0-9]{1,3}$/;

export const text = (about: string) => v.pipe(v.string(), v.description(about));
export const mac = (about: string) => v.pipe(v.string(), v.regex(MAC), v.description(about));
/** An IPv4 or IPv6 address; lower case, IPv6 as RFC 5952. */
export const address = (about: string) => v.pipe(v.string(), v.regex(ADDRESS), v.description(about));
export const vips = (about: string) =>
  v.pipe(
    testedAtOnce(v.pipe(v.string(), v.regex(VIP)), isVip),
    v.description(`${about}, each ADDRESS/LENGTH`),
  );
export const instance = v.pipe(
  v.string(),
  v.regex(INSTANCE),
  v.description("virtual router: interface/family/VRID, `eth0/4/51`"),
);
export const integer = (about: string, minimum: number, maximum: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum), v.description(about));
/** A count, or a whole number of the unit that its name ends with. */
export const count = (about: string) => integer(about, 0, Number.MAX_SAFE_INTEGER);
/** Milliseconds with a fraction. */
export const measure = (about: string) => v.pipe(v.number(), v.minValue(0), v.description(about));
/** Milliseconds that are waited for: 24 days at most, as long as a timer has. */
export const span = (about: string) =>
  v.pipe(v.number(), v.minValue(0), v.maxValue(2_073_600_000), v.description(about));
export const flag = (about: string) => v.pipe(v.boolean(), v.description(about));
export const decimal = (about: string) => v.pipe(v.string(), v.regex(DECIMAL), v.description(about));
export const timestamp = (about: string) => v.pipe(v.string(), v.regex(TIMESTAMP), v.description(about));
export const texts = (about: string) => v.pipe(v.array(v.string()), v.description(about));
export const choice = <const T extends readonly string[]>(about: string, values: T) =>
  v.pipe(v.picklist(values), v.description(about));
export const vrid = integer("VRID", 1, 255);
export const priority = integer("VRRP priority: 0 leaves, 255 owns the address", 0, 255);
export const family = v.pipe(v.picklist([4, 6]), v.description("address family: 4 or 6"));
export const epoch = count("counts this instance's changes of state");
export const bootId = text("the kernel's name of this boot: without the same one, `mono_ns` means nothing");

function isVip(value: unknown): boolean {
  return typeof value === "string" && VIP.test(value);
}

/**
 * A list whose items are judged by a plain test, because a thousand addresses are read in the middle of a take-over. Where
 * the test says no, the schema looks for itself, and finds the words.
 */
function testedAtOnce<const S extends v.GenericSchema>(item: S, isRight: (value: unknown) => boolean) {
  const list = v.array(item);
  const run: (typeof list)["~run"] = (dataset, config) =>
    Array.isArray(dataset.value) && dataset.value.every(isRight)
      ? ({ ...dataset, typed: true } as ReturnType<(typeof list)["~run"]>)
      : list["~run"](dataset, config);
  return { ...list, "~run": run };
}
