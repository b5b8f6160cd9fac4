/**
 * What holds for all virtual routers: global_defs and blocks beside it. Pure.
 *
 * @module
 */
import type { Statement } from "./conf-tree.ts";
import { NEEDLESS, whyLeftOut } from "./keywords.ts";
import { type Report, readNumber } from "./report.ts";

export interface Globals {
  readonly version: 2 | 3;
  /** Who runs scripts. */
  readonly user: string | undefined;
  readonly group: string | undefined;
  /** Settings of every virtual router that does not say otherwise. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** @param blocks those of all `global_defs`. */
export function readGlobals(blocks: readonly Statement[], report: Report): Globals {
  const settings: Record<string, unknown> = {};
  let version: 2 | 3 = 2;
  let [user, group]: readonly (string | undefined)[] = [];
  for (const statement of blocks.flatMap(({ block = [] }) => block)) {
    const { keyword, words } = statement;
    if (keyword === "vrrp_version") version = words[0] === "3" ? 3 : 2;
    else if (keyword === "script_user") [user, group] = words;
    else if (keyword === "vrrp_startup_delay") {
      const seconds = readNumber(statement, report, { least: 0, most: 86_400, isWhole: false });
      if (seconds !== undefined) settings["startup_delay"] = `${seconds}s`;
    } else if (keyword === "vrrp_down_timer_adverts") {
      const count = readNumber(statement, report, { least: 2, most: 100 });
      if (count !== undefined) settings["down_count"] = count;
    } else if (!NEEDLESS.has(keyword)) report.leave(statement, whyLeftOut(keyword));
  }
  return { version, user, group, settings };
}
