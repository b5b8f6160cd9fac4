/**
 * Answers what arp-listen has heard, for addresses that need not stand on this host.
 *
 * @module
 */
import { type Context, ExitCode, ExitError } from "@viptools/cli";
import { KernelError, monotonicNs, monotonicUs, PacketSocket } from "@viptools/kernel";
import type { KnownRecord } from "@viptools/records";
import { familyOf, type IpAddress, type Mac } from "@viptools/wire";
import { type Answer, decideAnswer } from "./answer.ts";
import { answeredMac, encodeAnswer } from "./answer-frame.ts";
import { type Answered, readAnswered } from "./answer-options.ts";
import { AskerLimit } from "./asker-limit.ts";
import type { Herald } from "./herald.ts";
import type { LeaseBook } from "./lease-book.ts";
import { readLocalHost } from "./local-host.ts";
import { NicWatch } from "./nic-watch.ts";
import { PER_ASKER_MAX } from "./options.ts";
import { type Question, readQuestion } from "./question.ts";
import { isIpv6Router } from "./router-flag.ts";
import { Spokesman } from "./spokesman.ts";
import { type GateChoice, VoiceGate } from "./voice-gate.ts";

export class Responder {
  readonly #context: Context;
  readonly #nic: NicWatch;
  readonly #answered: Answered;
  readonly #gate: VoiceGate;
  readonly #limit: AskerLimit;
  readonly #spokesman: Spokesman | undefined;
  #socket: PacketSocket | undefined;
  #macs: ReadonlyMap<IpAddress, Mac> = new Map();
  #hasSaidOpen = false;
  readonly #answers = new Map<IpAddress, number>();
  readonly #counts: Record<string, number> = { answered: 0, answers_fenced: 0, answers_failed: 0 };

  /** @throws {ExitError} for a command line, an interface or a right that it cannot work with. */
  constructor(context: Context, leases: LeaseBook, herald: Herald) {
    const { args } = context;
    const interfaceName = args.required("interface");
    this.#context = context;
    this.#answered = readAnswered(args);
    this.#limit = new AskerLimit(args.integer("per-asker", 1, PER_ASKER_MAX)!);
    this.#gate = new VoiceGate(args.text("gate") as GateChoice, leases);
    context.needInterface(interfaceName);
    context.needRawSockets();
    this.#nic = new NicWatch(interfaceName, () => this.#nicChanged());
    if (this.#nic.mac === undefined)
      throw new ExitError(ExitCode.usage, `${interfaceName} has no MAC address: it is no Ethernet`);
    if (args.flag("announce")) this.#spokesman = new Spokesman(herald, this.#gate, interfaceName);
    this.#nicChanged();
    this.#warnOfOwn(context.needInterface(interfaceName));
  }

  /** Its kernel answers as well, with the MAC of the interface. */
  #warnOfOwn(ifindex: number): void {
    const { interfaces } = readLocalHost(ifindex);
    for (const address of this.#answered.keys()) {
      const where = interfaces.get(address);
      if (where !== undefined)
        this.#context.say(`${address} is on ${where} of this host: its kernel answers, too`);
    }
  }

  /** Each record comes here after its lease was noted. */
  obey(record: KnownRecord): void {
    this.#gate.note(record);
    this.#spokesman?.obey(record, this.#macs, monotonicUs());
    const question = readQuestion(record);
    if (question !== undefined) this.#hear(question);
  }

  counters(): Record<string, number> {
    return { ...this.#counts };
  }

  close(): void {
    this.#nic.close();
    this.#socket?.close();
  }

  #hear(question: Question): void {
    const nowUs = monotonicUs();
    const decided = decideAnswer(question, {
      interfaceName: this.#nic.name,
      macs: this.#macs,
      nowNs: monotonicNs(),
      refusal: (address) => this.#gate.refusal(address, nowUs),
      grant: (asker) => this.#limit.grant(asker, nowUs),
    });
    if (typeof decided === "string") this.#count(`silent_${decided}`);
    else this.#answer(decided);
  }

  #answer(answer: Answer): void {
    if (this.#gate.isOpen) this.#sayOpen();
    const isRouter = answer.question.family === 6 && isIpv6Router(this.#nic.name);
    try {
      if (this.#socket === undefined) throw new KernelError("ENODEV", "Cannot send a frame");
      this.#socket.send(encodeAnswer(answer, isRouter));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#count(error.code === "ENOBUFS" ? "answers_fenced" : "answers_failed");
      return;
    }
    this.#count("answered");
    this.#tell(answer, isRouter);
  }

  #tell({ question, mac }: Answer, isRouter: boolean): void {
    const { target, family, vlan, address } = question;
    const n = (this.#answers.get(target) ?? 0) + 1;
    this.#answers.set(target, n);
    this.#context.write({
      type: "garp.answered",
      ip: target,
      asker: address,
      form: family === 4 ? "reply" : "advertisement",
      eth_src: mac,
      sha: mac,
      tha: answeredMac(question),
      ...(family === 4 ? {} : { is_router: isRouter }),
      interface: this.#nic.name,
      ...(vlan === undefined ? {} : { vlan }),
      n,
    });
  }

  /** What is answered with, and through which socket. */
  #nicChanged(): void {
    const { mac, ifindex } = this.#nic;
    this.#socket?.close();
    this.#socket = ifindex === undefined ? undefined : this.#openSocket(ifindex);
    const macs = [...this.#answered].map(([address, choice]) => [address, choice === "auto" ? mac : choice]);
    this.#macs = new Map(macs.filter((one): one is [IpAddress, Mac] => one[1] !== undefined));
    this.#spokesman?.speak(this.#macs, monotonicUs());
  }

  /** Questions for IPv6 go to groups that no kernel has joined for these addresses: the NIC shall let all pass. */
  #openSocket(ifindex: number): PacketSocket {
    const hasIpv6 = [...this.#answered.keys()].some((address) => familyOf(address) === 6);
    return new PacketSocket({ ifindex, ...(hasIpv6 ? { reception: "allMulticast" } : {}) });
  }

  #sayOpen(): void {
    if (this.#hasSaidOpen || this.#gate.isWithoutGate) return;
    this.#hasSaidOpen = true;
    this.#context.say("nobody on standard input speaks of a virtual router: answers always");
  }

  #count(name: string): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
  }
}
