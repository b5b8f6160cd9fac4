/**
 * A vrrp_instance as an entry of `vrrp-elect --config`. Pure.
 *
 * @module
 */
import { familyOfVip, formatVip, parseVip, type Vip } from "@viptools/records";
import { isLinkLocal } from "@viptools/wire";
import type { Checks, TrackedKind } from "./checks.ts";
import type { Statement } from "./conf-tree.ts";
import type { Globals } from "./globals.ts";
import type { RouterEntry, ScriptEntries } from "./imported.ts";
import { NEEDLESS, whyLeftOut } from "./keywords.ts";
import { isScriptKey, readScript } from "./notify-scripts.ts";
import { readAddress, readInterval, readPeers, readSecret } from "./protocol.ts";
import { type Report, readNumber } from "./report.ts";

export interface Instance {
  readonly name: string;
  /** Where it stands. */
  readonly statement: Statement;
  /** As viptools calls it. */
  readonly id: string;
  readonly router: RouterEntry;
  readonly scripts: ScriptEntries;
  readonly secret: string | undefined;
}

/** What members of a sync group have in common. */
export interface Membership {
  readonly isWeightless: boolean;
  readonly track: readonly string[];
  readonly group: string | undefined;
}

export interface Surroundings {
  readonly globals: Globals;
  readonly checks: Checks;
  readonly report: Report;
}

/** @returns undefined if it cannot be one: no interface, VRID or address. */
export function readInstance(
  statement: Statement,
  membership: Membership,
  { globals, checks, report }: Surroundings,
): Instance | undefined {
  const reader = new InstanceReader(statement, membership, globals, checks, report);
  return reader.read();
}

class InstanceReader {
  readonly #statement: Statement;
  readonly #membership: Membership;
  readonly #globals: Globals;
  readonly #checks: Checks;
  readonly #report: Report;
  readonly #settings: Record<string, unknown> = {};
  readonly #scripts: ScriptEntries = {};
  readonly #track = new Set<string>();
  readonly #vips: Vip[] = [];

  constructor(
    statement: Statement,
    membership: Membership,
    globals: Globals,
    checks: Checks,
    report: Report,
  ) {
    this.#statement = statement;
    this.#membership = membership;
    this.#globals = globals;
    this.#checks = checks;
    this.#report = report;
    for (const name of membership.track) this.#track.add(name);
  }

  read(): Instance | undefined {
    const [name = ""] = this.#statement.words;
    for (const [keyword, read] of Object.entries(this.#readers))
      for (const statement of this.#all(keyword)) read(statement);
    const interfaceName = this.#find("interface")?.words[0];
    const vrid = this.#number("virtual_router_id", 1, 255);
    const [first] = this.#vips;
    if (name === "" || interfaceName === undefined || vrid === undefined || first === undefined) {
      this.#report.leave(this.#statement, "needs a name, an interface, a virtual_router_id and an address");
      return undefined;
    }
    const family = familyOfVip(first);
    const own = this.#find("version")?.words[0] ?? String(this.#globals.version);
    const version = family === 4 && own !== "3" ? 2 : 3;
    const secret = readSecret(this.#find("authentication"), version, this.#report);
    this.#readRest();
    return {
      name,
      statement: this.#statement,
      id: `${interfaceName}/${family}/${vrid}`,
      scripts: this.#scripts,
      secret,
      router: {
        interface: interfaceName,
        vrid,
        vips: this.#vips.map(formatVip),
        vrrp_version: version,
        vmac: this.#find("use_vmac") !== undefined,
        ...this.#globals.settings,
        ...readInterval(this.#find("advert_int"), version, this.#report),
        ...this.#settings,
        ...(family === 6 && !isLinkLocal(first.address) ? { lenient_v6: true } : {}),
        ...this.#preemption(),
        track: [...this.#track],
        ...(this.#membership.group === undefined ? {} : { sync_group: this.#membership.group }),
      },
    };
  }

  /** In this order, whatever the file's is. */
  readonly #readers: Readonly<Record<string, (statement: Statement) => void>> = {
    interface: () => {},
    virtual_router_id: () => {},
    version: () => {},
    advert_int: () => {},
    nopreempt: () => {},
    authentication: () => {},
    virtual_ipaddress: ({ block = [] }) => {
      for (const address of block) this.#readVip(address);
    },
    virtual_ipaddress_excluded: ({ block = [] }) => {
      for (const address of block)
        this.#report.leave(
          address,
          "every address is advertised: a virtual router of its own, or in virtual_ipaddress of all routers",
        );
    },
    priority: (statement) =>
      this.#put("priority", readNumber(statement, this.#report, { least: 1, most: 255 })),
    preempt_delay: (statement) => this.#putSeconds("preempt_delay", statement, 1000),
    down_timer_adverts: (statement) =>
      this.#put("down_count", readNumber(statement, this.#report, { least: 2, most: 100 })),
    use_vmac: (statement) => {
      if (statement.words.length > 0)
        this.#report.leave(statement, "its MAC is the RFC's, its name vmac-ctl follow --name");
    },
    unicast_src_ip: (statement) =>
      this.#put("source", readAddress(statement, statement.words[0], this.#report)),
    mcast_src_ip: (statement) =>
      this.#put("source", readAddress(statement, statement.words[0], this.#report)),
    unicast_peer: ({ block = [] }) => {
      for (const [key, value] of Object.entries(readPeers(block, this.#report))) this.#put(key, value);
    },
    track_script: ({ block = [] }) => this.#readTracked("script", block),
    track_file: ({ block = [] }) => this.#readTracked("file", block),
    track_process: ({ block = [] }) => this.#readTracked("process", block),
    track_interface: ({ block = [] }) => {
      const own = this.#find("interface")?.words[0];
      const isOwn = ({ keyword, words }: Statement): boolean => keyword === own && !words.includes("weight");
      this.#readTracked(
        "interface",
        block.filter((entry) => !isOwn(entry)),
      );
    },
  };

  #all(keyword: string): Statement[] {
    return (this.#statement.block ?? []).filter((one) => one.keyword === keyword);
  }

  /** Of several, keepalived takes the last. */
  #find(keyword: string): Statement | undefined {
    return this.#all(keyword).at(-1);
  }

  #number(keyword: string, least: number, most: number): number | undefined {
    const statement = this.#find(keyword);
    return statement && readNumber(statement, this.#report, { least, most });
  }

  #put(key: string, value: unknown): void {
    if (value !== undefined) this.#settings[key] = value;
  }

  #putSeconds(key: string, statement: Statement, most: number): void {
    const seconds = readNumber(statement, this.#report, { least: 0, most, isWhole: false });
    this.#put(key, seconds === undefined ? undefined : `${seconds}s`);
  }

  #readVip(address: Statement): void {
    const vip = this.#parseVip(address);
    if (vip === undefined) return;
    const [first] = this.#vips;
    if (first !== undefined && familyOfVip(first) !== familyOfVip(vip)) {
      this.#report.leave(address, "another family is another virtual router");
      return;
    }
    if (this.#vips.some((other) => other.address === vip.address)) {
      this.#report.leave(address, "is there twice");
      return;
    }
    this.#vips.push(vip);
    this.#readVipOptions(address);
  }

  #parseVip(address: Statement): Vip | undefined {
    try {
      return parseVip(address.keyword);
    } catch (error) {
      this.#report.leave(address, (error as SyntaxError).message);
      return undefined;
    }
  }

  #readVipOptions(address: Statement): void {
    const { words } = address;
    const device = words[words.indexOf("dev") + 1];
    const own = this.#find("interface")?.words[0];
    if (words.includes("dev") && device !== own)
      this.#report.leave(address, `the address is owned on ${own ?? "the interface of the virtual router"}`);
    const others = words.filter((word) => !["dev", device, "no_track", "-nodad"].includes(word));
    if (others.length > 0)
      this.#report.leave(
        address,
        "the address is owned; label, scope and the like are vmac-ctl's, for all addresses",
      );
  }

  #readTracked(kind: TrackedKind, block: readonly Statement[]): void {
    for (const entry of block) {
      const name = this.#checks.use(kind, entry, this.#membership.isWeightless);
      if (name !== undefined) this.#track.add(name);
    }
  }

  /** keepalived leaves nopreempt out of account if the state is MASTER. */
  #preemption(): { preempt?: false } {
    const statement = this.#find("nopreempt");
    if (statement === undefined) return {};
    if (this.#find("state")?.words[0] !== "MASTER") return { preempt: false };
    this.#report.leave(statement, "keepalived does without it where the state is MASTER, and so it is here");
    return {};
  }

  #readRest(): void {
    for (const statement of this.#statement.block ?? []) {
      const { keyword } = statement;
      if (isScriptKey(keyword)) readScript(this.#scripts, statement, this.#globals.user, this.#report);
      else if (!(keyword in this.#readers) && !NEEDLESS.has(keyword))
        this.#report.leave(statement, whyLeftOut(keyword));
    }
  }
}
