/**
 * What befalls hosts and networks, when its time has come.
 *
 * @module
 */
import type { Agenda } from "./agenda.ts";
import type { Host } from "./host.ts";
import type { Network } from "./network.ts";
import { type Disturbance, inUs, type Scenario, WHO_IS_ACTIVE } from "./scenario.ts";

export interface Stage {
  readonly scenario: Scenario;
  readonly agenda: Agenda;
  readonly hosts: readonly Host[];
  readonly networks: readonly Network[];
}

/** @returns whether it had anything to befall. */
export function befall(stage: Stage, one: Disturbance): boolean {
  return "host" in one ? befallHost(stage, one, hostOf(stage, one.host)) : befallNetwork(stage, one);
}

function befallHost(stage: Stage, one: Extract<Disturbance, { host: number }>, host: Host): boolean {
  const { scenario, networks } = stage;
  if (!host.isAlive && one.type !== "one_way") return false;
  switch (one.type) {
    case "freeze":
      if (one.isMidSend) host.freezeAtSend(inUs(scenario, one.for));
      else host.freeze(inUs(scenario, one.for));
      return true;
    case "crash":
      return during(stage, one.for, (by) => (by === 1 ? host.crash() : host.start()));
    case "stop":
      return during(stage, one.for, (by) => {
        for (const { network } of host.routers) host.hinder("stop", network, by, one.isAbrupt);
      });
    case "unplug": {
      // A host that cannot know is cut off: that is what "split" does.
      if (host.isFrozen) return false;
      const network = one.network % networks.length;
      return during(stage, one.for, (by) => {
        networks[network]!.isolate(host.index, by);
        host.hinder("unplug", network, by, false);
      });
    }
    case "unread":
      host.hinderReader(inUs(scenario, one.for));
      return true;
    case "choke":
      return during(stage, one.for, (by) => host.choke(by));
    case "resign":
      host.orderAll((router) => router.resign());
      return true;
    case "priority":
      host.orderAll((router) => router.setPriority(one.priority));
      return true;
    case "own_mac":
      host.orderAll((router) => router.hearOwnMac());
      return true;
    case "one_way": {
      const to = one.to % scenario.hosts.length;
      const network = networks[one.network % networks.length]!;
      return host.index !== to && during(stage, one.for, (by) => network.cut(host.index, to, by));
    }
  }
}

function befallNetwork(stage: Stage, one: Exclude<Disturbance, { host: number }>): boolean {
  const { scenario, networks } = stage;
  switch (one.type) {
    case "split": {
      const all = 2 ** scenario.hosts.length - 1;
      const side = one.side & all;
      if (side === 0 || side === all) return false;
      return during(stage, one.for, (by) => networks[one.network % networks.length]!.split(side, by));
    }
    case "storm":
      return during(stage, one.for, (by) => {
        for (const network of networks) network.storm(by * one.loss);
      });
  }
}

function during({ agenda, scenario }: Stage, hundredths: number, act: (by: 1 | -1) => void): true {
  act(1);
  agenda.at(agenda.nowUs + inUs(scenario, hundredths), () => act(-1));
  return true;
}

function hostOf({ hosts }: Stage, index: number): Host {
  const active = hosts.find((host) => host.isAwake && host.routers[0]!.state.name === "active");
  return index === WHO_IS_ACTIVE ? (active ?? hosts[0]!) : hosts[index % hosts.length]!;
}
