/**
 * Which records say that neighbours may believe somebody else: pure.
 *
 * @module
 */
import type { KnownRecord, RecordOf } from "@viptools/records";
import type { IpAddress, Mac } from "@viptools/wire";

/** What is announced, and from where. */
export interface Announcing {
  readonly instance: string | undefined;
  readonly parent: string;
  readonly mac: Mac;
  readonly addresses: ReadonlySet<IpAddress>;
}

/** Of a virtual router: another one has spoken as Active beside this host. Other causes are about settings. */
const CONTESTED: ReadonlySet<string> = new Set(["two_active", "one_way"]);

/** @returns whether a record means that this has to be said again. */
export function isContested(record: KnownRecord, announcing: Announcing): boolean {
  switch (record.type) {
    case "vrrp.reasserted":
    case "vrrp.healed":
      return record.instance === announcing.instance;
    case "vrrp.conflict":
      return record.instance === announcing.instance && CONTESTED.has(record.cause);
    case "arp.conflict":
      return isAbout(record, announcing) && record.owners.some(({ mac }) => mac !== announcing.mac);
    case "arp.changed":
      // Where it came to us, that was our own announcement.
      return isAbout(record, announcing) && latestOf(record.owners) !== announcing.mac;
    default:
      return false;
  }
}

function isAbout(
  { ip, interface: where }: RecordOf<"arp.conflict"> | RecordOf<"arp.changed">,
  { addresses, parent }: Announcing,
): boolean {
  return addresses.has(ip) && (where === undefined || where === parent);
}

/** RFC 3339 with nine digits: later is greater. */
function latestOf(owners: RecordOf<"arp.changed">["owners"]): Mac | undefined {
  return owners.toSorted((a, b) => (a.last_seen < b.last_seen ? 1 : -1))[0]?.mac;
}
