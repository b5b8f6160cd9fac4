/**
 * Cuts what comes in pieces into lines.
 *
 * @module
 */
export class LineReader {
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(octets: Buffer): void {
    const lines = (this.#rest + octets.toString("latin1")).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#onLine(line);
  }
}
