/** What needs no privilege: encoders, files, pipes, timers. The rest is tested in the lab. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { virtualMac } from "@viptools/wire";
import { Alarm } from "./alarm.ts";
import {
  attribute,
  be32,
  concat,
  nested,
  readAttributes,
  readString,
  readU32,
  stringAttribute,
  u32,
} from "./attributes.ts";
import {
  ADVERTISEMENT_FILTER,
  assemble,
  foreignNetlinkFilter,
  type Instruction,
  NEIGHBOUR_FILTER,
  speakerFilter,
  TAGGED_VRRP_FILTER,
  VRRP_FILTER,
} from "./bpf.ts";
import {
  findInterface,
  monotonicNs,
  monotonicNsOf,
  monotonicUs,
  PacketClock,
  readBootId,
  readNamespaceCookie,
  realtimeNs,
} from "./clock.ts";
import { tryLock } from "./file-lock.ts";
import { isGroupMember, listsGroup } from "./group-membership.ts";
import { decodeLinkEvents } from "./link-monitor.ts";
import { readElements } from "./nft-message.ts";
import { OutputLost, openOutputEnd } from "./output-end.ts";
import { RouteChanges } from "./route-changes.ts";
import { encodeAddress, encodeNewMacvlan } from "./route-message.ts";

const folder = mkdtempSync(join(tmpdir(), "viptools-kernel-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("attribute() pads to four octets and keeps the true length", () => {
  assert.equal(hex(attribute(3, Uint8Array.of(1, 2, 3, 4, 5))), "09000300" + "0102030405" + "000000");
  assert.equal(hex(be32(1, -4)), "08000100fffffffc");
  assert.equal(hex(nested(2, u32(1, 7))), "0c000280" + "0800010007000000");
});

test("readAttributes() reads what attribute() wrote, and stops where a length lies", () => {
  const bytes = concat([stringAttribute(3, "eth0"), u32(5, 42)]);
  const found = readAttributes(bytes);
  assert.equal(readString(found.get(3)), "eth0");
  assert.equal(readU32(found.get(5)), 42);
  assert.equal(readAttributes(Uint8Array.of(2, 0, 1, 0)).size, 0);
  assert.equal(readAttributes(Uint8Array.of(200, 0, 1, 0)).size, 0);
});

test("route messages carry their fields where the kernel reads them", () => {
  const macvlan = encodeNewMacvlan({ name: "v", parentIndex: 2, mac: "00:00:5e:00:01:33", mode: 1 });
  const found = readAttributes(macvlan.subarray(16));
  assert.equal(hex(found.get(1)!), "00005e000133");
  assert.equal(readU32(found.get(5)), 2);
  const address = encodeAddress({ ifindex: 3, address: "192.0.2.100", prefixLength: 32 });
  assert.equal(hex(address.subarray(0, 8)), "0220000003000000");
});

test("RouteChanges reads one link alone, by index or name, as it reads all; one that is not there is undefined", () => {
  const route = new RouteChanges();
  try {
    const one = route.links()[0]!;
    const known = [route.link(one.index), route.findLink(one.name)].map((link) => [link?.index, link?.name]);
    assert.deepEqual(known, [
      [one.index, one.name],
      [one.index, one.name],
    ]);
    assert.deepEqual([route.link(0x7fff_fff0), route.findLink("no-such-link")], [undefined, undefined]);
  } finally {
    route.close();
  }
});

test("decodeLinkEvents() never reads past a cut datagram", () => {
  const message = new Uint8Array(64);
  new DataView(message.buffer).setUint32(0, 64, true);
  new DataView(message.buffer).setUint16(4, 16, true);
  for (let length = 0; length <= message.length; length++) decodeLinkEvents(message.subarray(0, length));
  assert.equal(decodeLinkEvents(message)[0]?.type, "link");
});

/** A link or address message whose length is true, and whose body ends within its own header. */
const SHORT_MESSAGES: readonly (readonly [type: number, length: number])[] = [
  [16, 0],
  [17, 15],
  [20, 0],
  [21, 7],
];
for (const [type, length] of SHORT_MESSAGES)
  test(`decodeLinkEvents() passes over a message of type ${type} with ${length} octets`, () => {
    const message = new Uint8Array(16 + length);
    new DataView(message.buffer).setUint32(0, message.length, true);
    new DataView(message.buffer).setUint16(4, type, true);
    assert.deepEqual(decodeLinkEvents(message), []);
  });

test("readElements() takes a time that is no number of eight octets for none", () => {
  const key = nested(1, attribute(1, Uint8Array.of(1, 2, 3, 4)));
  const body = concat([new Uint8Array(4), nested(3, nested(1, key, attribute(5, new Uint8Array(7))))]);
  assert.deepEqual(readElements(body), [{ key: Uint8Array.of(1, 2, 3, 4), expiresMs: undefined }]);
});

test("assemble() lays a filter out as struct sock_filter", () => {
  assert.equal(hex(assemble(VRRP_FILTER)).slice(0, 32), "28000000" + "0c000000" + "15000002" + "00080000");
});

/** Above are no octets of the frame: what comes in has 0 there. */
const ANCILLARY = 0xfffff000;

/** Runs a filter as the kernel does, as it was laid out for it. @returns whether it lets a frame that comes in through. */
function passes(program: readonly Instruction[], frame: Uint8Array): boolean {
  const laidOut = Buffer.from(assemble(program));
  let value = 0;
  for (let at = 0; ; at++) {
    const code = laidOut.readUInt16LE(at * 8);
    const [jumpTrue, jumpFalse] = [laidOut[at * 8 + 2]!, laidOut[at * 8 + 3]!];
    const k = laidOut.readUInt32LE(at * 8 + 4);
    const width = { 32: 4, 40: 2, 48: 1 }[code];
    if (width !== undefined) {
      if (k < ANCILLARY && k + width > frame.length) return false;
      value = k < ANCILLARY ? Buffer.from(frame).readUIntBE(k, width) : 0;
    } else if (code === 0x15) at += value === k ? jumpTrue : jumpFalse;
    else if (code === 0x35) at += value >= k ? jumpTrue : jumpFalse;
    else return k > 0;
  }
}

test("TAGGED_VRRP_FILTER lets protocol 112 through, of either family, behind up to two tags", () => {
  const frame = (
    tags: readonly string[],
    etherType: string,
    protocolAt: number,
    protocol: number,
  ): Uint8Array => {
    const packet = new Uint8Array(40);
    packet[protocolAt] = protocol;
    return Buffer.concat([Buffer.from(`${"02".repeat(12)}${tags.join("")}${etherType}`, "hex"), packet]);
  };
  for (const tags of [[], ["81000064"], ["88a80064", "810000c8"], ["91000064"]]) {
    assert.ok(passes(TAGGED_VRRP_FILTER, frame(tags, "0800", 9, 112)));
    assert.ok(passes(TAGGED_VRRP_FILTER, frame(tags, "86dd", 6, 112)));
    assert.ok(!passes(TAGGED_VRRP_FILTER, frame(tags, "0800", 9, 1)));
    assert.ok(!passes(TAGGED_VRRP_FILTER, frame(tags, "86dd", 6, 58)));
    assert.ok(!passes(TAGGED_VRRP_FILTER, frame(tags, "0806", 9, 112)));
    assert.equal(passes(VRRP_FILTER, frame(tags, "0800", 9, 112)), tags.length === 0);
  }
  assert.ok(!passes(TAGGED_VRRP_FILTER, frame(["88a80001", "81000002", "81000003"], "0800", 9, 112)));
});

test("foreignNetlinkFilter() lets through what others did, and drops what one's own socket did", () => {
  for (const portId of [1, 258, 0x81020304]) {
    const message = (by: number): Uint8Array => new Uint8Array(Uint32Array.of(20, 0, 7, by, 0).buffer);
    assert.equal(passes(foreignNetlinkFilter(portId), message(portId)), false);
    assert.equal(passes(foreignNetlinkFilter(portId), message(portId + 1)), true);
    assert.equal(passes(foreignNetlinkFilter(portId), message(0)), true, "the kernel's own doing");
  }
});

test("speakerFilter() lets adverts and all own MACs of a full link through, and nobody else's", () => {
  const heard = (count: number, mac: string, ip = "0800", protocol = 6): boolean => {
    const vrids = Array.from({ length: count }, (_, n) => n + 1);
    const macs = vrids.flatMap((vrid) => [virtualMac(4, vrid), virtualMac(6, vrid)]);
    const packet = new Uint8Array(40);
    packet[ip === "0800" ? 9 : 6] = protocol;
    const header = Buffer.from(`${"02".repeat(6)}${mac}${ip}`, "hex");
    return passes(speakerFilter(macs), Buffer.concat([header, packet]));
  };
  for (const count of [0, 1, 31, 32, 33, 64, 255]) {
    assert.ok(heard(count, "020000000001", "0800", 112), `an advert over IPv4, beside ${count}`);
    assert.ok(heard(count, "020000000001", "86dd", 112), `an advert over IPv6, beside ${count}`);
    assert.ok(!heard(count, "020000000001"));
    assert.ok(!heard(count, "0200000001ff"));
    assert.equal(heard(count, "00005e000101"), count > 0);
    for (const family of ["01", "02"]) {
      const last = count.toString(16).padStart(2, "0");
      assert.equal(heard(count, `00005e00${family}${last}`), count > 0, `the last of ${count}`);
    }
    assert.equal(heard(count, "00005e0001ff"), count === 255);
  }
});

test("NEIGHBOUR_FILTER lets ARP, NS and NA through behind up to two tags, in SNAP too, and nothing else", () => {
  const frame = (tags: string[], type: string, rest: string): Uint8Array =>
    Buffer.from(`${"00".repeat(12)}${tags.join("")}${type}${rest.padEnd(160, "0")}`, "hex");
  const ipv6 = (next: string, type: string): string => `${"00".repeat(6)}${next}ff${"00".repeat(32)}${type}`;
  for (const tags of [[], ["81000007"], ["88a80001", "81000002"], ["91000001", "81000002"]]) {
    const passing = [
      frame(tags, "0806", ""),
      frame(tags, "0024", "aaaa030000000806"),
      frame(tags, "86dd", ipv6("3a", "87")),
      frame(tags, "86dd", ipv6("3a", "88")),
      frame(tags, "86dd", ipv6("00", "3a")),
    ];
    const others = [
      frame(tags, "0800", ""),
      frame(tags, "0024", "aaaa030000000800"),
      frame(tags, "0024", "aaaa0300000c0806"),
      frame(tags, "0026", "424203"),
      frame(tags, "86dd", ipv6("3a", "86")),
      frame(tags, "86dd", ipv6("11", "87")),
    ];
    for (const octets of passing) assert.ok(passes(NEIGHBOUR_FILTER, octets), hex(octets.subarray(12, 30)));
    for (const octets of others) assert.ok(!passes(NEIGHBOUR_FILTER, octets), hex(octets.subarray(12, 30)));
  }
  assert.ok(!passes(NEIGHBOUR_FILTER, frame(["88a80001", "81000002", "81000003"], "0806", "")));
  assert.ok(passes(NEIGHBOUR_FILTER, frame([], "0806", "").subarray(0, 14)), "what is cut is told too");
});

const AGES_NS = [0n, 1n, 999_999_999n, 1_500_000_000n, 59_000_000_000n];
test("PacketClock tells what monotonicNsOf() tells, and takes a packet from another time for a new one", () => {
  const clock = new PacketClock();
  const told = (packetNs: bigint): bigint => {
    clock.tell(Number(packetNs / 1_000_000_000n), Number(packetNs % 1_000_000_000n));
    assert.ok(clock.nanoseconds >= 0 && clock.nanoseconds < 1e9);
    return BigInt(clock.seconds) * 1_000_000_000n + BigInt(clock.nanoseconds);
  };
  for (const age of [...AGES_NS, -5_000_000_000n, 3_600_000_000_000n]) {
    const packet = realtimeNs() - age;
    const before = monotonicNsOf(packet);
    clock.read();
    const found = told(packet);
    const after = monotonicNsOf(packet);
    // Between its two clocks a reading may be held up: both ways of telling have that.
    const room = 5_000_000n;
    assert.ok(found >= before - room && found <= after + room, `${age}: ${before} ${found} ${after}`);
  }
});

test("ADVERTISEMENT_FILTER lets neighbour advertisements through, and no other ICMPv6", () => {
  const frame = (etherType: string, protocol: number, type: number): Uint8Array => {
    const packet = new Uint8Array(64);
    packet[6] = protocol;
    packet[40] = type;
    return Buffer.concat([Buffer.from(`${"02".repeat(12)}${etherType}`, "hex"), packet]);
  };
  assert.ok(passes(ADVERTISEMENT_FILTER, frame("86dd", 58, 136)));
  for (const other of [frame("0800", 58, 136), frame("86dd", 17, 136), frame("86dd", 58, 135)])
    assert.ok(!passes(ADVERTISEMENT_FILTER, other));
  assert.ok(!passes(ADVERTISEMENT_FILTER, frame("86dd", 58, 136).subarray(0, 54)));
});

test("listsGroup() reads the kernel's lists of memberships", () => {
  const four = [
    "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter",
    "1\tlo        :     1      V3",
    "\t\t\t\t010000E0     1 0:00000000\t\t0",
    "4\teth0      :     2      V3",
    "\t\t\t\t120000E0     1 0:00000000\t\t0",
    "\t\t\t\t010000E0     1 0:00000000\t\t0",
    "5\teth0.100.200:     1      V3",
    "\t\t\t\t120000E0     1 0:00000000\t\t0",
    "",
  ].join("\n");
  const found = ["lo", "eth0", "eth0.100.200", "eth0.100", "eth1"].map((name) =>
    listsGroup(four, name, "224.0.0.18"),
  );
  assert.deepEqual(found, [false, true, true, false, false]);
  const six = [
    "1    lo              ff020000000000000000000000000001     1 0000000C 0",
    "4    eth0            ff020000000000000000000000000012     1 00000004 0",
  ].join("\n");
  assert.deepEqual(
    ["lo", "eth0"].map((name) => listsGroup(six, name, "ff02::12")),
    [false, true],
  );
  assert.equal(isGroupMember("lo", "224.0.0.1"), true);
  assert.equal(isGroupMember("lo", "224.0.0.18"), false);
});

test("monotonicNsOf() gives a packet the age that it has, unless the clock was set", () => {
  const near = (a: bigint, b: bigint): boolean => a - b < 50_000_000n && b - a < 50_000_000n;
  const second = 1_000_000_000n;
  assert.ok(near(monotonicNsOf(realtimeNs() - 5n * second), monotonicNs() - 5n * second));
  assert.ok(near(monotonicNsOf(realtimeNs() - 3600n * second), monotonicNs()));
  assert.ok(near(monotonicNsOf(realtimeNs() + second), monotonicNs()));
});

test("clocks: both run, and name this boot and namespace", () => {
  assert.ok(Math.abs(Number(realtimeNs() / 1_000_000n) - Date.now()) < 1000);
  assert.ok(Math.abs(Number(monotonicNs() / 1000n) - monotonicUs()) < 1_000_000);
  assert.match(readBootId(), /^[0-9a-f-]{36}$/);
  assert.match(readNamespaceCookie(), /^[1-9][0-9]*$/);
});

test("findInterface() knows lo, and nothing by a name that cannot be", () => {
  assert.equal(findInterface("lo"), 1);
  for (const name of ["nope", "", "a-name-that-is-far-too-long"])
    assert.equal(findInterface(name), undefined);
});

test("Alarm rings once for each setting, never early, also for a time that has passed", async () => {
  const rung: number[] = [];
  let heard: () => void = () => {};
  const alarm = new Alarm(() => {
    rung.push(monotonicUs());
    heard();
  });
  for (const inUs of [20_000, -5_000, 0]) {
    const atUs = monotonicUs() + inUs;
    const next = new Promise<void>((resolve) => {
      heard = resolve;
    });
    alarm.set(atUs);
    await next;
    assert.ok(rung.at(-1)! >= atUs, `${rung.at(-1)! - atUs} us early`);
  }
  alarm.set(monotonicUs() + 1000);
  alarm.set(undefined);
  await new Promise((resolve) => setTimeout(resolve, 30));
  alarm.close();
  assert.equal(rung.length, 3);
});

test("tryLock() holds off others, in this process and in another, and leaves nothing behind", () => {
  const path = join(folder, "a.lock");
  const lock = tryLock(path);
  assert.ok(lock);
  assert.equal(tryLock(path), undefined);
  assert.equal(spawnSync("flock", ["-n", path, "true"]).status, 1);
  lock.release();
  assert.equal(existsSync(path), false);
  tryLock(path)!.release();
});

/** A real pipe: both ends of a FIFO. */
function openFifo(name: string): { reader: number; writer: number } {
  const path = join(folder, name);
  spawnSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY) };
}

test("rule 4: an output end knows what its reader has not read, and never blocks", () => {
  const { reader, writer } = openFifo("unread");
  const end = openOutputEnd(writer);
  assert.equal(end.kind, "pipe");
  assert.equal(end.write(Buffer.alloc(1000)), 1000);
  assert.equal(end.unread(), 1000);
  readSync(reader, Buffer.alloc(400));
  assert.equal(end.unread(), 600);
  let taken = 0;
  for (let n = end.write(Buffer.alloc(4096)); n > 0; n = end.write(Buffer.alloc(4096))) taken += n;
  assert.ok(taken > 4096 && taken < 1 << 20);
  end.close();
  closeSync(reader);
  closeSync(writer);
});

test("rule 4: an output end hears that its reader is gone without writing to it", async () => {
  const { reader, writer } = openFifo("lost");
  const end = openOutputEnd(writer);
  const lost = new Promise<void>((resolve) => end.onLost(resolve));
  closeSync(reader);
  await lost;
  assert.throws(() => end.write(Buffer.from("x")), OutputLost);
  end.close();
  closeSync(writer);
});

test("an output end tells when a full pipe has room again", async () => {
  const { reader, writer } = openFifo("room");
  const end = openOutputEnd(writer);
  while (end.write(Buffer.alloc(4096)) > 0);
  const ready = new Promise<void>((resolve) => end.onWritable(resolve));
  readSync(reader, Buffer.alloc(65_536));
  await ready;
  assert.ok(end.write(Buffer.alloc(4096)) > 0);
  end.close();
  closeSync(reader);
  closeSync(writer);
});

test("an output end to a socket counts what the other side has not read", async () => {
  const child = spawn("sleep", ["60"], { stdio: ["pipe", "ignore", "ignore"] });
  const handle = (child.stdin as unknown as { _handle: { fd: number } })._handle;
  const end = openOutputEnd(handle.fd);
  assert.equal(end.kind, "socket");
  end.write(Buffer.alloc(1000));
  assert.ok(end.unread()! >= 1000);
  child.kill();
  await new Promise((resolve) => child.once("exit", resolve));
});

test("an output end to a file writes in order", async () => {
  const path = join(folder, "file");
  const fd = openSync(path, "w");
  const end = openOutputEnd(fd);
  assert.equal(end.kind, "file");
  assert.equal(end.unread(), undefined);
  assert.equal(end.write(Buffer.from("a")), 1);
  assert.equal(end.write(Buffer.from("b")), 0);
  await new Promise<void>((resolve) => end.onWritable(resolve));
  end.write(Buffer.from("b"));
  await new Promise<void>((resolve) => end.onWritable(resolve));
  assert.equal(spawnSync("cat", [path], { encoding: "utf8" }).stdout, "ab");
  closeSync(fd);
});
