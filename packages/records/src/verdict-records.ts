/**
 * What `vip-verdict` makes of what the other tools saw.
 *
 * @module
 */
import * as v from "valibot";
import { address, choice, count, instance, measure, text, texts } from "./field.ts";
import { recordType } from "./record-type.ts";

export const SEVERITIES = ["error", "warning", "note"] as const;

export const verdictFinding = recordType(
  "verdict.finding",
  "vip-verdict",
  "What is wrong with a virtual IP address, and what to type next",
  {
    code: text("its stable name; docs/trouble.md has them all"),
    severity: choice(
      "error: not served; warning: not served in some cases, or just now; note: nothing is wrong",
      [...SEVERITIES],
    ),
    instance: v.optional(instance),
    ip: v.optional(address("the address concerned")),
    found: text("a sentence with what was seen"),
    consequence: text("what comes of it"),
    command: text("what to type next, and where if not here"),
  },
);

export const verdictSummary = recordType(
  "verdict.summary",
  "vip-verdict",
  "Who is Active, who answers, what this host is, and how much is wrong",
  {
    interface: text("where it was looked"),
    role: choice("router: a VRRP program runs on this host, or is meant to", ["router", "client"]),
    looked_ms: measure("how long it was listened"),
    active: texts("a sentence for each virtual router"),
    answers: texts("a sentence for each address that was asked for"),
    here: texts("what this host is and would do"),
    errors: count("findings of this severity"),
    warnings: count("findings of this severity"),
    notes: count("findings of this severity"),
    missed: texts("what could not be looked at, and why"),
  },
);
