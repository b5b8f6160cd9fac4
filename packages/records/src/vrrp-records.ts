/**
 * What `vrrp-elect` says: about itself, and as an observer about others.
 *
 * @module
 */
import * as v from "valibot";
import {
  address,
  bootId,
  choice,
  count,
  epoch,
  family,
  flag,
  instance,
  mac,
  measure,
  priority,
  span,
  text,
  texts,
  vips,
  vrid,
} from "./field.ts";
import { recordType } from "./record-type.ts";

export const VRRP_STATES = ["initialize", "backup", "active"] as const;

const vmac = v.pipe(
  v.nullable(mac("")),
  v.description("virtual router MAC; null where the NIC's own is used"),
);
const version = v.pipe(v.picklist([2, 3]), v.description("VRRP version"));
const cause = choice("what is wrong", [
  "two_active",
  "auth_mismatch",
  "version_mismatch",
  "interval_mismatch",
  "vip_mismatch",
  "checksum",
  "checksum_form",
  "ttl",
  "wrong_mac",
  "one_way",
  "vrid_clash",
  "length",
  "type",
  "not_delivered",
  "value",
]);

export const vrrpState = recordType(
  "vrrp.state",
  "vrrp-elect",
  "This host's state for a virtual router changed",
  {
    instance,
    interface: text("interface that VRRP speaks on"),
    family,
    vrid,
    version,
    state: choice("RFC 9568 state", VRRP_STATES),
    previous: choice("state before", VRRP_STATES),
    reason: text(
      "startup, active_down, priority_zero, preempt, owner; higher_priority, higher_address, active_alive; shutdown, resign, track, sync_group, link_down, link_up, address_gone, address_back, interface_gone, vrid_clash, reload, priority, reader_late, reader_lost, input_lost",
    ),
    priority,
    active_address: v.optional(address("who is Active, if known")),
    active_priority: v.optional(priority),
    vips: vips("addresses of the virtual router"),
    vmac,
    epoch,
    boot_id: bootId,
  },
);

export const vrrpPrepare = recordType(
  "vrrp.prepare",
  "vrrp-elect",
  "This host may soon be Active: build everything, muted",
  {
    instance,
    epoch,
    vips: vips("addresses of the virtual router"),
    vmac,
    within_ms: span("how soon"),
    boot_id: v.optional(bootId),
  },
);

export const vrrpLease = recordType(
  "vrrp.lease",
  "vrrp-elect",
  "An advert was sent: until its end this host may act as Active",
  {
    instances: v.pipe(v.array(instance), v.description("all that were due in this turn")),
    epoch: v.pipe(v.array(epoch), v.description("of each instance, in the same order")),
    valid_ms: span("how long from `mono_ns` on"),
    leaving: v.optional(flag("true: serve on, but no longer speak as the virtual router")),
    settling: v.optional(flag("true: serve already, but do not yet speak as the virtual router")),
    boot_id: bootId,
  },
);

export const vrrpAlive = recordType(
  "vrrp.alive",
  "vrrp-elect",
  "Heartbeat of instances that are not Active",
  {
    instances: v.pipe(v.array(instance), v.description("all that are not Active")),
    epoch: v.pipe(v.array(epoch), v.description("of each instance, in the same order")),
    boot_id: bootId,
  },
);

export const vrrpPeer = recordType("vrrp.peer", "vrrp-elect --observe", "A router that advertises", {
  instance,
  address: address("its address"),
  mac: mac("source MAC of its adverts"),
  priority: v.optional(priority),
  version,
  vips: vips("what it advertises"),
  interval_ms: v.optional(measure("what it says its interval is")),
  protocol: v.optional(choice("absent for VRRP", ["carp"])),
  notes: v.optional(texts("what is unusual: checksum form, authentication, trailer, VLAN")),
});

export const vrrpChanged = recordType(
  "vrrp.changed",
  "vrrp-elect --observe",
  "Another router is Active now",
  {
    instance,
    gap_ms: measure("from the last advert of the old to the first of the new"),
    from: v.pipe(
      v.nullable(address("")),
      v.description("Active before, also where it was silent in between; null if nobody was"),
    ),
    to: address("Active now"),
    reason: text(
      "resign (the old one said priority 0), silent, early (before the old one could be missed: a farewell that was lost here, or the new one does not hear it), higher_priority (CARP: a shorter interval), higher_address",
    ),
  },
);

export const vrrpHealed = recordType(
  "vrrp.healed",
  "vrrp-elect --observe",
  "One Active again where there were several",
  {
    instance,
    to: address("who stayed"),
  },
);

export const vrrpSilent = recordType("vrrp.silent", "vrrp-elect --observe", "Nobody advertises any more", {
  instance,
  gap_ms: measure("since the last advert"),
});

export const vrrpLate = recordType(
  "vrrp.late",
  "vrrp-elect --observe",
  "An advert of the Active came late: it is held up, or one before it was lost",
  {
    instance,
    address: address("who is Active"),
    gap_ms: measure("since its advert before"),
    interval_ms: measure("what it says its interval is"),
  },
);

export const vrrpVrid = recordType(
  "vrrp.vrid",
  "vrrp-elect --observe --list-vrids",
  "A number that is in use",
  {
    instance,
    active: v.pipe(v.nullable(address("")), v.description("who is Active; null if nobody is any more")),
    routers: texts("all that are Active: more than one is a conflict"),
    mac: mac("source MAC of its adverts"),
    priority: v.optional(priority),
    version,
    protocol: v.optional(choice("absent for VRRP", ["carp"])),
    vips: vips("what it advertises"),
    free_vrids: count("numbers of 1 to 255 that nobody uses on this interface or VLAN"),
  },
);

const trouble = {
  instance,
  cause,
  peers: texts("addresses concerned"),
  count: count("how often since the last record of this cause"),
  detail: v.optional(text("what was seen and what was wanted")),
};

export const vrrpConflict = recordType(
  "vrrp.conflict",
  "vrrp-elect",
  "Routers disagree; adverts still count",
  trouble,
);
export const vrrpRejected = recordType(
  "vrrp.rejected",
  "vrrp-elect",
  "Adverts were refused; they changed nothing",
  trouble,
);

export const vrrpReasserted = recordType(
  "vrrp.reasserted",
  "vrrp-elect",
  "Another router that ranks lower has advertised while this host is Active: who believed it has to be told again",
  {
    instance,
    address: address("the other router's"),
    priority,
  },
);

export const vrrpStalled = recordType("vrrp.stalled", "vrrp-elect", "This process was held up", {
  instance,
  late_us: count("how late a timer was seen to have run out"),
});
