/**
 * `arp-hide check`: asks the network who answers for addresses.
 *
 * @module
 */
import {
  type Context,
  demandWholeTime,
  ExitCode,
  ExitError,
  orUsage,
  parseDurationUs,
  pauseUnlessStopped,
  wasAskedToStop,
} from "@viptools/cli";
import {
  ADVERTISEMENT_FILTER,
  ARP_FILTER,
  KernelError,
  type Link,
  monotonicUs,
  PacketSocket,
  RouteReader,
} from "@viptools/kernel";
import {
  encodeAddressQuestion,
  familyOf,
  type IpAddress,
  type IpFamily,
  type Mac,
  readAddressClaim,
  ZERO_MAC,
} from "@viptools/wire";
import { Answerers, isAsItShallBe } from "./answerers.ts";
import { toExit } from "./kernel-exit.ts";
import { parseAll, parseExpected, parseHost } from "./words.ts";

const COUNT_MAX = 1_000_000;

interface Asking {
  readonly interface: string;
  readonly addresses: readonly IpAddress[];
  readonly expected: Mac | undefined;
  readonly count: number;
  readonly everyUs: number;
  readonly waitUs: number;
}

/** @returns negative if more than one MAC answers for an address, or one that is not expected. */
export async function check(context: Context): Promise<ExitCode> {
  const asking = readAsking(context);
  const ifindex = context.needInterface(asking.interface);
  context.needRawSockets();
  const nic = readNic(context, ifindex, asking);
  const answerers = new Answerers(asking.addresses);
  try {
    return tell(context, asking, answerers, await ask(asking, nic, answerers));
  } catch (error) {
    throw toExit(error);
  }
}

function readAsking({ args }: Context): Asking {
  return {
    interface: args.required("interface"),
    addresses: orUsage(() => parseAll(args.words, parseHost)),
    expected: args.parsed("expect", parseExpected),
    count: args.integer("count", 1, COUNT_MAX)!,
    everyUs: args.parsed("every", parseDurationUs)!,
    waitUs: args.parsed("wait", parseDurationUs)!,
  };
}

/** @throws {ExitError} usage, for what is no Ethernet; noInterface, where nobody would hear. */
function readNic(context: Context, ifindex: number, { addresses }: Asking): Link & { readonly mac: Mac } {
  const route = new RouteReader();
  try {
    const nic = route.links().find(({ index }) => index === ifindex);
    if (!nic?.isRunning)
      throw new ExitError(ExitCode.noInterface, `${nic?.name} is down or has no carrier: nobody would hear`);
    if (nic.mac === undefined || nic.mac === ZERO_MAC)
      throw new ExitError(ExitCode.usage, `${nic.name} has no MAC address: needs an Ethernet interface`);
    const own = [...route.addresses(4), ...route.addresses(6)].map(({ address }) => address);
    for (const address of addresses.filter((one) => own.includes(one)))
      context.say(`this host has ${address} itself, and does not hear itself: ask from another one as well`);
    return { ...nic, mac: nic.mac };
  } finally {
    route.close();
  }
}

/**
 * Probes (RFC 5227 §2.1.1) and solicitations as of duplicate address detection (RFC 4862 §5.4.2): nobody's cache changes.
 *
 * @returns how many questions left for each address.
 */
async function ask(
  { addresses, count, everyUs, waitUs }: Asking,
  nic: Link & { readonly mac: Mac },
  answerers: Answerers,
): Promise<Map<IpAddress, number>> {
  const sockets = new Map(
    [...new Set(addresses.map(familyOf))].map((family) => [family, listen(family, nic.index, answerers)]),
  );
  const asked = new Map<IpAddress, number>();
  const startUs = monotonicUs();
  for (let n = 0; n < count; n++) {
    await until(startUs + n * everyUs);
    if (wasAskedToStop()) break;
    for (const target of addresses) {
      const hasLeft = send(sockets.get(familyOf(target))!, encodeAddressQuestion({ target, mac: nic.mac }));
      if (hasLeft) asked.set(target, (asked.get(target) ?? 0) + 1);
    }
  }
  await until(monotonicUs() + waitUs);
  for (const socket of sockets.values()) finish(socket);
  return asked;
}

function listen(family: IpFamily, ifindex: number, answerers: Answerers): PacketSocket {
  return new PacketSocket({
    ifindex,
    filter: family === 4 ? ARP_FILTER : ADVERTISEMENT_FILTER,
    onFrame: ({ bytes, direction, vlan }) => {
      const claim = direction === "out" || vlan !== undefined ? undefined : readAddressClaim(bytes);
      if (claim !== undefined) answerers.note(claim);
    },
  });
}

/** @returns false for one that the kernel had no room for. */
function send(socket: PacketSocket, question: Uint8Array): boolean {
  try {
    socket.send(question);
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === "ENOBUFS") return false;
    throw error;
  }
}

/** @throws {ExitError} kernel, if not every answer was read. */
function finish(socket: PacketSocket): void {
  socket.drain();
  const dropped = socket.dropped();
  socket.close();
  if (dropped > 0)
    throw new ExitError(ExitCode.kernel, `${dropped} answers came too fast to be read: ask more slowly`);
}

/** Also when it is late: answers are read meanwhile. */
async function until(atUs: number): Promise<void> {
  const waitMs = (atUs - monotonicUs()) / 1000;
  if (waitMs > 0) await pauseUnlessStopped(waitMs);
  else await new Promise(setImmediate);
}

/** @throws {ExitError} kernel, where no question left, or it was asked to stop before its time. */
function tell(
  context: Context,
  { interface: name, addresses, expected }: Asking,
  answerers: Answerers,
  asked: ReadonlyMap<IpAddress, number>,
): ExitCode {
  let isGood = true;
  for (const ip of addresses) {
    const owners = answerers.of(ip);
    isGood &&= isAsItShallBe(owners, expected);
    context.write({
      type: "hide.checked",
      ip,
      interface: name,
      asked: asked.get(ip) ?? 0,
      owners: owners.map((owner) => ({
        ...owner,
        ...(expected === undefined ? {} : { is_expected: owner.mac === expected }),
      })),
    });
  }
  if (!isGood) return ExitCode.negative;
  demandWholeTime("all questions had left and their answers could have come");
  if (addresses.some((ip) => !asked.has(ip)))
    throw new ExitError(ExitCode.kernel, "no question left: a fence mutes this host, or its queue is full");
  return ExitCode.done;
}
