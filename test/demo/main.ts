/**
 * The demo: routers a and b, a client and a learning switch in network namespaces; the whole pipe on both routers;
 * planned stop, fail-back, link loss, silent loss. Tells what happens while it happens, and ends with a table.
 *
 * Exit code 0 only if the address moved each time.
 */
import { formatHuman } from "@viptools/cli";
import type { KnownRecord } from "@viptools/records";
import { FAULTS, type Fault, type Measured, Pair } from "../lab/failover.ts";
import { VIP } from "../lab/network.ts";
import { monotonicUsOf } from "../lab/record-log.ts";
import { PipeRouter, VMAC } from "../lab/router.ts";
import { cell, formatTable } from "../lab/table.ts";

const ADVERT_MS = 100;
const LOOK_EVERY_MS = 50;
/** What a reader of the timeline wants to see. */
const TOLD: ReadonlySet<string> = new Set([
  "vrrp.state",
  "vmac.up",
  "vmac.down",
  "vmac.fenced",
  "vmac.error",
  "garp.round",
  "tool.error",
]);

const WHAT: Readonly<Record<Fault, string>> = {
  "planned stop": "router a is stopped, as for maintenance: it says goodbye, b takes over",
  "fail-back": "router a is started again: it has the higher priority and takes the address back",
  "link loss": "router a loses its link right after an advert: both sides see that the carrier is gone",
  "silent loss": "the switch drops everything from and to a, right after an advert: nobody is told",
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Prints new records of both routers, in the order of their time. */
class Timeline {
  readonly #pair: Pair;
  readonly #told = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(pair: Pair) {
    this.#pair = pair;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  look(): void {
    const { a, b } = this.#pair.routers;
    const fresh = [a, b]
      .flatMap((router) => (router instanceof PipeRouter ? router.records() : []))
      .filter((record) => TOLD.has(record.type) && this.#isNew(record))
      .sort((x, y) => monotonicUsOf(x) - monotonicUsOf(y));
    for (const record of fresh) say(`  ${formatHuman(record)}`);
  }

  end(): void {
    clearInterval(this.#timer);
    this.look();
  }

  #isNew({ host, pid, seq }: KnownRecord): boolean {
    const key = `${host} ${pid} ${seq}`;
    const isNew = !this.#told.has(key);
    this.#told.add(key);
    return isNew;
  }
}

async function demo(): Promise<number> {
  say(`Two routers share ${VIP} and the virtual MAC ${VMAC}, with adverts each ${ADVERT_MS} ms:`);
  say("");
  say("  router a (priority 150) --.");
  say("  router b (priority 100) ---+-- switch -- client, 500 pings a second");
  say("");
  const pair = new Pair("viptools", ADVERT_MS);
  const timeline = new Timeline(pair);
  const results: Measured[] = [];
  try {
    await pair.settle();
    for (const fault of FAULTS) {
      timeline.look();
      say(`\n${fault}: ${WHAT[fault]}`);
      const measured = await pair.measure(fault);
      timeline.look();
      say(`  client: ${measured.lost} of its pings lost, ${cell(measured.outageMs)} ms without an answer`);
      results.push(measured);
    }
  } finally {
    timeline.end();
    await pair.remove();
  }
  say(`\n${tableOf(results)}`);
  say(
    "\ndetect: fault to Active; own: to the kernel's last confirmation; announce: to the first gratuitous ARP (ms).",
  );
  const didMove = results.length === FAULTS.length && results.every(({ phases }) => phases !== undefined);
  say(didMove ? "The address moved each time." : "THE ADDRESS DID NOT MOVE each time.");
  return didMove ? 0 : 1;
}

function tableOf(results: readonly Measured[]): string {
  const rows = results.map(({ fault, outageMs, lost, phases }) => [
    fault,
    cell(outageMs),
    String(lost),
    cell(phases?.detectMs),
    cell(phases?.ownMs),
    cell(phases?.announceMs),
  ]);
  return formatTable([["fault", "outage ms", "lost of 500/s", "detect", "own", "announce"], ...rows]);
}

process.exitCode = await demo();
