/**
 * Looks at processes while they work: memory, and what they hold before and after.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { costOf } from "../lab/crowd.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import type { Watched } from "./chain.ts";
import type { Measured } from "./memory.ts";
import { type Held, heldPath } from "./probe.ts";

/** What is open and running in a process that has nothing to do. */
export interface AtRest {
  /** How many descriptors of each kind. */
  readonly descriptors: ReadonlyMap<string, number>;
  readonly timers: number;
}

/** What was seen of a process. */
export interface Story {
  readonly name: string;
  /** Resident memory, garbage and all, as its user sees it. */
  readonly resident: readonly Measured[];
  /** The same without garbage and the room that V8 keeps. */
  readonly used: readonly Measured[];
  /** What V8 holds when garbage is collected. */
  readonly held: readonly Measured[];
  readonly before: AtRest;
  readonly after: AtRest;
  /** Processor time, from the start of the process. */
  readonly cpuMs: number;
}

/** How often is looked, at equal distances of the work. */
export const LOOKS = 30;
/** What is open for a moment, as a file that is being written, is not there each time. */
const LOOKS_AT_REST = 4;
const LOOK_AGAIN_MS = 100;
const ANSWER_MS = 20_000;

export class Watch {
  readonly #folder: string;
  readonly #processes: readonly Watched[];
  readonly #memory: ReadonlyMap<Watched, Record<"resident" | "used" | "held", Measured[]>>;
  #before: readonly AtRest[] = [];
  #next = 0;

  /** @param folder in which they tell what they hold. */
  constructor(folder: string, processes: readonly Watched[]) {
    this.#folder = folder;
    this.#processes = processes;
    this.#memory = new Map(processes.map((one) => [one, { resident: [], used: [], held: [] }]));
  }

  /** Before the work: they have nothing to do. */
  async begin(): Promise<void> {
    this.#before = await Promise.all(this.#processes.map((one) => this.#atRest(one)));
  }

  /** True when it is time to look: the caller has them finish what is on its way. @param share of the work. */
  isDue(share: number): boolean {
    return share >= this.#next / LOOKS;
  }

  async look(share: number): Promise<void> {
    this.#next = Math.floor(share * LOOKS) + 1;
    await Promise.all(this.#processes.map((one) => this.#lookAt(one, share)));
  }

  /** After the work: they have nothing to do again. */
  async end(): Promise<Story[]> {
    return await Promise.all(
      this.#processes.map(async (one, n) => ({
        name: one.label,
        ...this.#memory.get(one)!,
        before: this.#before[n]!,
        after: await this.#atRest(one),
        cpuMs: costOf([one.pid]).cpuMs,
      })),
    );
  }

  async #lookAt(one: Watched, share: number): Promise<void> {
    const { resident, used, held } = this.#memory.get(one)!;
    resident.push({ share, kib: residentKib(one.pid) });
    const { usedKib, heapKib } = await this.#ask(one);
    used.push({ share, kib: usedKib });
    held.push({ share, kib: heapKib });
  }

  async #atRest(one: Watched): Promise<AtRest> {
    const looks: AtRest[] = [];
    for (let n = 0; n < LOOKS_AT_REST; n++) {
      await sleep(LOOK_AGAIN_MS);
      const { timers } = await this.#ask(one);
      looks.push({ descriptors: descriptorsOf(one.pid), timers });
    }
    return leastOf(looks);
  }

  async #ask({ label, pid }: Watched): Promise<Held> {
    const path = heldPath(this.#folder, pid);
    const answers = (): string[] => readFileSync(path, "utf8").split("\n");
    const known = answers().length;
    process.kill(pid, "SIGUSR2");
    return await waitFor(`${label} to tell what it holds`, ANSWER_MS, () => {
      const lines = answers();
      return lines.length > known ? (JSON.parse(lines.at(-2)!) as Held) : undefined;
    });
  }
}

function leastOf(looks: readonly AtRest[]): AtRest {
  const kinds = [...looks[0]!.descriptors.keys()];
  const least = (kind: string): number =>
    Math.min(...looks.map(({ descriptors }) => descriptors.get(kind) ?? 0));
  return {
    descriptors: new Map(kinds.map((kind) => [kind, least(kind)])),
    timers: Math.min(...looks.map(({ timers }) => timers)),
  };
}

/** @throws {Error} if it is gone (proc(5)). */
function residentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]);
}

/** Sockets and pipes have numbers that differ from one to the next. */
function descriptorsOf(pid: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    const kind = kindOf(`/proc/${pid}/fd/${descriptor}`);
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function kindOf(path: string): string | undefined {
  try {
    return readlinkSync(path).replace(/:\[\d+\]$/, "");
  } catch {
    // Closed meanwhile.
    return undefined;
  }
}
