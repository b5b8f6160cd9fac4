/**
 * vip-probe: from a client, how long was an address away?
 *
 * @module
 */
import {
  type CommandSpec,
  type Context,
  ExitCode,
  ExitError,
  type Moment,
  onStopSignals,
  orUsage,
  parseDurationUs,
  run,
} from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { Alarm, monotonicUs } from "@viptools/kernel";
import { type IpAddress, isGroupAddress, type Mac, parseIpAddress } from "@viptools/wire";
import type { Asker, OnAnswer } from "./asker.ts";
import { KINDS, openAsker } from "./open-asker.ts";
import { type OutageEvent, OutageTracker } from "./outage.ts";

export const SPEC: CommandSpec = {
  name: "vip-probe",
  summary: "ask an address again and again, and report each time it was away",
  usage: "[--kind icmp|arp|nd] [-I IF] [--every T] [--for T] ADDRESS",
  examples: [
    ["vip-probe --every 2ms --for 30s 192.0.2.100", "500 pings a second for half a minute"],
    ["vip-probe --kind arp -I eth0 192.0.2.100", "who answers ARP for it, and when nobody does"],
    ["vip-probe --kind nd -I eth0 2001:db8::100", "the same by neighbour discovery"],
    ["vip-probe -I eth0 fe80::100", "pings of a link-local address, which need an interface"],
  ],
  words: { name: "ADDRESS", atLeast: 1, atMost: 1 },
  options: [
    {
      name: "kind",
      value: "KIND",
      choices: KINDS,
      default: "icmp",
      about: "how to ask: ping, ARP (IPv4) or neighbour discovery (IPv6)",
    },
    {
      name: "interface",
      letter: "I",
      value: "IF",
      about: "where to ask; pings follow the routes without it",
    },
    { name: "every", value: "T", default: "100ms", about: "time between asks" },
    { name: "grace", value: "T", default: "1s", about: "how long an answer may take" },
    { name: "for", value: "T", about: "stop after this long" },
  ],
  exits: [
    [1, "at least one ask was not answered"],
    [69, "no such interface, or nothing to ask from there"],
  ],
  records: ["probe.lost", "probe.back", "probe.summary"],
};

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, probe, kernel, argv);
}

async function probe(context: Context): Promise<ExitCode> {
  const { args } = context;
  const target = orUsage(() => parseIpAddress(args.words[0]!.replace(/\/(32|128)$/, "")));
  if (isGroupAddress(target))
    throw new ExitError(ExitCode.usage, `${target} is a group: needs the address of one host`);
  const everyUs = args.parsed("every", parseDurationUs)!;
  const graceUs = args.parsed("grace", parseDurationUs)!;
  const forUs = args.parsed("for", parseDurationUs) ?? Number.POSITIVE_INFINITY;
  if (everyUs < 1) throw new ExitError(ExitCode.usage, "--every is 0: needs a time between asks");
  const stopwatch = new Stopwatch(context, target, graceUs);
  const asker = await openAsker(context, target, stopwatch.onAnswer);
  await askUntilOver(context, asker, stopwatch, everyUs, forUs);
  await new Promise((resolve) => setTimeout(resolve, graceUs / 1000 + 1));
  asker.close();
  const lost = stopwatch.summarise();
  return lost > 0 ? ExitCode.negative : ExitCode.done;
}

/** Keeps the cadence whatever the answers do: the next ask is due at the last one's time plus the interval. */
async function askUntilOver(
  context: Context,
  asker: Asker,
  stopwatch: Stopwatch,
  everyUs: number,
  forUs: number,
): Promise<void> {
  const startUs = monotonicUs();
  let dueUs = startUs;
  await new Promise<void>((resolve) => {
    const alarm = new Alarm(() => {
      const nowUs = monotonicUs();
      if (nowUs - startUs >= forUs) {
        alarm.close();
        resolve();
        return;
      }
      asker.ask(stopwatch.ask());
      dueUs = Math.max(dueUs + everyUs, nowUs);
      alarm.set(dueUs);
    });
    const stop = (): void => {
      alarm.close();
      resolve();
    };
    onStopSignals(stop);
    context.output.onReaderLost(stop);
    alarm.set(dueUs);
  });
}

/** A neighbour on the same link answers ARP and solicitations within this. */
const MOMENTS_US = 5000;

/** Tells of outages as they happen. */
class Stopwatch {
  readonly #context: Context;
  readonly #target: IpAddress;
  readonly #tracker: OutageTracker;
  #mac: Mac | undefined;
  #macBefore: Mac | undefined;

  constructor(context: Context, target: IpAddress, graceUs: number) {
    this.#context = context;
    this.#target = target;
    this.#tracker = new OutageTracker(graceUs);
  }

  ask(): number {
    const nowUs = monotonicUs();
    for (const event of this.#tracker.look(nowUs)) this.#tell(event);
    return this.#tracker.ask(nowUs);
  }

  /** Answers to ARP and solicitations carry no number. */
  readonly onAnswer: OnAnswer = (n, mac) => {
    this.#mac = mac;
    if (n === undefined) this.#tracker.answerNewest(monotonicUs(), MOMENTS_US);
    else this.#tracker.answer(n, monotonicUs());
  };

  /** @returns how many asks were lost. */
  summarise(): number {
    for (const event of this.#tracker.look(monotonicUs())) this.#tell(event);
    const { asked, lost, outages, longestUs, isAway } = this.#tracker.summarise(monotonicUs());
    this.#context.write({
      type: "probe.summary",
      target: this.#target,
      asked,
      lost,
      outages: outages.length,
      outage_ms: longestUs / 1000,
      ...(isAway ? { is_away: true } : {}),
    });
    return lost;
  }

  /** The records' times are those of the asks, not of the moment when their fate was known. */
  #tell(event: OutageEvent): void {
    const target = this.#target;
    if (event.type === "lost") {
      this.#macBefore = this.#mac;
      this.#context.write(
        { type: "probe.lost", target, ...named("mac_before", this.#macBefore) },
        momentOf(event.startUs),
      );
      return;
    }
    const { startUs, endUs, lost } = event.outage;
    this.#context.write(
      {
        type: "probe.back",
        target,
        outage_ms: (endUs! - startUs) / 1000,
        lost,
        ...named("mac_before", this.#macBefore),
        ...named("mac_after", this.#mac),
      },
      momentOf(endUs!),
    );
  }
}

/** The same moment on both clocks. */
function momentOf(atUs: number): Moment {
  const monotonicNs = BigInt(Math.round(atUs * 1000));
  return { monotonicNs, realtimeNs: kernel.realtimeNs() - (kernel.monotonicNs() - monotonicNs) };
}

function named<K extends string>(key: K, mac: Mac | undefined): { [P in K]?: Mac } {
  return mac === undefined ? {} : ({ [key]: mac } as { [P in K]?: Mac });
}
