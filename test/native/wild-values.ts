/**
 * Arguments that fit badly: numbers at edges, views of all kinds, addresses that are almost right.
 *
 * @module
 */
type Random = () => number;

const NUMBERS: readonly unknown[] = [
  ...[-1, 0, 1, 7, 64, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53, 2 ** 62, 2 ** 63, 1e300, -(2 ** 63)],
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    0.5,
    1_000_000,
    "1",
    null,
    undefined,
    true,
    5n,
    {},
    [],
    Symbol("s"),
  ],
];

/** No small descriptor among them: Node has those, and ours of other kinds may block. */
export function wildNumber(random: Random): unknown {
  const value = NUMBERS[random() % NUMBERS.length];
  return typeof value === "number" && value >= 0 && value < 1024 ? 900_000 + value : value;
}

/** Exact in their size, so that a step beyond is seen; some without memory, some of another kind. */
export function wildBytes(random: Random): unknown {
  const length = random() % (random() % 4 === 0 ? 5000 : 80);
  const bytes = Uint8Array.from({ length }, () => random() & 0xff);
  switch (random() % 14) {
    case 0:
      return null;
    case 1:
      return undefined;
    case 2:
      return new Uint8Array();
    case 3:
      return detached();
    case 4:
      return new Float64Array(length & ~7);
    case 5:
      return bytes.subarray(random() % (length + 1));
    case 6:
      return new Uint8Array(new SharedArrayBuffer(length));
    case 7:
      return [new DataView(bytes.buffer), new Uint8ClampedArray(8), new BigInt64Array(3), new Uint16Array(5)][
        random() % 4
      ];
    case 8:
      return shrunk(length);
    case 9:
      return new Float64Array(random() % 20).fill([-1, 1e300, Number.NaN, 3][random() % 4]!);
    default:
      return bytes;
  }
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(40);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

/** A view of a buffer that has become shorter than the view. */
function shrunk(length: number): Uint8Array {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer;
  const buffer = new Resizable(length + 8, { maxByteLength: length + 64 });
  const bytes = new Uint8Array(buffer, 0, length + 8);
  (buffer as ArrayBuffer & { resize(length: number): void }).resize(length >> 1);
  return bytes;
}

/** A `struct sockaddr` of one of the families in use: lo's, and of its length or not. */
export function wildAddress(random: Random): unknown {
  const family = [2, 10, 16, 17][random() % 4]!;
  const bytes = new Uint8Array(
    random() % 3 === 0 ? random() % 130 : { 2: 16, 10: 28, 16: 12, 17: 20 }[family]!,
  );
  for (let at = 2; at < bytes.length; at++) bytes[at] = random() % 4 === 0 ? random() & 0xff : 0;
  bytes.set([family, 0].slice(0, bytes.length));
  if (family === 2 && bytes.length >= 8) bytes.set([127, 0, 0, 1], 4);
  if (family === 17 && bytes.length >= 8) bytes.set([1, 0, 0, 0], 4);
  return random() % 5 === 0 ? null : bytes;
}

export function wildText(random: Random): unknown {
  const text = ["", "x".repeat(random() % 300), "lo\0x", "\ud800", "é".repeat(10)][random() % 5];
  return random() % 4 === 0 ? wildNumber(random) : text;
}
