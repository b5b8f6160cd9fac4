/**
 * Text of a log as it may be shown. Pure.
 *
 * @module
 */

/** A log may say anything. */
const SHOWN_CHARACTERS = 48;

/** Short, and with control and formatting characters as their code: they would turn or hide what stands beside them. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return cut.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => `\\u${c.codePointAt(0)!.toString(16)}`);
}
