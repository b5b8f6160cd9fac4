/**
 * What this version of vmac-ctl can do, and so what scripts may ask of it.
 *
 * @module
 */
import type { IpFamily } from "@viptools/wire";

export const CAN: {
  readonly families: readonly IpFamily[];
  /** More words for `vmac-ctl up`, one of these each time. */
  readonly upOptions: readonly string[];
  /** More words for `vmac-ctl follow`, one of these each time. */
  readonly followOptions: readonly string[];
  /** Obeys records without a virtual MAC. */
  readonly ownsWithoutVmac: boolean;
  /** Has `vmac-ctl cleanup`; without it `down` clears away what a dead owner left. */
  readonly cleansUp: boolean;
  /** An `up` that ends with 0 has made sure that the addresses are there, after a killed `up` and a deletion too. */
  readonly upLooks: boolean;
} = {
  families: [4, 6],
  upOptions: ["", "", "--mode address", "--no-accept", "--name vip{family}-{vrid}", "--no-address"],
  followOptions: ["", "--fence watched", "--fence none", "--standby fenced", "--mode address", "--no-accept"],
  ownsWithoutVmac: true,
  cleansUp: true,
  upLooks: true,
};
