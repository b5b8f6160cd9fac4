/**
 * From records to facts: pure.
 *
 * @module
 */
import type { KnownRecord, RecordOf } from "@viptools/records";
import type { IpAddress, Mac } from "@viptools/wire";
import { virtualMacOf } from "@viptools/wire";
import type { Answer, DirectAnswer, Facts, Looked, VirtualRouter } from "./facts.ts";
import { gatherRouters } from "./routers.ts";
import { addressSaid } from "./vip-address.ts";

/** @param records of all tools; those of one tool in their order. */
export function gather(records: readonly KnownRecord[], looked: Looked): Facts {
  const of = <T extends KnownRecord["type"]>(type: T): RecordOf<T>[] =>
    records.filter((record): record is RecordOf<T> => record.type === type);
  const all = gatherRouters(records);
  const owned = of("vmac.status").filter(({ parent }) => parent === looked.interface);
  const routers = choose(all, looked);
  const instances = new Set(routers.map(({ instance }) => instance));
  const isMeant = ({ instance }: { readonly instance: string }): boolean =>
    instances.has(instance) || (looked.vrid !== undefined && vridOf(instance) === looked.vrid);
  const { answers, directAnswers } = gatherAnswers(of("garp.probed"), of("garp.found"), of("arp.seen"));
  return {
    ...looked,
    // Of several questions that fail for one reason, one says so.
    missed: [...new Set(looked.missed)],
    routers,
    usedVrids: new Set(all.map(({ vrid }) => vrid)),
    addresses: gatherAddresses(looked, routers, owned),
    answers,
    directAnswers,
    conflicts: of("vrrp.conflict").filter(isMeant),
    rejections: of("vrrp.rejected").filter((record) => isMeant(record) || looked.vrid === undefined),
    changes: of("vrrp.changed").filter(isMeant),
    lateness: of("vrrp.late").filter(isMeant),
    healings: of("vrrp.healed").filter(isMeant),
    silences: of("vrrp.silent").filter(isMeant),
    owned: owned.filter(({ instance }) => looked.vrid === undefined || vridOf(instance) === looked.vrid),
    findings: of("vmac.finding"),
    passage: of("vmac.probed").at(-1),
    arp: of("arp.seen"),
    ndp: of("ndp.seen"),
    kernel: of("arp.kernel"),
  };
}

function vridOf(instance: string): number {
  return Number(instance.split("/")[2]);
}

/** The VRID that was typed; else those of the typed VIPs; else, or where nobody advertises them, all. */
function choose(all: readonly VirtualRouter[], { vrid, vips }: Looked): readonly VirtualRouter[] {
  if (vrid !== undefined) return all.filter((router) => router.vrid === vrid);
  const found = all.filter((router) => router.vips.some((vip) => vips.includes(vip)));
  return found.length > 0 ? found : all;
}

/** Of the interface itself: what is in a VLAN cannot be asked for there. */
function gatherAddresses(
  { vips, interface: nic }: Looked,
  routers: readonly VirtualRouter[],
  owned: readonly RecordOf<"vmac.status">[],
): IpAddress[] {
  if (vips.length > 0) return [...vips];
  const advertised = routers.filter(({ segment }) => segment === nic).flatMap((router) => router.vips);
  return [...new Set([...advertised, ...owned.flatMap((own) => own.vips.map(addressSaid))])];
}

/** Whether everybody was asked or one MAC alone, the questions of the same run tell. */
function gatherAnswers(
  probed: readonly RecordOf<"garp.probed">[],
  found: readonly RecordOf<"garp.found">[],
  seen: readonly RecordOf<"arp.seen">[],
): { answers: Map<IpAddress, Answer>; directAnswers: DirectAnswer[] } {
  const targets = new Map(probed.map(({ pid, eth_dst }) => [pid, eth_dst]));
  const answers = new Map<IpAddress, Answer>();
  const directAnswers: DirectAnswer[] = [];
  for (const { pid, ip, owners, asked, own_interface: ownInterface } of found) {
    const to = targets.get(pid);
    if (asked === 0) continue;
    if (to !== undefined) directAnswers.push({ ip, to, isAnswered: owners.some(({ mac }) => mac === to) });
    else {
      const isForeign = ({ mac, is_own }: { mac: Mac; is_own?: boolean | undefined }): boolean =>
        !is_own || virtualMacOf(mac) !== undefined;
      answers.set(ip, {
        ip,
        ownInterface,
        macs: owners.filter(isForeign).map(({ mac }) => mac),
        ownMacs: owners.filter((owner) => !isForeign(owner)).map(({ mac }) => mac),
        doubledMac: owners.find(
          ({ mac, answers: count }) => count >= 2 * asked && isDoubled(ip, mac, asked, found, seen),
        )?.mac,
      });
    }
  }
  return { answers, directAnswers };
}

/**
 * Announcements that come meanwhile count as answers too, as a burst of them after a take-over does: replies to somebody
 * decide, and there are as many more of them as was asked of all.
 */
function isDoubled(
  ip: IpAddress,
  mac: Mac,
  asked: number,
  found: readonly RecordOf<"garp.found">[],
  seen: readonly RecordOf<"arp.seen">[],
): boolean {
  const asks = found.filter((run) => run.ip === ip).reduce((sum, run) => sum + run.asked, 0);
  const replies = seen.filter(
    ({ kind, direction, spa, sha }) => kind === "reply" && direction === "in" && spa === ip && sha === mac,
  );
  return replies.length >= asks + asked;
}
