/**
 * Puts counters into JavaScript, so that a fuzzer sees which input goes where: pure, text to text. Lines stay where they
 * are, and so do the places that an error's stack names.
 *
 * @module
 */
import { type AnyNode, parse } from "acorn";

/** The name under which instrumented code finds its counters. */
export const COUNTERS = "viptoolsCounters";
const LOCAL = "$counters";
const WORD_LENGTH_MAX = 24;

export interface Instrumented {
  readonly source: string;
  /** How many counters were used. */
  readonly counters: number;
}

/**
 * @param source an ES module.
 * @param first number of its first counter.
 * @returns a module that, when it begins, also tells its counters and its constants.
 */
export function instrument(source: string, first: number): Instrumented {
  const marks = new Marks(source, first);
  marks.visit(parse(source, { ecmaVersion: "latest", sourceType: "module" }) as AnyNode);
  const told = `${LOCAL}.tell(${first + marks.counters},${JSON.stringify([...marks.words])});`;
  return {
    source: `const ${LOCAL}=globalThis.${COUNTERS};${told}${marks.apply()}`,
    counters: marks.counters,
  };
}

const WITH_BODY: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "WhileStatement",
  "DoWhileStatement",
  "ForStatement",
  "ForOfStatement",
  "ForInStatement",
  "CatchClause",
]);

type Node = Record<string, unknown> & { type: string; start: number; end: number };

class Marks {
  readonly #source: string;
  readonly #first: number;
  /** Text to put in, by place; of several at one place, in the order that keeps them nested. */
  readonly #before = new Map<number, string>();
  readonly #after = new Map<number, string>();
  /** Constants of the program, as text or as numbers: what it may compare its input with. */
  readonly words = new Set<string | number>();
  counters = 0;

  constructor(source: string, first: number) {
    this.#source = source;
    this.#first = first;
  }

  visit(node: AnyNode): void {
    this.#visit(node as unknown as Node);
  }

  apply(): string {
    const places = [...new Set([...this.#before.keys(), ...this.#after.keys()])].sort((a, b) => a - b);
    let text = "";
    let at = 0;
    for (const place of places) {
      text +=
        this.#source.slice(at, place) + (this.#after.get(place) ?? "") + (this.#before.get(place) ?? "");
      at = place;
    }
    return text + this.#source.slice(at);
  }

  #visit(node: Node): void {
    this.#mark(node);
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value])
        if (typeof (child as Node | null)?.type === "string") this.#visit(child as Node);
    }
  }

  #mark(node: Node): void {
    const { type } = node;
    const part = (name: string): Node => node[name] as Node;
    if (WITH_BODY.has(type)) this.#body(type, part("body"));
    else if (type === "IfStatement") this.#choice(node, part("consequent"), node["alternate"] as Node | null);
    else if (type === "SwitchCase") this.#case(node);
    else if (type === "ConditionalExpression") {
      this.#expression(part("consequent"));
      this.#expression(part("alternate"));
    } else if (type === "LogicalExpression") this.#expression(part("right"));
    else if (type === "Literal") this.#word(node["value"]);
  }

  #body(type: string, body: Node): void {
    if (type === "ArrowFunctionExpression" && body.type !== "BlockStatement") this.#expression(body);
    else this.#statement(body);
  }

  /** Not to go in is a way, too. What closes it is put in before what closes the inner statement. */
  #choice({ end }: Node, consequent: Node, alternate: Node | null): void {
    if (alternate === null) this.#closing(end, ` else ${this.#count()};`);
    else this.#statement(alternate);
    this.#statement(consequent);
  }

  #count(): string {
    this.counters += 1;
    return `${LOCAL}[${this.#first + this.counters - 1}]++`;
  }

  #statement(body: Node): void {
    if (body.type === "BlockStatement") this.#opening(body.start + 1, `${this.#count()};`);
    else {
      this.#opening(body.start, `{${this.#count()};`);
      this.#closing(body.end, "}");
    }
  }

  #expression(node: Node): void {
    this.#opening(node.start, `(${this.#count()},(`);
    this.#closing(node.end, "))");
  }

  /** Before its first statement; one that falls through is the next one's. */
  #case(node: Node): void {
    const [first] = node["consequent"] as Node[];
    if (first !== undefined) this.#opening(first.start, `${this.#count()};`);
  }

  /** The outer node is visited first, so what it opens stands before, and what it closes behind. */
  #opening(at: number, text: string): void {
    this.#before.set(at, (this.#before.get(at) ?? "") + text);
  }

  #closing(at: number, text: string): void {
    this.#after.set(at, text + (this.#after.get(at) ?? ""));
  }

  #word(value: unknown): void {
    const isShortText = typeof value === "string" && value.length > 0 && value.length <= WORD_LENGTH_MAX;
    if (isShortText || typeof value === "number") this.words.add(value as string | number);
  }
}
