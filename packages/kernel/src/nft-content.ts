/**
 * What stands in a table of nf_tables, in words of our own: those of what was to be loaded and those of what is loaded
 * are the same, whatever has been counted meanwhile. Pure.
 *
 * @module
 */
import { listAttributes, readAttributes, readString } from "./attributes.ts";
import { NftType } from "./nft-message.ts";
import { loadTable, type TableSpec } from "./nft-table.ts";

export interface ChainContent {
  /** Where packets come in: hook, priority, interface, policy and kind. */
  readonly entrance: string;
  /** In their order. */
  readonly rules: readonly string[];
}

/** By the chains' names. */
export type TableContent = ReadonlyMap<string, ChainContent>;

/** struct nfgenmsg. */
const GENERIC_HEADER_LENGTH = 4;
const NOTHING = new Uint8Array();
/** Which attribute of an expression holds attributes: a value, or a verdict, which holds some again. */
const DATA_OF: Readonly<Record<string, number>> = { cmp: 3, immediate: 2 };
const VERDICT_OF_DATA = 2;
/** Of an expression `immediate` that fills a register for what comes next, which is no verdict. */
const FILLED = /^immediate 1:00000001 2:\{(?:1:([0-9a-f]+))?\}$/;

/** What the kernel will say of a table when it is loaded. */
export function contentOf(table: TableSpec): TableContent {
  const messages = loadTable(table, 0);
  const bodiesOf = (type: number): Uint8Array[] =>
    messages.filter((message) => (message.type & 0xff) === type).map(({ body }) => body);
  return readContent(bodiesOf(NftType.newChain), bodiesOf(NftType.newRule));
}

/** @param chains, rules messages about those of one table. */
export function readContent(chains: readonly Uint8Array[], rules: readonly Uint8Array[]): TableContent {
  const ruled = rules.map((body) => readAttributes(body.subarray(GENERIC_HEADER_LENGTH)));
  return new Map(
    chains.map((body) => {
      const found = readAttributes(body.subarray(GENERIC_HEADER_LENGTH));
      const name = readString(found.get(3)) ?? "";
      const own = ruled.filter((rule) => readString(rule.get(2)) === name);
      return [name, { entrance: entranceText(found), rules: own.map((rule) => ruleText(rule.get(4))) }];
    }),
  );
}

/** @returns what a rule writes into packets; undefined if it writes nothing. Zeros are told as none. */
export function writtenBy(rule: string): Uint8Array | undefined {
  const filled = rule
    .split("; ")
    .map((expression) => FILLED.exec(expression))
    .find((match) => match !== null);
  return filled && Uint8Array.from(Buffer.from(filled[1] ?? "", "hex"));
}

function entranceText(chain: ReadonlyMap<number, Uint8Array>): string {
  const hook = readAttributes(chain.get(4) ?? NOTHING);
  const numbers = [hook.get(1), hook.get(2), chain.get(5)].map((value) => hex(value ?? NOTHING));
  return [...numbers, readString(chain.get(7)) ?? "", readString(hook.get(3)) ?? ""].join(" ");
}

function ruleText(expressions: Uint8Array = NOTHING): string {
  return listAttributes(expressions).map(expressionText).join("; ");
}

function expressionText(expression: Uint8Array): string {
  const found = readAttributes(expression);
  const name = readString(found.get(1)) ?? "";
  if (name === "counter") return name;
  const written = partsText(found.get(2) ?? NOTHING, (type, value) =>
    type === DATA_OF[name] ? `{${dataText(value)}}` : hex(value),
  );
  return `${name} ${written}`.trim();
}

function dataText(data: Uint8Array): string {
  return partsText(data, (type, value) =>
    type === VERDICT_OF_DATA ? `{${partsText(value, (_, part) => hex(part))}}` : hex(value),
  );
}

/** The kernel tells some zeros that nobody has said, and in an order of its own. */
function partsText(parts: Uint8Array, write: (type: number, value: Uint8Array) => string): string {
  return [...readAttributes(parts)]
    .filter(([, value]) => value.some((octet) => octet !== 0))
    .toSorted(([one], [other]) => one - other)
    .map(([type, value]) => `${type}:${write(type, value)}`)
    .join(" ");
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString("hex");
}
