/**
 * Addresses and their owners as a table for people: pure.
 *
 * @module
 */
import { macText, partsOf } from "./address-number.ts";
import type { OwnerColumns } from "./owner-columns.ts";

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
}

interface Row {
  readonly ip: string;
  readonly mac: string;
  readonly where: string;
  readonly ageUs: number;
  readonly claims: number;
  readonly changes: number;
}

const HEAD = ["ADDRESS", "OWNER", "WHERE", "AGE", "CLAIMS", "CHANGES"] as const;
/** Numbers stand at the right. */
const IS_NUMBER = [false, false, false, true, true, true] as const;
const SECOND_US = 1e6;

/**
 * Those that changed owners come first, then those that spoke last.
 *
 * @param nowUs on the clock of the claims.
 * @param sources names of interfaces and files.
 * @returns lines that fit into the size, none longer.
 */
export function viewOwners(
  owners: OwnerColumns,
  sources: readonly string[],
  nowUs: number,
  size: ViewSize,
): string[] {
  const rows = [...owners.rows()]
    .toSorted((a, b) => owners.changes[b]! - owners.changes[a]! || owners.lastUs[b]! - owners.lastUs[a]!)
    .slice(0, Math.max(1, size.rows - 2))
    .map((row) => describe(owners, sources, row, nowUs));
  const cells = [
    [...HEAD],
    ...rows.map(({ ip, mac, where, ageUs, claims, changes }) => [
      ip,
      mac,
      where,
      ageText(ageUs),
      String(claims),
      String(changes),
    ]),
  ];
  const widths = HEAD.map((_, n) => Math.max(...cells.map((row) => row[n]!.length)));
  const lines = cells.map((row) =>
    row
      .map((cell, n) => (IS_NUMBER[n] ? cell.padStart(widths[n]!) : cell.padEnd(widths[n]!)))
      .join("  ")
      .trimEnd(),
  );
  const hidden = owners.size - rows.length;
  const count = `${owners.size} addresses${hidden > 0 ? `, ${hidden} of them not shown` : ""}`;
  return [count, ...lines].map((line) => line.slice(0, size.columns));
}

function describe(owners: OwnerColumns, sources: readonly string[], row: number, nowUs: number): Row {
  const { source, vlan, ip } = partsOf(owners.keyOf(row));
  return {
    ip,
    mac: macText(owners.mac[row]!),
    where: `${sources[source]}${vlan === 0 ? "" : `.${vlan}`}`,
    ageUs: Math.max(0, nowUs - owners.lastUs[row]!),
    claims: owners.claims[row]!,
    changes: owners.changes[row]!,
  };
}

/** @returns a few characters: `0.4s`, `12s`, `5m`, `3h`. */
function ageText(ageUs: number): string {
  const seconds = ageUs / SECOND_US;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 120) return `${Math.floor(seconds)}s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds / 3600)}h`;
}
