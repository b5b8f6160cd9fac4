/**
 * A script that writes down with which arguments it was called: what people's notify scripts would be told.
 *
 * @module
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class Recorder {
  readonly path: string;
  readonly #log: string;

  constructor(folder: string, name: string) {
    this.path = join(folder, `recorder-${name}`);
    this.#log = `${this.path}.log`;
    writeFileSync(this.path, `#!/bin/sh\necho "$@" >> ${this.#log}\n`);
    chmodSync(this.path, 0o755);
  }

  /** One entry for each call, in their order. */
  calls(): string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, "utf8").trim().split("\n") : [];
  }
}
