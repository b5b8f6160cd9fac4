/**
 * What becomes of a keepalived.conf: the files of viptools' tools, as data.
 *
 * @module
 */

/** An entry of `vrrp-elect --config`. */
export interface RouterEntry {
  interface: string;
  vrid: number;
  vips: string[];
  /** Checks that concern it; none if it is empty. */
  track: string[];
  vmac: boolean;
  vrrp_version: 2 | 3;
  [setting: string]: unknown;
}

/** An entry of `vip-track --config`: what is looked at is a command, a line for a shell, a link, a file or a process. */
export interface CheckEntry {
  readonly name: string;
  readonly command?: readonly string[];
  readonly shell?: string;
  readonly link?: string;
  readonly file?: string;
  readonly compare?: string;
  readonly process?: string;
  readonly count?: string;
  readonly every: string;
  readonly timeout?: string;
  readonly rise?: number;
  readonly fall?: number;
  readonly init_fail?: true;
  readonly user?: string;
  readonly group?: string;
  readonly weight?: number;
}

/** Commands of `notify-exec`, by its keys. */
export type ScriptEntries = { [key in ScriptKey]?: string[] };
export const SCRIPT_KEYS = [
  "notify",
  "notify_master",
  "notify_backup",
  "notify_fault",
  "notify_stop",
] as const;
export type ScriptKey = (typeof SCRIPT_KEYS)[number];

export interface Imported {
  readonly elect: { readonly routers: readonly RouterEntry[] };
  readonly track: { readonly checks: readonly CheckEntry[] };
  readonly notify: {
    readonly user?: string;
    readonly instances: readonly ({ instance: string; name: string } & ScriptEntries)[];
    readonly groups: readonly ({ name: string; members: string[] } & ScriptEntries)[];
  };
  /** For `vmac-ctl follow --config`, behind a keepalived that goes on. */
  readonly meanings: {
    readonly instances: readonly { name: string; interface: string; vrid: number; vips: string[] }[];
  };
  /** By the name of the file that the settings name. */
  readonly secrets: ReadonlyMap<string, string>;
}
