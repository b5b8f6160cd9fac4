/**
 * What `vmac-ctl` says about owning a virtual MAC and its VIPs.
 *
 * @module
 */
import * as v from "valibot";
import { address, choice, count, epoch, flag, instance, mac, text, texts, vips, vrid } from "./field.ts";
import { recordType } from "./record-type.ts";

const ownership = {
  instance,
  epoch,
  mode: choice("how the address is owned", ["macvlan", "rewrite", "address"]),
  interface: text("where the VIPs are"),
  parent: text("the NIC"),
  mac: mac("the MAC that answers for the VIPs"),
  vips: vips("addresses"),
  took_us: count("from reading the record that asked for it to the kernel's last confirmation"),
  changes: texts("what was changed, at most 64 entries, then a count; the journal has all"),
};

export const vmacUp = recordType(
  "vmac.up",
  "vmac-ctl",
  "This host owns the VIPs and answers for them",
  ownership,
);
export const vmacPrepared = recordType("vmac.prepared", "vmac-ctl", "Everything is built, muted", ownership);
export const vmacDown = recordType("vmac.down", "vmac-ctl", "This host has given the VIPs back", ownership);
export const vmacRepaired = recordType(
  "vmac.repaired",
  "vmac-ctl",
  "Somebody took a part away; it was put back",
  { ...ownership, found: texts("what was otherwise than it should be, at most 64 entries, then a count") },
);
export const vmacFenced = recordType(
  "vmac.fenced",
  "vmac-ctl",
  "The lease ran out: the kernel has muted this host",
  ownership,
);

export const vmacError = recordType("vmac.error", "vmac-ctl", "Ownership could not be taken or kept", {
  instance,
  epoch: v.optional(epoch),
  code: text("errno's name, or an exit code's"),
  message: text("what was tried, what was seen, what to do"),
  ip: v.optional(address("that somebody else answers for")),
  owner: v.optional(mac("of that somebody")),
});

export const vmacStep = recordType("vmac.step", "vmac-ctl", "A step that --dry-run has not done", {
  instance,
  n: count("its place, from 1"),
  what: text("what it is for"),
  command: text("the command that does the same"),
});

export const vmacStatus = recordType(
  "vmac.status",
  "vmac-ctl",
  "What this host owns, or what a dead owner left",
  {
    instance,
    mode: choice("how the address is owned", ["macvlan", "rewrite", "address"]),
    interface: text("where the VIPs are"),
    parent: text("the NIC"),
    mac: mac("the MAC that answers for the VIPs"),
    vips: vips("addresses"),
    owner_pid: count("process that took it"),
    owner: choice("living: a process holds it; standing: taken by `up`; dead: left over", [
      "living",
      "standing",
      "dead",
    ]),
    is_present: flag("whether the interface is there"),
    answers: flag("whether this host answers for all of the VIPs now"),
    why: texts("why it does not, or what else is worth knowing; at most 64 entries, then a count"),
  },
);

export const vmacFinding = recordType(
  "vmac.finding",
  "vmac-ctl",
  "Something on this host or wire keeps a virtual router from working",
  {
    code: text("its stable name; docs/doctor.md has them all"),
    severity: choice("error: it does not work; warning: it does not in some cases, or is not safe", [
      "error",
      "warning",
    ]),
    found: text("a sentence with the value that was seen"),
    consequence: text("what comes of it"),
    command: text("what mends it, or shows who has to"),
    interface: v.optional(text("the NIC that was asked about")),
    vrid: v.optional(vrid),
  },
);

export const vmacProbed = recordType(
  "vmac.probed",
  "vmac-ctl",
  "Whether the network lets frames from a virtual MAC through, and answers back to it",
  {
    interface: text("the NIC"),
    vrid,
    target: address("that was asked for"),
    nic_mac: mac("from which was asked first"),
    mac: mac("the virtual MAC, from which was asked then"),
    from_nic: flag("whether the target answered the NIC's MAC"),
    from_vmac: flag("whether the target answered the virtual MAC"),
    verdict: choice(
      "foreign_source_blocked: it answers the NIC's MAC alone; target_silent: it answers neither",
      ["passes", "foreign_source_blocked", "target_silent"],
    ),
    owner: v.optional(mac("of the target, as it says")),
  },
);
