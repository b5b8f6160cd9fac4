/**
 * What the man page of vip-probe tells beside its table.
 *
 * @module
 */
import type { Manual } from "@viptools/cli";

export const MANUAL: Manual = {
  description: [
    "It is the stopwatch: it asks an address at a fixed distance, by ping, ARP or neighbour discovery, and tells of each outage how long it was and how many asks were lost. At its end it writes a summary.",
  ],
  signals: [["SIGTERM, SIGINT, SIGHUP", "end, and write the summary"]],
};
