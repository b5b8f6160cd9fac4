/**
 * Virtual routers of this host that do not answer though they should: pure.
 *
 * @module
 */
import { virtualMac } from "@viptools/wire";
import type { Facts, OwnedRouter } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** Of those that are meant: a Backup is mute and should be. */
export function checkOwnRouters(facts: Facts): Finding[] {
  const { owned, routers, interface: nic } = facts;
  return owned
    .filter(
      ({ parent, family, vrid }) =>
        parent === nic && routers.some((one) => one.family === family && one.vrid === vrid),
    )
    .flatMap((own) => (own.owner === "dead" ? [deadOwner(own)] : silent(own)));
}

function nameOf({ parent, family, vrid }: OwnedRouter): string {
  return `${parent}/${family}/${vrid}`;
}

function deadOwner(own: OwnedRouter): Finding {
  const state = own.isSpeaking ? "it answers still" : "it does not answer";
  return {
    code: "dead_owner",
    severity: "error",
    found: `the process that owned ${nameOf(own)} was killed, and left it behind: ${state}`,
    consequence: `nobody gives ${own.vips.join(" ")} back or repairs it, whoever is Active; start the owner again, or clear it away`,
    command: "vmac-ctl cleanup",
  };
}

/** What concerns the NIC, or the whole host, has findings of its own. */
function silent(own: OwnedRouter): Finding[] {
  if (own.obstacles.some(({ kind }) => kind === "mute")) return [];
  const obstacles = own.obstacles.filter(({ kind }) => kind === "own");
  if (obstacles.length === 0) return [];
  return [
    {
      code: "own_router_silent",
      severity: "error",
      found: `${nameOf(own)} does not answer as it should: ${obstacles.map(({ found }) => found).join("; ")}`,
      consequence: `this host owns ${own.vips.join(" ")}, and clients do not reach it by ${own.mode === "address" ? "this host" : virtualMac(own.family, own.vrid)}${own.owner === "living" ? "; its owner lives, and does not mend it" : ""}`,
      command: commandFor(
        own,
        obstacles.map(({ command }) => command),
      ),
    },
  ];
}

/** What one command cannot mend, `up` makes anew with all else, unless a living owner has to. */
function commandFor(own: OwnedRouter, commands: readonly (string | undefined)[]): string {
  if (commands.every((command) => command !== undefined)) return commands.join(" && ");
  if (own.owner === "living") return "vmac-ctl status";
  const mode = own.mode === "macvlan" ? "" : ` --mode ${own.mode}`;
  const vips = own.addresses.length > 0 ? own.addresses : own.vips;
  return `vmac-ctl up -I ${own.parent} --vrid ${own.vrid}${mode} ${vips.join(" ")}`;
}
