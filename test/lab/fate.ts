/**
 * What became of each ask, from what passed the switch: pure analysis.
 *
 * @module
 */

/** A frame at a port of the switch. */
export interface Hop {
  readonly atUs: number;
  /** `p-a` for host a's eth0. */
  readonly port: string;
  /** `in`: from the host into the switch. */
  readonly direction: "in" | "out";
  /** An echo, or a frame that is sent as the virtual router or advertises. */
  readonly what: "request" | "reply" | "voice";
  /** Of an echo: which one. Of a voice: what it says. */
  readonly name: string;
}

/** Asks in a row that went the same way, and came to no answer. */
export interface Fate {
  readonly fromUs: number;
  readonly toUs: number;
  readonly lost: number;
  /** Where the ask and its answer were seen, in order. */
  readonly way: string;
}

/** @returns the asks without an answer at the client's port, in the order of their time. */
export function fatesOf(hops: readonly Hop[], clientPort: string): Fate[] {
  const fates: Fate[] = [];
  let isBroken = true;
  for (const way of waysOf(hops)) {
    const [first] = way;
    if (first!.port !== clientPort || first!.direction !== "in") continue;
    if (way.some((hop) => hop.what === "reply" && hop.port === clientPort && hop.direction === "out")) {
      isBroken = true;
      continue;
    }
    const text = textOf(way);
    const last = fates.at(-1);
    if (isBroken || last?.way !== text)
      fates.push({ fromUs: first!.atUs, toUs: first!.atUs, lost: 1, way: text });
    else fates[fates.length - 1] = { ...last, toUs: first!.atUs, lost: last.lost + 1 };
    isBroken = false;
  }
  return fates;
}

/** Hops of each echo, echoes in the order of their first hop. */
function waysOf(hops: readonly Hop[]): Iterable<Hop[]> {
  const ways = new Map<string, Hop[]>();
  for (const hop of hops) {
    if (hop.what === "voice") continue;
    const way = ways.get(hop.name);
    if (way === undefined) ways.set(hop.name, [hop]);
    else way.push(hop);
  }
  return ways.values();
}

/** `request in p-c, request out p-a` */
function textOf(way: readonly Hop[]): string {
  return way.map(({ what, direction, port }) => `${what} ${direction} ${port}`).join(", ");
}

function asksOf(hops: readonly Hop[], clientPort: string): Hop[] {
  return hops.filter(
    ({ what, port, direction }) => what === "request" && port === clientPort && direction === "in",
  );
}

/** The longest time between two asks: what is shorter than that may have been missed. */
export function longestPauseMs(hops: readonly Hop[], clientPort: string): number {
  const asks = asksOf(hops, clientPort);
  const pauses = asks.slice(1).map(({ atUs }, n) => (atUs - asks[n]!.atUs) / 1000);
  return pauses.reduce((longest, pause) => Math.max(longest, pause), 0);
}

const AROUND_US = 50_000;
const LINES_MAX = 40;

/**
 * For the message of a test that failed: each stretch of lost asks and which way it went, between what was said as the
 * virtual router within 50 ms of it.
 *
 * @param faultUs times are told from here on, same clock as the hops.
 */
export function explainLoss(hops: readonly Hop[], clientPort: string, faultUs: number): string {
  const fates = fatesOf(hops, clientPort);
  if (fates.length === 0) return "every ask that the switch saw was answered";
  const asks = asksOf(hops, clientPort);
  const isNear = ({ atUs }: Hop): boolean =>
    fates.some(({ fromUs, toUs }) => atUs > fromUs - AROUND_US && atUs < toUs + AROUND_US);
  const at = (us: number): string => `${us < faultUs ? "" : "+"}${((us - faultUs) / 1000).toFixed(1)} ms`;
  const voices = hops
    .filter((hop) => hop.what === "voice" && hop.direction === "in" && isNear(hop))
    .map((hop) => ({ atUs: hop.atUs, text: `${at(hop.atUs)} ${hop.port} ${hop.name}` }));
  const losses = fates.map(({ fromUs, toUs, lost, way }) => ({
    atUs: fromUs,
    text: `${at(fromUs)} LOST ${lost} until ${at(toUs)}: ${way}`,
  }));
  const lines = [...voices, ...losses].sort((x, y) => x.atUs - y.atUs).map(({ text }) => text);
  return [`of ${asks.length} asks at the switch, times from the fault:`, ...lines.slice(0, LINES_MAX)].join(
    "\n  ",
  );
}
