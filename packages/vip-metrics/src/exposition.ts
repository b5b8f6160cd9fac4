/**
 * Series as text that Prometheus reads: the text-based exposition format, version 0.0.4. Pure.
 *
 * @module
 */
import { FAMILIES, type Family, type FamilyName } from "./families.ts";
import type { Labels, Ledger } from "./ledger.ts";

/** @returns every family that has a series, each with its help and type before it; lines end with a line feed. */
export function formatExposition(ledger: Ledger): string {
  const names = Object.keys(FAMILIES) as FamilyName[];
  return names.map((name) => formatFamily(name, ledger)).join("");
}

function formatFamily(name: FamilyName, ledger: Ledger): string {
  const series = ledger.seriesOf(name);
  if (series.length === 0) return "";
  const { type, help }: Family = FAMILIES[name];
  const samples = series.map(({ labels, value }) => `${name}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${samples.join("")}`;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
