/**
 * Sync groups: virtual routers that are Active together or not at all (a router's inside and outside): pure.
 *
 * @module
 */
import type { State } from "./states.ts";

/** What the group asks of one member; undefined if nothing. */
export type GroupOrder = "take" | "yield" | undefined;

/**
 * What the members must do after any of them has moved: when every one is Active or could be, those that wait take
 * over; while one is not, nobody stays Active.
 *
 * @param members the states of all members, in any order.
 * @returns an order for each, in the same order.
 */
export function coordinate(members: readonly State[]): GroupOrder[] {
  const isWhole = members.every((state) => isSpeaking(state) || isReady(state));
  return members.map((state) => {
    if (isWhole) return isReady(state) ? "take" : undefined;
    return isSpeaking(state) ? "yield" : undefined;
  });
}

function isSpeaking(state: State): boolean {
  return state.name === "active" || state.name === "settling" || state.name === "silent";
}

/** Waits for its group to take over. */
export function isReady(state: State): boolean {
  return state.name === "backup" && state.isReady;
}
