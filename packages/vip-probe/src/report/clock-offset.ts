/**
 * How times of one host become times of another one: exactly where both have one boot, else by their wall clocks, with
 * what an announcement that was heard says of these. Pure.
 *
 * @module
 */
import type { HostClock } from "./host-clock.ts";

/** An announcement that one host sent first and another one heard first, each by its own monotonic clock. */
export interface HeardAnnouncement {
  readonly sender: HostClock;
  readonly sentUs: number;
  readonly hearer: HostClock;
  readonly heardUs: number;
}

export interface ClockOffset {
  /** To add to the host's monotonic clock to get the reference's. */
  readonly offsetUs: number;
  /** What is assumed, as sentences for the page. */
  readonly words: string;
}

/** Wall clocks that are disciplined by NTP move less while a log is written. */
const MOVED_WORTH_TELLING_US = 1000;

/** @param heard all that is known; those of other pairs are passed over. */
export function offsetTo(
  reference: HostClock,
  clock: HostClock,
  heard: readonly HeardAnnouncement[],
): ClockOffset {
  if (clock === reference) return { offsetUs: 0, words: `${clock.host}: all times are of its clock.` };
  if (clock.bootId !== undefined && clock.bootId === reference.bootId)
    return {
      offsetUs: 0,
      words: `${clock.host}: the same boot as ${reference.host}, so the same clock: offset exactly 0.`,
    };
  const offsetUs = clock.wallAheadUs - reference.wallAheadUs;
  const words = [
    `${clock.host}: CLOCKS NOT COMPARED with ${reference.host}; it is placed by its wall clock, as if both showed the same time.`,
    ...movedWords(clock),
    ...heard.flatMap((one) => boundWords(one, clock)),
  ];
  return { offsetUs, words: words.join(" ") };
}

function movedWords(clock: HostClock): string[] {
  if (clock.wallMovedUs < MOVED_WORTH_TELLING_US) return [];
  return [`Its wall clock was moved by ${milliseconds(clock.wallMovedUs)} while it wrote its log.`];
}

/** A frame cannot be heard before it was sent. */
function boundWords({ sender, sentUs, hearer, heardUs }: HeardAnnouncement, clock: HostClock): string[] {
  if (sender !== clock || (hearer.bootId !== undefined && hearer.bootId === sender.bootId)) return [];
  const aheadUs = sentUs + sender.wallAheadUs - (heardUs + hearer.wallAheadUs);
  if (aheadUs <= 0)
    return [
      `${hearer.host} heard its first announcement ${milliseconds(-aheadUs)} after it was sent: its clock is at most that far behind.`,
    ];
  return [
    `${hearer.host} heard its first announcement ${milliseconds(aheadUs)} BEFORE it was sent: its clock is at least that far ahead, or its log lacks an earlier announcement.`,
  ];
}

function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(3)} ms`;
}
