/**
 * The observer on interfaces: captures, one timer, and a watch on the links. It sends nothing: that a NIC lets the
 * groups through is asked of the NIC, not of the network.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, type Moment, onStopSignals } from "@viptools/cli";
import {
  Alarm,
  type CapturedFrame,
  DRAIN_FRAMES,
  KernelError,
  type LinkEvent,
  LinkMonitor,
  monotonicNs,
  monotonicNsOf,
  monotonicUs,
  PacketSocket,
  RouteSocket,
  realtimeNs,
  TAGGED_VRRP_FILTER,
} from "@viptools/kernel";
import { DeliveryCheck } from "./delivery-check.ts";
import type { Tell } from "./main.ts";
import type { Observer } from "./observer.ts";
import type { ObserveOptions } from "./options.ts";
import { sight } from "./sighting.ts";

interface Port {
  readonly name: string;
  readonly ifindex: number;
  readonly socket: PacketSocket;
  readonly check: DeliveryCheck;
}

const CHECK_EVERY_MS = 500;
/** After a burst that filled a whole reading: more may wait. */
const BEHIND_US = 1000;

/** @returns the exit code, if the time of looking was cut short by something wrong. */
export async function observeLive(
  context: Context,
  observer: Observer,
  tell: Tell,
  options: ObserveOptions,
): Promise<number> {
  const found = options.interfaces.map((name) => ({ name, ifindex: context.needInterface(name) }));
  context.needRawSockets();
  await sayWhatIsDown(context, found, options.mode !== "stream");
  const watch = new LiveWatch(context, observer, tell, options, found);
  try {
    const code = await watch.run();
    await watch.finish();
    return code;
  } finally {
    watch.close();
  }
}

/** @throws {ExitError} noInterface, where an answer would only say that the cable is out. */
async function sayWhatIsDown(
  context: Context,
  ports: readonly { readonly name: string; readonly ifindex: number }[],
  mustAnswer: boolean,
): Promise<void> {
  const route = new RouteSocket();
  const links = await route.links().finally(() => route.close());
  for (const { name, ifindex } of ports) {
    if (links.find(({ index }) => index === ifindex)?.isRunning) continue;
    const what = `${name} is down or has no carrier`;
    if (mustAnswer) throw new ExitError(ExitCode.noInterface, `${what}: nothing can be heard there`);
    context.say(`${what}: waiting for it`);
  }
}

class LiveWatch {
  readonly #context: Context;
  readonly #observer: Observer;
  readonly #tell: Tell;
  readonly #options: ObserveOptions;
  readonly #ports: readonly Port[];
  readonly #alarm = new Alarm(() => this.#ring());
  #alarmUs = Number.POSITIVE_INFINITY;
  #isChecking = true;
  #end: (code: number) => void = () => {};

  constructor(
    context: Context,
    observer: Observer,
    tell: Tell,
    options: ObserveOptions,
    found: readonly { readonly name: string; readonly ifindex: number }[],
  ) {
    this.#context = context;
    this.#observer = observer;
    this.#tell = tell;
    this.#options = options;
    this.#ports = found.map(({ name, ifindex }) => this.#open(name, ifindex));
    context.count(() => this.#counters());
  }

  /** Until the time is over, a signal, the loss of the reader, or of an interface. @returns the exit code. */
  async run(): Promise<number> {
    const { forUs, mode } = this.#options;
    const monitor = new LinkMonitor((event) => this.#hearKernel(event));
    const checks = setInterval(() => void this.#checkDelivery(), CHECK_EVERY_MS);
    this.#setAlarm();
    try {
      return await new Promise<number>((resolve) => {
        this.#end = resolve;
        // Elsewhere the exit code is an answer too, whoever reads the rest.
        if (mode === "stream") this.#context.output.onReaderLost(() => resolve(ExitCode.outputLost));
        onStopSignals(() => resolve(ExitCode.done));
        if (forUs !== undefined) setTimeout(() => resolve(ExitCode.done), forUs / 1000);
      });
    } finally {
      clearInterval(checks);
      monitor.close();
    }
  }

  /** Hears what waits, and says what was held back. */
  async finish(): Promise<void> {
    this.#ring();
    await this.#checkDelivery();
    for (const body of this.#observer.finish()) this.#tell(body);
  }

  close(): void {
    this.#alarm.close();
    for (const { socket, check } of this.#ports) {
      check.close();
      socket.close();
    }
  }

  #open(name: string, ifindex: number): Port {
    const { joins, isPromiscuous } = this.#options;
    const say = (message: string): void => this.#context.say(message);
    const check = new DeliveryCheck({ interfaceName: name, ifindex, joins, say });
    const socket = new PacketSocket({
      ifindex,
      filter: TAGGED_VRRP_FILTER,
      reception: isPromiscuous ? "promiscuous" : "allMulticast",
      onFrame: (frame) => this.#hear(name, check, frame),
    });
    return { name, ifindex, socket, check };
  }

  #hear(name: string, check: DeliveryCheck, frame: CapturedFrame): void {
    const sighting = sight(frame);
    if (sighting === undefined) return;
    const moment = { realtimeNs: frame.realtimeNs, monotonicNs: monotonicNsOf(frame.realtimeNs) };
    const nowUs = Number(moment.monotonicNs / 1000n);
    for (const { atUs, body } of this.#observer.hear(name, sighting, nowUs))
      this.#tell(body, atUs === nowUs ? moment : momentOf(atUs));
    if (sighting.kind === "advert" && frame.direction === "in") check.wire(sighting.advert, nowUs);
    this.#setAlarm();
  }

  /** Every frame that came before now is read before anything is concluded from silence (S6). */
  #ring(): void {
    const nowUs = monotonicUs();
    this.#alarmUs = Number.POSITIVE_INFINITY;
    const isBehind = this.#ports.map(({ socket }) => socket.drain()).some((count) => count >= DRAIN_FRAMES);
    if (isBehind) {
      this.#alarmUs = nowUs + BEHIND_US;
      this.#alarm.set(this.#alarmUs);
      return;
    }
    for (const { atUs, body } of this.#observer.advance(nowUs)) this.#tell(body, momentOf(atUs));
    this.#setAlarm();
  }

  #setAlarm(): void {
    const { dueUs } = this.#observer;
    if (dueUs >= this.#alarmUs) return;
    this.#alarmUs = dueUs;
    this.#alarm.set(dueUs);
  }

  /** What it needs of the kernel is not needed to observe: without it, that goes on. */
  async #checkDelivery(): Promise<void> {
    try {
      for (const port of this.#ports) if (this.#isChecking) await this.#checkPort(port);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (this.#isChecking) this.#context.report(error.code, `${error.message}: delivery is not compared`);
      this.#isChecking = false;
    }
  }

  async #checkPort({ name, check }: Port): Promise<void> {
    check.refresh();
    const nowUs = monotonicUs();
    for (const { advert, detail } of await check.judge(nowUs)) {
      const { family, vrid, protocol, address } = advert;
      const place = { segment: name, family, vrid, protocol };
      for (const body of this.#observer.conflict(place, "not_delivered", address, detail, nowUs))
        this.#tell(body);
    }
  }

  #hearKernel(event: LinkEvent): void {
    const port = event.type === "link" && this.#ports.find(({ ifindex }) => ifindex === event.link.index);
    if (!port || event.type !== "link" || !event.isDeleted) return;
    this.#context.report("no_interface", `${port.name} is gone: start again when it is back`);
    this.#end(ExitCode.noInterface);
  }

  #counters(): Record<string, number> {
    const dropped = this.#ports.reduce((sum, { socket }) => sum + socket.dropped(), 0);
    return { ...this.#observer.counters(), capture_dropped: dropped };
  }
}

/** Of a moment that has passed, on both clocks. */
function momentOf(atUs: number): Moment {
  const atNs = BigInt(Math.round(atUs)) * 1000n;
  return { realtimeNs: realtimeNs() - (monotonicNs() - atNs), monotonicNs: atNs };
}
