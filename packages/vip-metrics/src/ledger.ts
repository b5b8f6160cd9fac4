/**
 * The values of all series, as many as were admitted: names come from records, which anybody may write. Pure.
 *
 * @module
 */
import type { FamilyName } from "./families.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Series {
  readonly labels: Labels;
  value: number;
}

/** How many names there may be of each kind; the values of all other labels are words of ours. */
const NAMES_MAX: Readonly<Record<string, number>> = {
  instance: 256,
  check: 256,
  interface: 64,
  tool: 32,
  counter: 256,
};

export class Ledger {
  readonly #families = new Map<FamilyName, Map<string, Series>>();
  readonly #names = new Map<string, Set<string>>();
  #refused = 0;

  /** Values that were left out. */
  get refused(): number {
    return this.#refused;
  }

  set(family: FamilyName, labels: Labels, value: number): void {
    const series = this.#find(family, labels);
    if (series !== undefined) series.value = value;
  }

  add(family: FamilyName, labels: Labels, by = 1): void {
    const series = this.#find(family, labels);
    if (series !== undefined) series.value += by;
  }

  /** @returns undefined if nothing was set or refused. */
  get(family: FamilyName, labels: Labels): number | undefined {
    return this.#families.get(family)?.get(keyOf(labels))?.value;
  }

  /** In the order in which they were first set. */
  seriesOf(family: FamilyName): Series[] {
    return [...(this.#families.get(family)?.values() ?? [])];
  }

  #find(family: FamilyName, labels: Labels): Series | undefined {
    const all = this.#families.get(family) ?? new Map<string, Series>();
    this.#families.set(family, all);
    const key = keyOf(labels);
    const known = all.get(key);
    if (known !== undefined) return known;
    if (!Object.entries(labels).every(([label, name]) => this.#admit(label, name))) {
      this.#refused += 1;
      return undefined;
    }
    const series = { labels, value: 0 };
    all.set(key, series);
    return series;
  }

  #admit(label: string, name: string): boolean {
    const most = NAMES_MAX[label];
    if (most === undefined) return true;
    const names = this.#names.get(label) ?? new Set<string>();
    this.#names.set(label, names);
    if (names.size < most) names.add(name);
    return names.has(name);
  }
}

function keyOf(labels: Labels): string {
  return JSON.stringify(labels);
}
