/**
 * The rules of the method redirect, for one interface: what comes in for an address that no interface has is turned to
 * the interface's own address, and the kernel puts the VIP back into what is answered (connection tracking). Pure.
 *
 * @module
 */
import {
  type BaseChain,
  COUNTER,
  cameInBy,
  compare,
  DROP,
  InetHook,
  implied,
  inSet,
  type NftField,
  type NftTerm,
  ofFamily,
  PayloadBase,
  payloadField,
  REDIRECT,
  type SetSpec,
  type TableSpec,
  TRANSPORT,
} from "@viptools/kernel";
import { addressToBytes, familyOf, type IpAddress, type IpFamily } from "@viptools/wire";
import type { Hiding } from "./plan.ts";
import { tableOf } from "./rules.ts";

/** `dstnat` is -100: before others of its kind, so that no foreign rule decides first. */
const TURN_PRIORITY = -110;
/** After them: what still is for a VIP has been turned by nobody. */
const REST_PRIORITY = -90;
/** RFC 791 §3.1, RFC 8200 §3. */
const DESTINATIONS: Readonly<Record<IpFamily, NftField>> = {
  4: payloadField("ip daddr", PayloadBase.network, 16, 4),
  6: payloadField("ip6 daddr", PayloadBase.network, 24, 16),
};
/** IPPROTO_TCP, IPPROTO_UDP; the destination port stands at the same place in both. */
const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17 };
const PORT_AT = 2;

/** Names of the sets, by family. */
export const TURNED: Readonly<Record<IpFamily, string>> = { 4: "vips", 6: "vips6" };
const FAMILIES = [4, 6] as const;

/** @param turned those that are hidden on the interface by this method. */
export function redirectRules(name: string, turned: readonly Hiding[]): TableSpec {
  const base = (priority: number): BaseChain => ({ hook: InetHook.prerouting, priority });
  return {
    family: "inet",
    name: tableOf(name),
    sets: FAMILIES.map((family) => setOf(family, turned)),
    chains: [
      {
        name: "turn",
        base: { ...base(TURN_PRIORITY), kind: "nat" },
        rules: turned.flatMap((one) => turningRules(name, one)),
      },
      {
        name: "rest",
        base: base(REST_PRIORITY),
        rules: FAMILIES.map((family) => [
          cameInBy(name),
          ofFamily(family, inSet(DESTINATIONS[family], TURNED[family])),
          COUNTER,
          DROP,
        ]),
      },
    ],
  };
}

function setOf(family: IpFamily, turned: readonly Hiding[]): SetSpec {
  const vips = turned.map(({ vip }) => vip).filter((vip) => familyOf(vip) === family);
  const elements = vips.map((vip) => ({ key: addressToBytes(vip), text: vip }));
  return { name: TURNED[family], key: family === 4 ? "ipv4" : "ipv6", elements };
}

function turningRules(name: string, { vip, to }: Hiding): NftTerm[][] {
  const services = to === undefined ? [[]] : to.map((service) => [isService(service)]);
  return services.map((service) => [cameInBy(name), isFor(vip), ...service, COUNTER, REDIRECT]);
}

function isFor(vip: IpAddress): NftTerm {
  const family = familyOf(vip);
  return ofFamily(family, compare(DESTINATIONS[family], "==", addressToBytes(vip), vip));
}

/** @param service `tcp/80`. */
function isService(service: string): NftTerm {
  const [protocol = "", port] = service.split("/");
  const number = Number(port);
  const field = payloadField(`${protocol} dport`, PayloadBase.transport, PORT_AT, 2);
  const isProtocol = compare(TRANSPORT, "==", Uint8Array.of(PROTOCOLS[protocol]!), protocol);
  return implied(isProtocol, compare(field, "==", Uint8Array.of(number >> 8, number & 0xff), String(number)));
}
