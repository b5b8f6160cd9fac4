/**
 * Asks on the wire, past this host's own caches, and hears everybody who answers.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import {
  ADVERTISEMENT_FILTER,
  ARP_FILTER,
  type CapturedFrame,
  monotonicNs,
  PacketSocket,
  packFrames,
  realtimeNs,
} from "@viptools/kernel";
import type { RecordBody } from "@viptools/records";
import { readAddressClaim } from "@viptools/wire";
import { Findings } from "./findings.ts";
import { fire } from "./firing.ts";
import type { LocalHost } from "./local-host.ts";
import { Pacing } from "./pacing.ts";
import type { Pauses } from "./pauses.ts";
import type { Questions } from "./questions.ts";
import type { Settings } from "./settings.ts";
import { Teller } from "./teller.ts";
import { Volley } from "./volley.ts";

/** Then answers are read that have come meanwhile: they would fill the socket's buffer. */
const QUESTIONS_AT_ONCE = 256;

export interface ProberOptions {
  readonly context: Context;
  readonly settings: Settings;
  readonly ifindex: number;
  readonly host: LocalHost;
  readonly questions: Questions;
  readonly pauses: Pauses;
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #findings: Findings;
  readonly #sockets: readonly PacketSocket[];
  readonly #pacing: Pacing | undefined;
  readonly #teller = new Teller();
  #refused = 0;

  /** Listens from now on. @throws {KernelError} EPERM without CAP_NET_RAW. */
  constructor(options: ProberOptions) {
    this.#options = options;
    const { questions, host, settings } = options;
    const addresses = questions.all.map(({ address }) => address);
    this.#findings = new Findings(addresses, host);
    this.#pacing = settings.framesPerS === undefined ? undefined : new Pacing(settings.framesPerS);
    this.#sockets = questions.families.map((family) => this.#listen(family));
  }

  /** Asks once for each address, unless it is over. */
  async ask(n: number): Promise<void> {
    const { questions, pauses } = this.#options;
    if (pauses.isOver) return;
    const frames = questions.all.map(({ frame }) => frame);
    const packed = packFrames(frames);
    const volley = new Volley(frames.length, (first, count) =>
      this.#sockets[0]!.sendMany(packed, first, count),
    );
    const onGo = (first: number, count: number): void => {
      for (const socket of this.#sockets) socket.drain();
      const atUs = realtimeUs();
      for (const { address } of questions.all.slice(first, first + count))
        this.#findings.noteAsked(address, atUs);
    };
    await fire(volley, { pauses, pacing: this.#pacing, atOnce: QUESTIONS_AT_ONCE, onGo });
    this.#tell(n, volley, frames.length - volley.left);
  }

  /**
   * Reads what still waits, and writes what was found.
   *
   * @param check throws if nobody can have heard.
   * @throws {ExitError} kernel, where nobody was found and not every question left, or not every answer was read.
   */
  async finish(check: () => void): Promise<ExitCode> {
    const { context } = this.#options;
    for (const socket of this.#sockets) socket.drain();
    const dropped = this.#sockets.reduce((sum, socket) => sum + socket.dropped(), 0);
    this.#teller.say(this.#findings.bodies().map((body) => () => this.#write(body)));
    await this.#teller.finish(async () => await context.output.drain());
    if (this.#findings.isAnyTaken) return ExitCode.negative;
    check();
    if (this.#refused > 0)
      throw notKnown(
        `${this.#refused} questions did not leave: the interface is down, or a fence mutes this host`,
      );
    const { unasked } = this.#findings;
    if (unasked > 0)
      throw notKnown(`${unasked} addresses were not asked for before the end: give --deadline more time`);
    if (dropped > 0)
      throw notKnown(`${dropped} answers came too fast to be read: ask more slowly, with --rate`);
    return ExitCode.done;
  }

  #listen(family: 4 | 6): PacketSocket {
    const { ifindex, questions, host, settings } = this.#options;
    const isOther = questions.mac !== host.mac || settings.vlan !== undefined;
    return new PacketSocket({
      ifindex,
      filter: family === 4 ? ARP_FILTER : ADVERTISEMENT_FILTER,
      onFrame: (frame) => this.#hear(frame),
      ...(isOther ? { reception: "promiscuous" as const } : {}),
    });
  }

  #hear({ bytes, direction, vlan, realtimeNs: atNs }: CapturedFrame): void {
    const { settings, context, pauses } = this.#options;
    if (direction === "out" || vlan !== settings.vlan) return;
    const claim = readAddressClaim(bytes);
    if (claim === undefined) return;
    const isTaken = this.#findings.noteClaim(claim, Number(atNs / 1000n));
    if (isTaken && context.args.flag("first")) pauses.stop();
  }

  #tell(n: number, volley: Volley, gone: number): void {
    const { questions, settings } = this.#options;
    volley.giveUp();
    const moment = { realtimeNs: realtimeNs(), monotonicNs: monotonicNs() };
    const left = questions.all.filter((_, place) => volley.hasLeft(place));
    for (const [place, { address }] of questions.all.slice(0, gone).entries()) {
      if (volley.hasLeft(place)) continue;
      this.#findings.takeBack(address);
      this.#refused += 1;
    }
    this.#teller.say(
      left.map(({ address }) => () => {
        const body = { ...questions.describe(address), interface: settings.interfaceName, n };
        this.#write({ type: "garp.probed", ...body }, moment);
      }),
    );
  }

  #write(body: RecordBody, moment?: { realtimeNs: bigint; monotonicNs: bigint }): void {
    const { context } = this.#options;
    if (!context.args.flag("quiet")) context.write(body, moment);
  }
}

function realtimeUs(): number {
  return Number(realtimeNs() / 1000n);
}

function notKnown(message: string): ExitError {
  return new ExitError(ExitCode.kernel, message);
}
