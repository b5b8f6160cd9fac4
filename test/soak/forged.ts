/**
 * Hosts that are none, as many as anybody likes: pure.
 *
 * @module
 */

/** Of 10.0.0.0/8; the same again after 16 millions. */
export function addressOf(n: number): string {
  return `10.${(n >> 16) & 0xff}.${(n >> 8) & 0xff}.${n & 0xff}`;
}

export function macOf(n: number): string {
  const octets = [n >> 16, n >> 8, n].map((octet) => (octet & 0xff).toString(16).padStart(2, "0"));
  return `02:ff:00:${octets.join(":")}`;
}
