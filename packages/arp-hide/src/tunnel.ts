/**
 * Tunnel interfaces on which hidden addresses stand: made ready, and put back as they were.
 *
 * @module
 */
import { ExitCode, ExitError } from "@viptools/cli";
import {
  dropParentSettings,
  holdParentSettings,
  KernelError,
  readSysctl,
  settingsBefore,
} from "@viptools/kernel";
import { type Hiding, SETTINGS_HOLDER } from "./plan.ts";
import {
  comesOutIpv4,
  kindOf,
  rpFilterOf,
  type TunnelChange,
  type TunnelNote,
  type TunnelState,
  tunnelChange,
  tunnelsOf,
} from "./tunnel-plan.ts";
import type { Workbench } from "./workbench.ts";

export function tunnelState(bench: Workbench, name: string): TunnelState {
  const link = bench.route.findLink(name);
  const filterOf = (side: string): number => Number(readSysctl(rpFilterOf(side)) ?? 0);
  return {
    name,
    isThere: link !== undefined,
    isUp: link?.isUp === true,
    rpFilter: filterOf(link === undefined ? "default" : name),
    rpFilterOfAll: filterOf("all"),
  };
}

export function neededTunnels(bench: Workbench, asked: readonly Hiding[]): TunnelChange[] {
  return tunnelsOf(asked).map((name) => tunnelChange(tunnelState(bench, name), comesOutIpv4(name, asked)));
}

/** @returns what was done, for people. @throws {ExitError} kernel, where it has no such tunnels. */
export async function readyTunnel(
  bench: Workbench,
  { name, isMade, isRaised }: TunnelChange,
  isForIpv4: boolean,
): Promise<string[]> {
  const note = noteOf(name);
  if ((isMade || isRaised) && bench.runs.read(note) === undefined)
    bench.runs.write(note, { isMade, isRaised } satisfies TunnelNote);
  if (isMade) await make(bench, name);
  // A new link has settings of its own only now.
  const { settings } = tunnelChange(tunnelState(bench, name), isForIpv4);
  const changes = await holdParentSettings(bench.runs, name, SETTINGS_HOLDER, settings);
  if (isRaised) await bench.route.setUp(bench.route.findLink(name)!.index);
  return [...(isMade ? [`link ${name}`] : []), ...changes, ...(isRaised ? [`link ${name} up`] : [])];
}

async function make(bench: Workbench, name: string): Promise<void> {
  const kind = kindOf(name)!;
  try {
    await bench.route.createLink(name, kind);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    // The module brings a link of this name with it, in some namespaces.
    if (error.code === "EEXIST" && bench.route.findLink(name) !== undefined) return;
    if (error.code !== "ENOTSUP") throw error;
    throw new ExitError(
      ExitCode.kernel,
      `Cannot make ${name}: this kernel has no ${kind} tunnels, needs the module ${kind === "ipip" ? "ipip" : "ip6_tunnel"}, or --tunnel-on IF with a tunnel that is there`,
    );
  }
}

/** What would be put back of the tunnels on which nothing is left. */
export function leftTunnels(
  bench: Workbench,
  left: readonly Hiding[],
  gone: readonly Hiding[],
): TunnelChange[] {
  const staying = tunnelsOf(left);
  return tunnelsOf(gone)
    .filter((name) => !staying.includes(name))
    .map((name) => {
      const isThere = bench.route.findLink(name) !== undefined;
      const note = bench.runs.read<TunnelNote>(noteOf(name));
      return {
        name,
        isMade: isThere && note?.isMade === true,
        isRaised: isThere && note?.isRaised === true,
        settings: isThere ? settingsBefore(bench.runs, name, SETTINGS_HOLDER) : [],
      };
    });
}

/** @returns what was done, for people. */
export async function leaveTunnel(
  bench: Workbench,
  { name, isMade, isRaised }: TunnelChange,
): Promise<string[]> {
  const changes = await dropParentSettings(bench.runs, name, SETTINGS_HOLDER);
  const index = bench.route.findLink(name)?.index;
  if (index !== undefined && isRaised) await bench.route.setDown(index);
  if (index !== undefined && isMade) await bench.route.deleteLink(index);
  bench.runs.remove(noteOf(name));
  const down = isRaised ? [`link ${name} down`] : [];
  return [...changes, ...(isMade ? [`link ${name} removed`] : down)];
}

function noteOf(name: string): string {
  return `tunnel-${name}`;
}
