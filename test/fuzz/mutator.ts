/**
 * Inputs that are almost right: octets and words changed, JSON changed by its parts. The same seed gives the same inputs.
 *
 * @module
 */
import { mutate as mutateOctets } from "../vectors/mutation.ts";
import { changeJson } from "./json-change.ts";
import { type Kind, textOf } from "./target.ts";

/** Numbers at which something turns over, as text and JSON have them. */
const NUMBERS: readonly number[] = [
  0,
  1,
  -1,
  0.5,
  2,
  254,
  255,
  256,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e21,
  1e308,
];

export interface MutatorOptions {
  readonly kind: Kind;
  readonly longest: number;
  /** Constants of the program. */
  readonly words: ReadonlySet<string | number>;
  /** @returns whole numbers from 1 on. */
  readonly random: () => number;
}

export class Mutator {
  readonly #options: MutatorOptions;
  readonly #texts: readonly string[];
  readonly #octetWords: readonly Uint8Array[];

  constructor(options: MutatorOptions) {
    this.#options = options;
    const [all, numbers] = [
      [...options.words],
      [...options.words].filter((word) => typeof word === "number"),
    ];
    this.#texts = [...all, ...NUMBERS].map(String);
    const isText = options.kind !== "octets";
    this.#octetWords = isText
      ? this.#texts.map((text) => Buffer.from(text))
      : [...numbers, ...NUMBERS].flatMap(asOctets);
  }

  /** @param pick gives an input to begin with. */
  mutate(pick: () => Uint8Array): Uint8Array {
    const { random, kind, longest } = this.#options;
    let bytes = pick();
    for (let changes = 1 + (random() % 3); changes > 0; changes--) {
      const isStructural = (kind === "json" || kind === "lines") && random() % 4 > 0;
      if (isStructural)
        bytes = kind === "json" ? this.#changeJson(bytes, pick) : this.#changeLine(bytes, pick);
      else if (random() % 3 === 0) bytes = this.#putWord(bytes);
      else bytes = mutateOctets(random, [bytes, pick()]);
    }
    return bytes.length > longest ? bytes.subarray(0, longest) : bytes;
  }

  #changeJson(bytes: Uint8Array, pick: () => Uint8Array): Uint8Array {
    const { random } = this.#options;
    return Buffer.from(
      changeJson(textOf(bytes), textOf(pick()), { random, texts: this.#texts, numbers: NUMBERS }),
    );
  }

  #changeLine(bytes: Uint8Array, pick: () => Uint8Array): Uint8Array {
    const { random } = this.#options;
    const lines = textOf(bytes).split("\n");
    const others = textOf(pick()).split("\n");
    const [at, other] = [random() % lines.length, others[random() % others.length]!];
    const changed = Buffer.from(this.#changeJson(Buffer.from(lines[at]!), () => Buffer.from(other))).toString(
      "utf8",
    );
    const before = random() % 4 === 0 ? [other] : [];
    return Buffer.from([...lines.slice(0, at), ...before, changed, ...lines.slice(at + 1)].join("\n"));
  }

  /** In place of what is there, or between. */
  #putWord(bytes: Uint8Array): Uint8Array {
    const { random } = this.#options;
    const word = this.#octetWords[random() % this.#octetWords.length]!;
    const at = random() % (bytes.length + 1);
    const rest = bytes.subarray(random() % 2 === 0 ? at : Math.min(bytes.length, at + word.length));
    return Uint8Array.from([...bytes.subarray(0, at), ...word, ...rest]);
  }
}

/** As a field of one, two or four octets, in both orders. */
function asOctets(number: number): Uint8Array[] {
  if (!Number.isInteger(number) || number < -1 || number > 2 ** 32 - 1) return [];
  const view = new DataView(new ArrayBuffer(10));
  view.setUint32(0, number);
  view.setUint16(4, number);
  view.setUint32(6, number, true);
  const [long, short, little] = [
    [0, 4],
    [4, 6],
    [6, 10],
  ].map(([from, to]) => new Uint8Array(view.buffer.slice(from!, to!)));
  const wide = [long!, little!];
  if (number > 0xffff) return wide;
  return number > 0xff
    ? [short!, little!.subarray(0, 2), ...wide]
    : [short!.subarray(1), short!, little!.subarray(0, 2)];
}
