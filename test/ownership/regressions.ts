/**
 * Scripts that have failed once, as short as they could be made.
 *
 * @module
 */
import { BARE, type Script, type Step } from "./script.ts";

export interface Regression {
  readonly name: string;
  readonly script: Script;
}

const ROUTER = { family: 4, vrid: 51 } as const;
const ROUTER6 = { family: 6, vrid: 51 } as const;
const UP: Step = { type: "up", router: ROUTER, vips: ["192.0.2.100/24"], options: "" };

const bare = (...steps: readonly Step[]): Script => ({ scene: BARE, steps });

export const REGRESSIONS: readonly Regression[] = [
  {
    name: "S3 a note that was cut short, before any other",
    script: bare({ type: "tear", router: ROUTER, note: "own" }),
  },
  {
    name: "S3 a note that was cut short, of an owner that stands",
    script: bare(UP, { type: "tear", router: ROUTER, note: "own" }),
  },
  {
    name: "S3 a note of the parent's settings that was cut short",
    script: bare(UP, { type: "tear", router: ROUTER, note: "parent" }),
  },
  {
    name: "an `up` after somebody has deleted the link makes it again",
    script: bare(UP, { type: "disturb", router: ROUTER, how: "delete the link" }, UP, {
      type: "find",
      vips: ["192.0.2.100/24"],
    }),
  },
  {
    name: "S3 an elector that goes on without a virtual MAC",
    script: bare({
      type: "tell",
      records: [
        { type: "state", state: "active", router: ROUTER6, vips: ["fe80::100/128"], hasVmac: true },
        { type: "lease", router: ROUTER6, validMs: 2000, kind: "" },
        { type: "state", state: "active", router: ROUTER6, vips: ["2001:db8::101/128"], hasVmac: false },
        { type: "lease", router: ROUTER6, validMs: 2000, kind: "" },
      ],
      pauseMs: 50,
    }),
  },
];
