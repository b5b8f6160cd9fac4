/**
 * What `arp-hide` says about addresses that a host has without answering for them.
 *
 * @module
 */
import * as v from "valibot";
import { address, choice, count, flag, mac, text, texts, vips } from "./field.ts";
import { recordType } from "./record-type.ts";

const hiding = {
  interface: text("where the question is heard"),
  method: choice("how the addresses are hidden", ["sysctl", "nft", "arptables", "redirect"]),
  vips: vips("addresses"),
  tunnels: v.optional(texts("with --tunnel: the interfaces on which they stand")),
  to: v.optional(texts("with --to: the services that are reached, at most 64, then a count")),
};
const changed = {
  ...hiding,
  took_us: count("from reading the command line to the kernel's last confirmation"),
  changes: texts("what was changed, at most 64 entries, then a count"),
};

export const hideAdded = recordType(
  "hide.added",
  "arp-hide",
  "This host has the VIPs and does not answer for them",
  changed,
);
export const hideRemoved = recordType("hide.removed", "arp-hide", "This host has the VIPs no more", changed);

export const hideStep = recordType("hide.step", "arp-hide", "A step that --dry-run has not done", {
  interface: hiding.interface,
  n: count("its place, from 1"),
  what: text("what it is for"),
  command: text("the command that does the same"),
});

export const hideStatus = recordType("hide.status", "arp-hide", "What this host hides on an interface", {
  ...hiding,
  is_whole: flag("whether the VIPs are there and nothing answers for them"),
  why: texts("what is missing, or what else is worth knowing; at most 64 entries, then a count"),
});

export const hideChecked = recordType("hide.checked", "arp-hide", "Who answers for an address", {
  ip: address("the address that was asked for"),
  interface: text("where it was asked"),
  asked: count("questions that left"),
  owners: v.pipe(
    v.array(
      v.object({
        mac: mac("who answered"),
        answers: count("how often"),
        is_expected: v.optional(flag("with --expect: whether it is the one")),
      }),
    ),
    v.description("every MAC that answered, in the order of their first answers; empty: nobody has it"),
  ),
});
