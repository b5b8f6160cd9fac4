/**
 * What keepalived would say: states of the election in its words, for instances and for its sync groups. Pure.
 *
 * @module
 */
import type { RecordOf } from "@viptools/records";

export type Word = "MASTER" | "BACKUP" | "FAULT" | "STOP";

/** One call of keepalived's notify: `INSTANCE VI_1 MASTER 150`. */
export interface Call {
  readonly kind: "INSTANCE" | "GROUP";
  readonly name: string;
  readonly word: Word;
  /** Of a group 0. */
  readonly priority: number;
  /** As it is called here; of a group, the member that brought it about. */
  readonly instance: string;
}

/** A virtual router, or many if it is the one for all. */
export interface Naming {
  /** `eth0/4/51`; undefined for all that nothing else names. */
  readonly instance?: string | undefined;
  /** In keepalived.conf; undefined: as the instance is called here. */
  readonly name?: string | undefined;
}

export interface GroupNaming {
  readonly name: string;
  /** Instances as they are called here. */
  readonly members: readonly string[];
}

/** Reasons for which an elector ends; for others it waits in `initialize`. */
const ENDS: ReadonlySet<string> = new Set(["shutdown", "reader_lost", "interface_gone"]);

export class KeepalivedWords {
  readonly #instances: readonly Naming[];
  readonly #groups: readonly GroupNaming[];
  readonly #last = new Map<string, Call>();
  readonly #lastOfGroup = new Map<string, Word>();

  constructor(instances: readonly Naming[], groups: readonly GroupNaming[]) {
    this.#instances = instances;
    this.#groups = groups;
  }

  /** @returns the calls that keepalived would make, in its order: the instance first, then its groups. */
  hear({ instance, state, reason, priority }: RecordOf<"vrrp.state">): Call[] {
    const word = wordOf(state, reason);
    const naming =
      this.#instances.find((one) => one.instance === instance) ??
      this.#instances.find((one) => one.instance === undefined);
    if (naming === undefined || this.#last.get(instance)?.word === word) return [];
    const call: Call = { kind: "INSTANCE", name: naming.name ?? instance, word, priority, instance };
    this.#last.set(instance, call);
    return [call, ...this.#groupCalls(instance)];
  }

  /** The elector is gone, whatever it said last. */
  end(): Call[] {
    return [...this.#last].flatMap(([instance, last]) => {
      if (last.word === "STOP") return [];
      const call: Call = { ...last, word: "STOP" };
      this.#last.set(instance, call);
      return [call, ...this.#groupCalls(instance)];
    });
  }

  #groupCalls(instance: string): Call[] {
    return this.#groups
      .filter(({ members }) => members.includes(instance))
      .flatMap(({ name, members }): Call[] => {
        const word = wordOfGroup(members.map((member) => this.#last.get(member)?.word));
        if (word === undefined || this.#lastOfGroup.get(name) === word) return [];
        this.#lastOfGroup.set(name, word);
        return [{ kind: "GROUP", name, word, priority: 0, instance }];
      });
  }
}

function wordOf(state: RecordOf<"vrrp.state">["state"], reason: string): Word {
  if (state === "active") return "MASTER";
  if (state === "backup") return "BACKUP";
  return ENDS.has(reason) ? "STOP" : "FAULT";
}

/** @returns undefined while its members are on their way from one state to another. */
function wordOfGroup(words: readonly (Word | undefined)[]): Word | undefined {
  if (words.every((word) => word === "STOP")) return "STOP";
  if (words.includes("FAULT")) return "FAULT";
  const [first] = words;
  return words.every((word) => word === first) ? first : undefined;
}
