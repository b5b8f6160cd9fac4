/**
 * Telling the service manager how it goes: sd_notify(3), datagrams to the socket that NOTIFY_SOCKET names.
 *
 * @module
 */
import { native } from "./native.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
/** sockaddr_un's path, with room for the octet that ends it (unix(7)). */
const PATH_OCTETS_MAX = 107;

export class ServiceManager {
  readonly #fd: number;
  readonly #address: Uint8Array;
  /** What could not be said yet; what is alive says so again anyway. */
  #unsaid: readonly string[] = [];
  #failed = 0;

  private constructor(fd: number, address: Uint8Array) {
    this.#fd = fd;
    this.#address = address;
  }

  /** @returns undefined if no service manager wants to be told. */
  static find(path: string | undefined = process.env["NOTIFY_SOCKET"]): ServiceManager | undefined {
    const address = path === undefined ? undefined : addressOf(path);
    if (address === undefined) return undefined;
    const fd = native.socket(AF_UNIX, SOCK_DGRAM, 0);
    return fd < 0 ? undefined : new ServiceManager(fd, address);
  }

  /** Notices that the manager's queue did not take. */
  get failed(): number {
    return this.#failed;
  }

  /** Never waits. @param assignments `READY=1`, `STATUS=…`; none for nothing. */
  tell(assignments: readonly string[]): void {
    const all = [...this.#unsaid, ...assignments];
    if (all.length === 0) return;
    const isTaken = native.send(this.#fd, Buffer.from(all.join("\n")), this.#address) >= 0;
    this.#unsaid = isTaken
      ? []
      : all.filter((text, n) => isWorthSayingLate(text) && all.lastIndexOf(text) === n);
    if (!isTaken) this.#failed += 1;
  }

  close(): void {
    native.close(this.#fd);
  }
}

function isWorthSayingLate(assignment: string): boolean {
  return !assignment.startsWith("WATCHDOG=") && !assignment.startsWith("STATUS=");
}

/** @returns undefined for what is neither a path nor an abstract name. */
function addressOf(path: string): Uint8Array | undefined {
  const name = Buffer.from(path);
  if (name.length < 2 || name.length > PATH_OCTETS_MAX || !/^[/@]/.test(path)) return undefined;
  const isAbstract = path.startsWith("@");
  const address = Buffer.alloc(2 + name.length + (isAbstract ? 0 : 1));
  new DataView(address.buffer, address.byteOffset).setUint16(0, AF_UNIX, true);
  name.copy(address, 2);
  if (isAbstract) address[2] = 0;
  return address;
}
