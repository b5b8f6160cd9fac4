/**
 * What the page draws, as values: lanes, spans and marks on one time axis. Milliseconds from the picture's beginning.
 *
 * @module
 */

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StateSpan extends Span {
  readonly state: string;
  readonly reason: string;
  /** Up to here the host is known to have been so; after it, its log says nothing more. */
  readonly knownToMs: number;
}

export interface OwnedSpan extends Span {
  readonly mac: string;
  /** How it ended; undefined if it has not. */
  readonly end?: "down" | "fenced";
  readonly knownToMs: number;
}

/** Announcements so close to each other that they are one mark. */
export interface AnnouncedMark extends Span {
  readonly frames: number;
}

export interface RouterLane {
  readonly label: string;
  readonly states: readonly StateSpan[];
  readonly owned: readonly OwnedSpan[];
  readonly announced: readonly AnnouncedMark[];
}

export interface OutageSpan extends Span {
  /** False: it had not ended when the probe did. */
  readonly isOver: boolean;
  readonly lost?: number;
  readonly macBefore?: string;
  readonly macAfter?: string;
}

/** Asks so close to each other that they are one bar. */
export interface AskBar extends Span {
  readonly asks: number;
  readonly lost: number;
  /** Of those that were answered; undefined if none was. */
  readonly quickestMs?: number;
  readonly slowestMs?: number;
}

export interface ClientLane {
  readonly label: string;
  readonly outages: readonly OutageSpan[];
  readonly asks: readonly AskBar[];
  /** The figures of its summary, as a sentence. */
  readonly summary?: string;
}

/** What happened in one outage, in order. */
export interface OutageStory {
  readonly client: string;
  readonly outage: OutageSpan;
  readonly events: readonly StoryEvent[];
  /** Events beside those. */
  readonly leftOut: number;
}

export interface StoryEvent {
  /** Since the outage's beginning; negative before it. */
  readonly afterMs: number;
  readonly lane: string;
  readonly what: string;
}

export interface Picture {
  readonly title: string;
  /** Wall clock of the picture's beginning, RFC 3339, by the reference clock. */
  readonly beginsAt: string;
  /** Whose clock all times are of. */
  readonly clockOf: string;
  readonly lengthMs: number;
  readonly routers: readonly RouterLane[];
  readonly clients: readonly ClientLane[];
  readonly stories: readonly OutageStory[];
  /** How each host's clock was brought to the reference clock. */
  readonly clocks: readonly string[];
  /** What could not be read or is not drawn. */
  readonly notes: readonly string[];
}
