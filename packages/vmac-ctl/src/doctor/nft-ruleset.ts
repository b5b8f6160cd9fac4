/**
 * What `nft --json list ruleset` says (libnftables-json(5)), as chains: pure.
 *
 * @module
 */
import type { Chain, Comparand, Hook, Rule, Term, Verdict } from "./firewall.ts";
import { numberOf } from "./firewall-names.ts";

type Json = Readonly<Record<string, unknown>>;

/** Tables of viptools itself. */
export const OWN_TABLES: RegExp = /^(vmac|hide)_/;
/** Negation has no array of its own: `!=` with a set means none of them. */
const OPERATORS: Readonly<Record<string, boolean>> = { "==": false, in: false, "!=": true };
/** How a chain accepts a kind of packet in words of nft goes before all else. */
const insertion = (place: string) => (match: string) => `nft insert rule ${place} ${match} accept`;

/**
 * @param text of the whole listing.
 * @param isLeftOut for tables that another reader judges.
 * @throws {SyntaxError} if it is none.
 */
export function readNftRuleset(
  text: string,
  isLeftOut: (family: string, table: string) => boolean = () => false,
): Chain[] {
  const listing: unknown = JSON.parse(text);
  if (!isJson(listing) || !Array.isArray(listing["nftables"]))
    throw new SyntaxError("the list of nft has no rules in it: needs what nft --json list ruleset prints");
  const objects = listing["nftables"].filter(isJson);
  const sets = new Map(
    objects.flatMap(({ set }) => (isJson(set) ? [[keyOf(set, "name"), listOf(set["elem"])] as const] : [])),
  );
  const rules = objects.flatMap(({ rule }) => (isJson(rule) ? [rule] : []));
  return objects.flatMap(({ chain }): Chain[] => {
    if (!isJson(chain)) return [];
    const [family, table] = [String(chain["family"]), String(chain["table"])];
    if ((family === "netdev" && OWN_TABLES.test(table)) || isLeftOut(family, table)) return [];
    const id = keyOf(chain, "name");
    const own = rules.filter((rule) => keyOf(rule, "chain") === id);
    return [chainOf(chain, id, own, sets)];
  });
}

type Sets = ReadonlyMap<string, readonly unknown[]>;

function chainOf(chain: Json, id: string, rules: readonly Json[], sets: Sets): Chain {
  return {
    language: "nft",
    family: String(chain["family"]),
    id,
    name: `chain ${id}`,
    base: chain["hook"] === undefined ? undefined : baseOf(chain),
    rules: rules.flatMap((rule) => rulesOf(rule, id, sets)),
    admission: insertion(id),
  };
}

function baseOf(chain: Json): NonNullable<Chain["base"]> {
  const device = chain["dev"];
  return {
    hook: String(chain["hook"]) as Hook,
    priority: Number(chain["prio"] ?? 0),
    devices: device === undefined ? [] : listOf(device).map(String),
    dropsRest: chain["policy"] === "drop",
  };
}

/** A verdict map is a rule for each of its entries. */
function rulesOf(rule: Json, chainId: string, sets: Sets): Rule[] {
  const terms: Term[] = [];
  let found: { readonly term?: Term; readonly verdict: Verdict }[] = [];
  for (const statement of listOf(rule["expr"])) {
    if (!isJson(statement)) continue;
    const [name = "", value] = Object.entries(statement)[0] ?? [];
    if (name === "match" && isJson(value)) terms.push(termOf(value, sets));
    else if (name === "vmap" && isJson(value)) found = entriesOf(value, chainId, sets);
    else if (name === "limit" || isExtension(name, value)) terms.push(UNCLEAR);
    else {
      const verdict = verdictOf(name, value, chainId);
      if (verdict !== undefined) found = [{ verdict }];
    }
  }
  const name = `rule ${rule["handle"]} of chain ${chainId}`;
  const removal = `nft delete rule ${chainId} handle ${rule["handle"]}`;
  return found.map(({ term, verdict }) => ({
    terms: term === undefined ? terms : [...terms, term],
    verdict,
    name,
    removal,
  }));
}

/** A match of iptables that nf_tables has no words for. */
function isExtension(name: string, value: unknown): boolean {
  return name === "xt" && !(isJson(value) && value["name"] === "comment");
}

const UNCLEAR: Term = { field: undefined, isNegated: false, oneOf: [] };

function verdictOf(name: string, value: unknown, chainId: string): Verdict | undefined {
  if (name === "accept" || name === "drop" || name === "return") return { kind: name };
  // Both end the packet's way here as far as it can be seen.
  if (name === "reject") return { kind: "drop" };
  if (name === "queue") return { kind: "accept" };
  if ((name === "jump" || name === "goto") && isJson(value))
    return { kind: name, chain: siblingOf(chainId, String(value["target"])) };
  return undefined;
}

/** A chain of the same table. */
function siblingOf(chainId: string, name: string): string {
  return `${chainId.split(" ").slice(0, 2).join(" ")} ${name}`;
}

function entriesOf(vmap: Json, chainId: string, sets: Sets): { term: Term; verdict: Verdict }[] {
  const field = fieldOf(vmap["key"]);
  return comparandsOf(vmap["data"], sets, (entry) => {
    if (!Array.isArray(entry) || !isJson(entry[1])) return [];
    const [name = "", value] = Object.entries(entry[1])[0] ?? [];
    const verdict = verdictOf(name, value, chainId);
    const term = { field, isNegated: false, oneOf: comparandsOf(entry[0], sets, comparandOf(field)) };
    return verdict === undefined ? [] : [{ term, verdict }];
  });
}

function termOf(match: Json, sets: Sets): Term {
  const isNegated = OPERATORS[String(match["op"])];
  const field = fieldOf(match["left"]);
  if (isNegated === undefined || field === undefined) return UNCLEAR;
  return { field, isNegated, oneOf: comparandsOf(match["right"], sets, comparandOf(field)) };
}

function fieldOf(left: unknown): string | undefined {
  if (!isJson(left)) return undefined;
  const { payload, meta, ct } = left;
  if (isJson(payload) && payload["field"] !== undefined) {
    // `icmpv6` carries both names, by version of nft.
    return `${payload["protocol"]} ${payload["field"]}`;
  }
  if (isJson(meta)) return `meta ${meta["key"]}`;
  if (isJson(ct) && ct["dir"] === undefined) return `ct ${ct["key"]}`;
  return undefined;
}

/** One by one what a value, a list, a set, or a named set holds; `unclear` for a set that is not listed. */
function comparandsOf<T>(right: unknown, sets: Sets, each: (value: unknown) => T[]): T[] {
  if (typeof right === "string" && right.startsWith("@")) {
    const name = [...sets.keys()].find((key) => key.endsWith(` ${right.slice(1)}`));
    return name === undefined ? each({}) : sets.get(name)!.flatMap(each);
  }
  if (Array.isArray(right)) return right.flatMap(each);
  if (isJson(right) && right["set"] !== undefined) return listOf(right["set"]).flatMap(each);
  return each(right);
}

function comparandOf(field: string | undefined): (value: unknown) => Comparand[] {
  return (value) => {
    if (typeof value === "number" || typeof value === "string")
      return field === undefined ? ["unclear"] : [{ exact: numberOf(field, value) }];
    if (!isJson(value)) return ["unclear"];
    const { range, prefix, elem } = value;
    if (isJson(elem)) return comparandOf(field)(elem["val"]);
    if (Array.isArray(range)) {
      const [from, to] = range.map(Number);
      return Number.isFinite(from) && Number.isFinite(to) ? [{ from: from!, to: to! }] : ["unclear"];
    }
    if (isJson(prefix)) return [{ prefix: String(prefix["addr"]), length: Number(prefix["len"]) }];
    return ["unclear"];
  };
}

/** `inet filter input`: family, table, and the name under `key`. */
function keyOf(object: Json, key: string): string {
  return `${object["family"]} ${object["table"]} ${object[key]}`;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
