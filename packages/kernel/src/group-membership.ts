/**
 * Which multicast groups this host is a member of (/proc/net/igmp, /proc/net/igmp6): of others nothing is delivered to
 * its raw sockets.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { addressToBytes, familyOf, type IpAddress } from "@viptools/wire";

/** @param group IPv4 or IPv6. @returns false also where the kernel knows nothing of the family. */
export function isGroupMember(interfaceName: string, group: IpAddress): boolean {
  const family = familyOf(group);
  try {
    const text = readFileSync(family === 4 ? "/proc/net/igmp" : "/proc/net/igmp6", "utf8");
    return listsGroup(text, interfaceName, group);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** @param text of the kernel's file for the group's family. */
export function listsGroup(text: string, interfaceName: string, group: IpAddress): boolean {
  const octets = Buffer.from(addressToBytes(group));
  const lines = text.split("\n");
  if (familyOf(group) === 6) {
    const wanted = octets.toString("hex");
    return lines.some((line) => {
      const [, name, address] = line.trim().split(/\s+/);
      return name === interfaceName && address === wanted;
    });
  }
  // A line for each interface, and below it one, indented, for each of its groups as numbers of this machine.
  const wanted = octets.reverse().toString("hex").toUpperCase();
  const own = lines.findIndex((line) => /^\d+\s+(\S+?)\s*:/.exec(line)?.[1] === interfaceName);
  if (own < 0) return false;
  const below = lines.slice(own + 1);
  const end = below.findIndex((line) => !/^\s/.test(line));
  return below.slice(0, end < 0 ? undefined : end).some((line) => line.trim().startsWith(wanted));
}
