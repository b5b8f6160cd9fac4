/**
 * A file that others read while it is written: whole or not at all, and never waited for, because a disk may hang.
 *
 * @module
 */
import { replaceFile } from "@viptools/cli";

export class MetricsFile {
  readonly #path: string;
  readonly #render: () => string;
  readonly #onFailed: (message: string) => void;
  #written = 0;
  #failed = 0;
  #isDue = false;
  #isFailing = false;
  #writing: Promise<void> | undefined;

  /**
   * @param render called for each writing, when it begins.
   * @param onFailed called with a sentence when writing fails after it went well.
   */
  constructor(path: string, render: () => string, onFailed: (message: string) => void) {
    this.#path = path;
    this.#render = render;
    this.#onFailed = onFailed;
  }

  counters(): Record<string, number> {
    return { files_written: this.#written, files_failed: this.#failed };
  }

  /** Writes what is true now; what is asked for while it writes is written as one, after it. */
  async write(): Promise<void> {
    this.#isDue = true;
    this.#writing ??= this.#writeWhileDue();
    await this.#writing;
  }

  async #writeWhileDue(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      const error = await this.#replace(this.#render());
      const isNews = error !== undefined && !this.#isFailing;
      this.#isFailing = error !== undefined;
      if (isNews) this.#onFailed(error);
    }
    this.#writing = undefined;
  }

  /** @returns why it could not. */
  async #replace(text: string): Promise<string | undefined> {
    try {
      await replaceFile(this.#path, text);
      this.#written += 1;
      return undefined;
    } catch (error) {
      this.#failed += 1;
      return (error as Error).message;
    }
  }
}
