/**
 * What can be said about a virtual router, on the command line or in a configuration file: one schema for both.
 *
 * @module
 */
import * as v from "valibot";
import { CHECKSUM_CHOICES } from "./checksum-choice.ts";

const duration = (about: string) =>
  v.pipe(
    v.union([v.string(), v.pipe(v.number(), v.minValue(0))]),
    v.description(`${about}; 100ms, 1.5s, or seconds`),
  );
const whole = (about: string, least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(about));
const flag = (about: string) => v.pipe(v.boolean(), v.description(about));
const text = (about: string) => v.pipe(v.string(), v.nonEmpty(), v.description(about));
const texts = (about: string) => v.pipe(v.array(text("")), v.description(about));

/** Settings that several virtual routers may share. */
const shared = {
  priority: v.optional(whole("1 to 254; 255 for the owner of the addresses [100]", 1, 255)),
  advert_int: v.optional(duration("time between adverts, 10ms to 40.95s; version 2 whole seconds [1s]")),
  vrrp_version: v.optional(v.pipe(v.picklist([2, 3]), v.description("version to speak [3]"))),
  preempt: v.optional(flag("take over from an Active of lower priority [true]")),
  preempt_delay: v.optional(duration("how long such an Active is left alone [0]")),
  startup_delay: v.optional(duration("after a start, how long nothing is taken [0]")),
  startup_hold: v.optional(duration("how long to wait for a link to carry its first frame [30s]")),
  down_count: v.optional(whole("adverts that may be missed [3]", 2, 100)),
  link_down_delay: v.optional(duration("how long a lost carrier is overlooked [0]")),
  link_up_delay: v.optional(duration("how long a carrier must be there before it counts [0]")),
  checksum: v.optional(
    v.pipe(v.picklist(CHECKSUM_CHOICES), v.description("IPv4 checksum of version 3 [auto]")),
  ),
  auth_file: v.optional(text("version 2: file with the password that old peers want")),
  peers: v.optional(texts("unicast: the other routers, and only they are heard")),
  source: v.optional(text("address of the interface that adverts are sent from")),
  min_ttl: v.optional(whole("unicast: smallest TTL of a peer's adverts [255]", 1, 255)),
  vmac: v.optional(flag("adverts come from the virtual MAC [true]")),
  lenient_v6: v.optional(flag("IPv6: do without a link-local address in the list [false]")),
  drop_vip_mismatch: v.optional(flag("version 2: refuse adverts that list other addresses [false]")),
  handover: v.optional(duration("how long a leaver serves on at most [an interval and the longest skew]")),
  settle: v.optional(
    duration("from taking over from a living Active to the first advert, at most a quarter interval [25ms]"),
  ),
  ack: v.optional(text("file in which vmac-ctl follow says that this host receives: ends --settle early")),
  track: v.optional(texts("checks that concern it [all]")),
};

export const routerSchema = v.strictObject({
  interface: text("where it speaks VRRP"),
  vrid: whole("virtual router, 1 to 255", 1, 255),
  vips: v.pipe(
    v.array(text("ADDRESS[/LENGTH]")),
    v.minLength(1),
    v.description("its addresses, of one family, in the order of the adverts"),
  ),
  ...shared,
  sync_group: v.optional(text("all virtual routers that name it are Active together or not at all")),
});

export const configSchema = v.strictObject({
  defaults: v.optional(
    v.pipe(v.strictObject(shared), v.description("for routers that do not say otherwise")),
  ),
  routers: v.pipe(v.array(routerSchema), v.minLength(1), v.description("virtual routers")),
});

/** One virtual router as somebody asked for it: shape and ranges are right, nothing is compared yet. */
export type RouterSettings = v.InferOutput<typeof routerSchema>;
export type Settings = v.InferOutput<typeof configSchema>;
