/**
 * Records as the pipe of a busy host carries them, from a seed: pure.
 *
 * @module
 */
import { recordLine } from "../lab/record-log.ts";
import { Random } from "../simulation/random.ts";
import { addressOf, macOf } from "./forged.ts";

type Body = Readonly<Record<string, unknown>>;

const ROUTERS = 20;
const CHECKS = 20;
/** Of so many lines one is no record. */
const BAD_EVERY = 50_000;
const STAMP = { tool: "test", host: "t", pid: 1, ts: "2026-11-25T00:00:00.000000000Z" };
/** Of another boot: it means nothing here, whatever it says. */
const OTHER_BOOT = "00000000-0000-4000-8000-000000000000";

export class RecordMix {
  readonly #random: Random;
  readonly #bootId: string;
  readonly #kinds: readonly (() => Body)[];
  #written = 0;

  constructor(seed: number, bootId: string) {
    this.#random = new Random(seed);
    this.#bootId = bootId;
    const known = [
      this.#lease,
      this.#state,
      this.#strangersLease,
      this.#strangersState,
      this.#check,
      this.#heard,
      this.#conflict,
      this.#keepalived,
    ];
    // Each is one that readers take.
    for (const kind of known) recordLine({ ...kind.call(this), mono_ns: "1" });
    this.#kinds = [...known, this.#unknown].map((kind) => kind.bind(this));
  }

  /** The next line. */
  next(): string {
    this.#written += 1;
    // All there are, before anybody looks.
    const isFirst = this.#written <= ROUTERS;
    if (this.#written % BAD_EVERY === 0) return `{"v":1,"type":"vrrp.lease","n":${this.#written}\n`;
    const kind = isFirst
      ? () => this.#state(this.#written)
      : this.#kinds[Math.floor(this.#random.below(this.#kinds.length))]!;
    return `${JSON.stringify({ v: 1, ...STAMP, mono_ns: "1", seq: this.#written, ...kind() })}\n`;
  }

  #router(): number {
    return 1 + Math.floor(this.#random.below(ROUTERS));
  }

  #lease(): Body {
    const instances = [`eth0/4/${this.#router()}`];
    return { type: "vrrp.lease", instances, epoch: [this.#written], valid_ms: 2500, boot_id: OTHER_BOOT };
  }

  /** A Backup that is told so again and again owns nothing. */
  #state(vrid = this.#router()): Body {
    const place = { instance: `eth0/4/${vrid}`, interface: "eth0", family: 4, vrid, version: 3 };
    const vips = [`192.0.2.${100 + vrid}/32`];
    const vmac = `00:00:5e:00:01:${vrid.toString(16).padStart(2, "0")}`;
    const role = { state: "backup", previous: "initialize", reason: "startup", priority: 100 };
    return { type: "vrrp.state", ...place, ...role, vips, vmac, epoch: this.#written, boot_id: this.#bootId };
  }

  /** Kept or sent by other hosts, each of which has virtual routers of its own. */
  #strangersLease(): Body {
    const instances = [`eth${this.#written}/4/1`];
    return { type: "vrrp.lease", instances, epoch: [1], valid_ms: 2500, boot_id: OTHER_BOOT };
  }

  #strangersState(): Body {
    const name = `eth${this.#written}`;
    return { ...this.#state(), instance: `${name}/4/1`, interface: name, vrid: 1, boot_id: OTHER_BOOT };
  }

  #check(): Body {
    const name = `check-${Math.floor(this.#random.below(CHECKS))}`;
    return { type: "track.state", name, ok: this.#random.below(2) < 1, weight: -10, interval_ms: 60_000 };
  }

  /** Anybody on the wire may invent addresses. */
  #heard(): Body {
    const [sha, spa] = [macOf(this.#written), addressOf(this.#written)];
    const frame = {
      interface: "eth0",
      direction: "in",
      eth_src: sha,
      eth_dst: "ff:ff:ff:ff:ff:ff",
      flags: [],
    };
    const packet = {
      kind: "request",
      operation: 1,
      sha,
      spa,
      tha: "00:00:00:00:00:00",
      tpa: "10.255.255.255",
    };
    return { type: "arp.seen", ...frame, ...packet };
  }

  #conflict(): Body {
    const seen = { first_seen: STAMP.ts, last_seen: STAMP.ts };
    const owners = [this.#written, this.#written + 1].map((n) => ({ mac: macOf(n), ...seen }));
    return { type: "arp.conflict", interface: "eth0", ip: addressOf(this.#written), owners };
  }

  #keepalived(): Body {
    const name = `VI_${this.#router()}`;
    return { type: "keepalived.state", kind: "INSTANCE", name, state: "BACKUP", priority: 100 };
  }

  #unknown(): Body {
    return { type: `other.${"abcdefghij"[this.#written % 10]}`, text: "x".repeat(this.#written % 200) };
  }
}
