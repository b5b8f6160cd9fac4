/**
 * What is played: each form to each state of an entry, at clients of several settings. Each combination has an address
 * of its own, so that all are played at once.
 *
 * @module
 */
import type { IpAddress } from "@viptools/wire";
import { FORMS, type Form } from "./forms.ts";

/** `fresh` is inside locktime, which is a second; the others have been so for longer. */
export const STATES = ["fresh", "reachable", "stale", "incomplete", "failed", "permanent", "none"] as const;
export type State = (typeof STATES)[number];

/** What `ip neigh` has to show of an entry before it may be shot at. */
export const SHOWN: Readonly<Record<State, string | undefined>> = {
  fresh: "REACHABLE",
  reachable: "REACHABLE",
  stale: "STALE",
  incomplete: "INCOMPLETE",
  failed: "FAILED",
  permanent: "PERMANENT",
  none: undefined,
};

interface ClientKind {
  /** What differs from the defaults: paths below /proc/sys/net. */
  readonly settings: Readonly<Record<string, number>>;
  /** At which states it is looked. */
  readonly states: readonly State[];
}

/** Few entries: a kernel with more than 128 of a family, in all its namespaces, begins to forget those that failed. */
export const CLIENTS = {
  plain: { settings: {}, states: STATES },
  open: {
    settings: {
      "ipv4/conf/eth0/arp_accept": 1,
      "ipv6/conf/all/forwarding": 1,
      "ipv6/conf/eth0/accept_untracked_na": 1,
    },
    states: ["none"],
  },
  closed: {
    settings: { "ipv4/conf/all/drop_gratuitous_arp": 1, "ipv6/conf/eth0/drop_unsolicited_na": 1 },
    states: ["fresh", "reachable", "stale", "incomplete", "failed", "none"],
  },
} as const satisfies Readonly<Record<string, ClientKind>>;
export type ClientName = keyof typeof CLIENTS;
export const CLIENT_NAMES = Object.keys(CLIENTS) as readonly ClientName[];

/** One combination of form and state, with its address. */
export interface Aim {
  readonly form: Form;
  readonly state: State;
  readonly ip: IpAddress;
}

export const AIMS: readonly Aim[] = FORMS.flatMap((form) => STATES.map((state) => ({ form, state }))).map(
  ({ form, state }, n) => ({
    form,
    state,
    ip: form.family === 4 ? `192.0.2.${100 + n}` : `2001:db8::${(0x100 + n).toString(16)}`,
  }),
);

/** What is looked at on a client. */
export function aimsAt(client: ClientName, states: readonly State[] = CLIENTS[client].states): Aim[] {
  const played: readonly State[] = CLIENTS[client].states;
  return AIMS.filter(({ state }) => played.includes(state) && states.includes(state));
}

/** An entry as `ip -j neigh` shows it. */
export interface ShownEntry {
  readonly dst: string;
  readonly lladdr?: string;
  readonly router?: null;
  readonly state: readonly string[];
}

/** What became of one combination at one client. */
export interface Cell extends Aim {
  readonly client: ClientName;
  readonly before: ShownEntry | undefined;
  readonly after: ShownEntry | undefined;
}
