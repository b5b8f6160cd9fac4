/**
 * Changes JSON by its parts: pure.
 *
 * @module
 */
export interface Choices {
  readonly random: () => number;
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

type Holder = Record<string | number, unknown>;
interface Place {
  readonly holder: Holder;
  readonly key: string | number;
}

const LENGTH_MAX = 2000;

/** @returns JSON with one part changed; text that is none comes back as it is. @param other where parts may come from. */
export function changeJson(text: string, other: string, choices: Choices): string {
  const root = { value: parsed(text) };
  if (root.value === undefined) return text;
  const places = placesIn(root);
  const { holder, key } = places[choices.random() % places.length]!;
  change(holder, key, choices, () => pickFrom(placesIn({ value: parsed(other) ?? null }), choices));
  return JSON.stringify(root.value ?? null);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function placesIn(holder: object): Place[] {
  return Object.keys(holder).flatMap((key) => {
    const value = (holder as Holder)[key];
    const inner = typeof value === "object" && value !== null ? placesIn(value) : [];
    return [{ holder: holder as Holder, key }, ...inner];
  });
}

function pickFrom(places: readonly Place[], { random }: Choices): unknown {
  const { holder, key } = places[random() % places.length]!;
  return structuredClone(holder[key]);
}

function change(holder: Holder, key: string | number, choices: Choices, another: () => unknown): void {
  const { random } = choices;
  const value = holder[key];
  switch (random() % 8) {
    case 0:
      delete holder[key];
      return;
    case 1:
      holder[key] = another();
      return;
    case 2:
      set(holder, choices.texts[random() % choices.texts.length]!, Array.isArray(holder) ? another() : value);
      return;
    case 3:
      if (Array.isArray(holder)) holder.push(structuredClone(value));
      else if (Array.isArray(value)) value.push(another());
      else if (typeof value === "object" && value !== null) set(value as Holder, String(key), another());
      return;
    case 4:
      if (typeof value === "string") holder[key] = changeText(value, choices);
      else if (typeof value === "number") holder[key] = value + (random() % 3) - 1;
      return;
    default:
      holder[key] = edge(choices);
  }
}

/** An own key whatever it is called: `__proto__` too, as JSON would have it. */
function set(holder: Holder, key: string, value: unknown): void {
  if (Array.isArray(holder)) holder.push(value);
  else Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

function changeText(text: string, { random, texts }: Choices): string {
  const at = random() % (text.length + 1);
  const word = texts[random() % texts.length]!;
  const rest = text.slice(at + (random() % 3));
  return (random() % 3 === 0 ? text.slice(0, at) + rest : text.slice(0, at) + word + rest).slice(
    0,
    LENGTH_MAX,
  );
}

function edge({ random, texts, numbers }: Choices): unknown {
  const plain = [null, true, false, "", [], {}];
  const at = random() % (plain.length + 8);
  if (at < plain.length) return structuredClone(plain[at]);
  return random() % 2 === 0 ? numbers[random() % numbers.length] : texts[random() % texts.length];
}
