/**
 * Health, commands, other programs' words, and what every tool says about itself.
 *
 * @module
 */
import * as v from "valibot";
import { choice, count, flag, instance, integer, measure, priority, text } from "./field.ts";
import { recordType } from "./record-type.ts";

export const trackState = recordType(
  "track.state",
  "vip-track",
  "Result of a health check; repeated, so that silence is a failure too",
  {
    name: text("which check"),
    ok: flag("whether it passed"),
    weight: v.optional(integer("added to the priority: positive while ok, negative while not", -254, 254)),
    detail: v.optional(text("what was seen")),
    took_ms: v.optional(measure("how long it took")),
    interval_ms: v.optional(
      measure("how often it is repeated; without it, the reader learns that by itself"),
    ),
    is_last: v.optional(flag("the check is no more: forget it, and do not take its silence for a failure")),
  },
);

export const electSet = recordType("elect.set", "anybody", "A command to vrrp-elect", {
  instance: v.optional(instance),
  priority: v.optional(priority),
  action: v.optional(choice("what to do", ["resign", "reload"])),
});

export const keepalivedState = recordType(
  "keepalived.state",
  "keepalived adapters",
  "What keepalived's notify said, in its own words",
  {
    kind: choice("what it is about", ["INSTANCE", "GROUP"]),
    name: text("its name in keepalived.conf"),
    state: text("MASTER, BACKUP, FAULT, STOP, DELETED"),
    priority: integer("effective priority; 0 for a group", 0, 255),
  },
);

export const toolError = recordType(
  "tool.error",
  "any tool",
  "Something went wrong; the tool goes on unless it says otherwise",
  {
    code: text("what kind: an errno's name, or a word of ours"),
    message: text("what was seen, what is needed"),
  },
);

export const toolStats = recordType("tool.stats", "any tool that counts", "Every counter of the process", {
  counters: v.pipe(v.record(v.string(), count("")), v.description("by name")),
});
