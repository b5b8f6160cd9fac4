/**
 * A setting that cannot be.
 *
 * @module
 */
import type { CheckSettings } from "./settings.ts";

export class SettingError extends Error {
  override readonly name: string = "SettingError";
  readonly key: keyof CheckSettings;

  /** @param message "is <seen>: needs <wanted>". */
  constructor(key: keyof CheckSettings, message: string) {
    super(message);
    this.key = key;
  }
}
