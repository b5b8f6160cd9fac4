/**
 * What a decoder tripped over. Receivers count rejected packets by it, so a decoder tests in the order that
 * its RFC asks for and names the first check that failed.
 */
export type WireCheck = "length" | "version" | "type" | "checksum" | "value";

/** Bytes from the wire that are not what they should be: their mistake, never the caller's. */
export class WireError extends Error {
  override readonly name: string = "WireError";
  readonly check: WireCheck;

  /** @param message "Cannot decode X: <seen>, needs <wanted>". */
  constructor(check: WireCheck, message: string) {
    super(message);
    this.check = check;
  }
}
