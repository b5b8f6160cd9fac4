/**
 * Hears the records of all logs, in any order of the logs, and keeps what the picture needs. Pure, in bounded memory.
 *
 * @module
 */
import type { KnownRecord, RecordOf } from "@viptools/records";
import { ClientHistory } from "./client-history.ts";
import type { HeardAnnouncement } from "./clock-offset.ts";
import { HostClock, monotonicUsOf } from "./host-clock.ts";
import { RouterHistory } from "./router-history.ts";
import { shown } from "./shown.ts";

/** More lanes than this nobody reads. */
const HISTORIES_MAX = 200;
const ANNOUNCEMENTS_MAX = 10_000;

/** One log, or what is measured now. */
export interface Source {
  readonly name: string;
  readonly hosts: Map<string, HostPart>;
}

/** One host in one log. */
interface HostPart {
  clock: HostClock;
  routers: Map<string, RouterHistory>;
  clients: Map<string, ClientHistory>;
}

export class Chronicle {
  readonly routers: RouterHistory[] = [];
  readonly clients: ClientHistory[] = [];
  readonly clocks: HostClock[] = [];
  /** Records without a monotonic time. */
  timeless = 0;
  /** Virtual routers and probes that were too many to keep. */
  leftOut = 0;
  /** First ones by clock: "address MAC". */
  readonly #sent = new Map<string, Map<HostClock, number>>();
  readonly #heard = new Map<string, Map<HostClock, number>>();

  openSource(name: string): Source {
    return { name, hosts: new Map() };
  }

  hear(source: Source, record: KnownRecord): void {
    if (!DRAWN.has(record.type)) return;
    const us = monotonicUsOf(record);
    if (us === undefined) {
      this.timeless += 1;
      return;
    }
    const part = this.#partOf(source, record.host);
    if (!part.clock.hear(record, us)) {
      this.#reboot(part);
      part.clock.hear(record, us);
    }
    this.#sort(part, record, us);
  }

  /** Each first announcement with who heard it first. */
  heardAnnouncements(): HeardAnnouncement[] {
    return [...this.#sent].flatMap(([key, senders]) =>
      [...senders].flatMap(([sender, sentUs]) =>
        [...(this.#heard.get(key) ?? [])]
          .filter(([hearer]) => hearer !== sender)
          .map(([hearer, heardUs]) => ({ sender, sentUs, hearer, heardUs })),
      ),
    );
  }

  #partOf({ hosts }: Source, host: string): HostPart {
    let part = hosts.get(host);
    if (part === undefined) {
      part = { clock: new HostClock(shown(host)), routers: new Map(), clients: new Map() };
      this.clocks.push(part.clock);
      hosts.set(host, part);
    }
    return part;
  }

  /** Its monotonic clock has begun again. */
  #reboot(part: HostPart): void {
    part.clock = new HostClock(part.clock.host);
    this.clocks.push(part.clock);
    part.routers = new Map();
    part.clients = new Map();
  }

  #sort(part: HostPart, record: KnownRecord, us: number): void {
    switch (record.type) {
      case "probe.asked":
        this.#clientOf(part, record)?.hearAsked(record, us);
        break;
      case "probe.lost":
        this.#clientOf(part, record)?.hearLost(record, us);
        break;
      case "probe.back":
        this.#clientOf(part, record)?.hearBack(record, us);
        break;
      case "probe.summary":
        this.#clientOf(part, record)?.hearSummary(record, us);
        break;
      case "arp.seen":
        if (record.direction !== "out" && record.spa === record.tpa)
          first(this.#heard, `${record.spa} ${record.sha}`, part.clock, us);
        break;
      default:
        this.#sortRouters(part, record, us);
    }
  }

  #sortRouters(part: HostPart, record: KnownRecord, us: number): void {
    switch (record.type) {
      case "vrrp.state":
        this.#routerOf(part, record.instance)?.hearState(record, us);
        break;
      case "vrrp.lease":
        for (const instance of record.instances) part.routers.get(instance)?.hearLease(record, us);
        break;
      case "vmac.up":
        this.#routerOf(part, record.instance)?.hearUp(record, us);
        break;
      case "vmac.down":
        part.routers.get(record.instance)?.hearNoLonger("down", us);
        break;
      case "vmac.fenced":
        part.routers.get(record.instance)?.hearNoLonger("fenced", us);
        break;
      case "garp.sent":
        this.#hearSent(part, record, us);
        break;
      case "garp.round":
        part.routers.get(record.instance ?? "")?.hearRound(record, us);
        break;
    }
  }

  #hearSent(part: HostPart, { ip, sha }: RecordOf<"garp.sent">, us: number): void {
    first(this.#sent, `${ip} ${sha}`, part.clock, us);
    const owners = [...part.routers.values()].filter(({ vips }) => vips.has(ip));
    if (owners.length === 0) {
      const alone = this.#routerOf(part, ip);
      alone?.vips.add(ip);
      alone?.hearSent(us);
    }
    for (const owner of owners) owner.hearSent(us);
  }

  #routerOf(part: HostPart, name: string): RouterHistory | undefined {
    const known = part.routers.get(name);
    if (known !== undefined) return known;
    if (!this.#hasRoom()) return undefined;
    const fresh = new RouterHistory(part.clock, name);
    part.routers.set(name, fresh);
    this.routers.push(fresh);
    return fresh;
  }

  #clientOf(
    part: HostPart,
    record: RecordOf<"probe.asked" | "probe.lost" | "probe.back" | "probe.summary">,
  ): ClientHistory | undefined {
    const key = `${record.pid} ${record.target} ${record.kind} ${record.port}`;
    const known = part.clients.get(key);
    if (known !== undefined) return known;
    if (!this.#hasRoom()) return undefined;
    const fresh = new ClientHistory(part.clock, record);
    part.clients.set(key, fresh);
    this.clients.push(fresh);
    return fresh;
  }

  #hasRoom(): boolean {
    if (this.routers.length + this.clients.length < HISTORIES_MAX) return true;
    this.leftOut += 1;
    return false;
  }
}

const DRAWN: ReadonlySet<KnownRecord["type"]> = new Set([
  "vrrp.state",
  "vrrp.lease",
  "vrrp.alive",
  "vmac.up",
  "vmac.down",
  "vmac.fenced",
  "garp.sent",
  "garp.round",
  "arp.seen",
  "probe.asked",
  "probe.lost",
  "probe.back",
  "probe.summary",
]);

function first(book: Map<string, Map<HostClock, number>>, key: string, clock: HostClock, us: number): void {
  if (book.size >= ANNOUNCEMENTS_MAX && !book.has(key)) return;
  const byClock = book.get(key) ?? new Map<HostClock, number>();
  if (!byClock.has(clock)) byClock.set(clock, us);
  book.set(key, byClock);
}
