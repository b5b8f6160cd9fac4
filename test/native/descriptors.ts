/**
 * Descriptors that a run has opened, by their kind, and who watches them.
 *
 * @module
 */
type Kind = "socket" | "unix" | "timer" | "pipe";
const OPEN_MAX = 60;

export class Descriptors {
  readonly #random: () => number;
  readonly #open: { readonly kind: Kind; readonly fd: number }[] = [];
  readonly #watches = new Map<number, object>();

  constructor(random: () => number) {
    this.#random = random;
  }

  add(kind: Kind, fd: number): void {
    this.#open.push({ kind, fd });
  }

  any(): number | undefined {
    return this.#pick(() => true);
  }

  of(kind: Kind): number | undefined {
    return this.#pick((one) => one.kind === kind);
  }

  unwatched(): number | undefined {
    return this.#pick(({ fd }) => !this.#watches.has(fd));
  }

  /** One to be closed: mostly none while there are few. libuv needs its watch to be gone before. */
  take(): number | undefined {
    if (this.#open.length < OPEN_MAX && this.#random() % 8 > 0) return undefined;
    const fd = this.unwatched();
    const at = this.#open.findIndex((one) => one.fd === fd);
    if (at >= 0) this.#open.splice(at, 1);
    return fd;
  }

  watch(fd: number, watch: object): void {
    this.#watches.set(fd, watch);
  }

  watchOf(fd: number): object | undefined {
    return this.#watches.get(fd);
  }

  unwatch(): object | undefined {
    const all = [...this.#watches];
    const [fd, watch] = all[this.#random() % Math.max(1, all.length)] ?? [];
    if (fd !== undefined) this.#watches.delete(fd);
    return watch;
  }

  #pick(fits: (one: { readonly kind: Kind; readonly fd: number }) => boolean): number | undefined {
    const found = this.#open.filter(fits);
    return found[this.#random() % Math.max(1, found.length)]?.fd;
  }
}
