/**
 * Which service of the system manages an interface, as NetworkManager and systemd-networkd note it under /run.
 *
 * @module
 */
import { readFileSync, readlinkSync } from "node:fs";

export type NetworkManagerName = "NetworkManager" | "systemd-networkd";

const NOTES: readonly (readonly [
  name: NetworkManagerName,
  folder: string,
  isManaged: (note: string) => boolean,
])[] = [
  ["NetworkManager", "/run/NetworkManager/devices", (note) => /^managed=true$/m.test(note)],
  [
    "systemd-networkd",
    "/run/systemd/netif/links",
    (note) => !/^ADMIN_STATE=(unmanaged|initialized)$/m.test(note),
  ],
];

/** @returns undefined if nobody says so; always in a network namespace that is not the system's, whose numbers differ. */
export function findNetworkManager(ifindex: number): NetworkManagerName | undefined {
  if (!isSystemNamespace()) return undefined;
  return NOTES.find(([, folder, isManaged]) => {
    const note = readNote(`${folder}/${ifindex}`);
    return note !== undefined && isManaged(note);
  })?.[0];
}

function isSystemNamespace(): boolean {
  try {
    return readlinkSync("/proc/1/ns/net") === readlinkSync("/proc/self/ns/net");
  } catch {
    return false;
  }
}

function readNote(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
