/**
 * What leaves in a round, laid out as the kernel takes it: pure.
 *
 * @module
 */
import { type PackedFrames, packFrames } from "@viptools/kernel";
import type { Announcement } from "./round.ts";

/** Reports leave first, so that the switch lets through what the announcements bring about. */
export interface Load {
  readonly reports: readonly Uint8Array[];
  readonly announcements: readonly Announcement[];
  /** Both, in this order. */
  readonly packed: PackedFrames;
}

/** Encodes what is not encoded yet. */
export function loadOf(reports: readonly Uint8Array[], announcements: readonly Announcement[]): Load {
  const frames = [...reports, ...announcements.map(({ kind, target }) => target.frame(kind))];
  return { reports, announcements, packed: packFrames(frames) };
}
