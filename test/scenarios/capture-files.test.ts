/** Captures read from files and pipes, and written: what other programs read of them, and what is said where it cannot be. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type CapturedPacket,
  CaptureReader,
  EtherType,
  encodeArpBroadcast,
  insertTag,
  LinkType,
  PcapBatch,
  ZERO_MAC,
} from "@viptools/wire";
import { readRecordLog } from "../lab/record-log.ts";
import { startSending } from "../lab/sending.ts";
import { attempt, BIN, end, hasEnded, must, sleep, start, TOP, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const LIVE = join(TOP, "test/vectors/live");
const ARPING = join(LIVE, "arping-tools.pcap");
const SLOW_READER = fileURLToPath(new URL("../lab/slow-reader.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vip-captures-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A request of one of 500 hosts. */
function request(n: number): Uint8Array {
  const host = n % ROUND;
  return encodeArpBroadcast({
    operation: 1,
    senderMac: `02:00:00:00:${(host >> 8).toString(16).padStart(2, "0")}:${(host & 0xff).toString(16).padStart(2, "0")}`,
    senderIp: `10.0.${host >> 8}.${host & 0xff}`,
    targetMac: ZERO_MAC,
    targetIp: `10.1.0.${n & 0xff}`,
  });
}

const ROUND = 500;

/** @param count a multiple of 500. @returns the path of a capture of so many requests. */
function requests(name: string, count: number): string {
  const header = new PcapBatch(1 << 16);
  header.begin(LinkType.ethernet);
  const round = new PcapBatch(1 << 16);
  for (let n = 0; n < ROUND; n++) round.add(request(n), n, n, 42);
  const rounds = Array.from({ length: count / ROUND }, () => round.written);
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([header.written, ...rounds]));
  return path;
}

function packetsOf(path: string): CapturedPacket[] {
  const reader = new CaptureReader();
  const packets: CapturedPacket[] = [];
  reader.push(readFileSync(path));
  for (let packet = reader.next(); packet !== undefined; packet = reader.next())
    packets.push({ ...packet, bytes: packet.bytes.slice() });
  reader.end();
  return packets;
}

const tcpdump = (path: string): string =>
  must(["tcpdump", "-nn", "-e", "-tt", "-xx", "--time-stamp-precision=nano", "-r", path, "arp"]);
const FIELDS = ["frame.time_epoch", "frame.len", "frame.cap_len", "arp.src.hw_mac", "arp.dst.proto_ipv4"];
const tshark = (path: string): string =>
  must(["tshark", "-r", path, "-Y", "arp", "-T", "fields", ...FIELDS.flatMap((field) => ["-e", field])]);

for (const name of ["arping-tools.pcap", "any-sll.pcap", "any-sll2.pcap"]) {
  test(`what -w makes of ${name} is for tcpdump and tshark what they had`, () => {
    const out = join(folder, `copy-${name}`);
    const { code, stderr } = attempt(["arp-listen", "-r", join(LIVE, name), "-w", out, "--kind", "arp"]);
    assert.equal(code, 0, stderr);
    assert.ok(tcpdump(join(LIVE, name)).length > 500);
    assert.equal(tcpdump(out), tcpdump(join(LIVE, name)));
    assert.equal(tshark(out), tshark(join(LIVE, name)));
    assert.match(stderr, new RegExp(`${packetsOf(out).length} packets written to "`));
  });
}

test("what is cut in a capture stays so, with the length that it had", () => {
  const path = join(folder, "cut.pcap");
  must(["editcap", "-s", "50", ARPING, path]);
  const out = join(folder, "cut-copy.pcap");
  must(["arp-listen", "-r", path, "-w", out, "--kind", "arp"]);
  assert.equal(tcpdump(out), tcpdump(path));
});

test("a capture goes through pipes, and is written to one instead of records", () => {
  const script = `cat ${ARPING} | arp-listen -r - -w - | tee ${folder}/piped.pcap | arp-listen -r - --json | grep -c '"arp.seen"'`;
  assert.equal(must(["sh", "-c", script]).trim(), "43");
  assert.equal(packetsOf(join(folder, "piped.pcap")).length, 43);
});

test("a file that another program writes is read while it grows", async () => {
  const log = join(folder, "grown.ndjson");
  const child = start(["sh", "-c", `arp-listen -r - --json > ${log}`], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const bytes = readFileSync(ARPING);
  child.stdin!.write(bytes.subarray(0, 1000));
  await waitFor("the first records", 5000, () => readRecordLog(log).length > 0 || undefined);
  const told = readRecordLog(log).length;
  child.stdin!.end(bytes.subarray(1000));
  await waitFor("its end", 5000, () => hasEnded(child) || undefined);
  assert.equal(child.exitCode, 0);
  assert.ok(told < 43 && readRecordLog(log).filter(({ type }) => type === "arp.seen").length === 43);
});

test("a slow reader slows the reading, and no record is lost", () => {
  const path = requests("slow.pcap", 20_000);
  const script = `arp-listen -r ${path} --json | node ${SLOW_READER} 5 | tee ${folder}/slow.ndjson | grep -c '"arp.seen"'`;
  assert.equal(must(["sh", "-c", script]).trim(), "20000");
  assert.ok(statSync(join(folder, "slow.ndjson")).size > 4 << 20, "more than any queue between holds");
});

/** Kilobytes that the tool has used at most, a second after its reader read nothing of what it tells of so many packets. */
async function peakKbUnread(count: number): Promise<number> {
  const path = requests(`unread-${count}.pcap`, count);
  const child = start([`${BIN}/arp-listen`, "-r", path, "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  await sleep(1500);
  assert.equal(child.exitCode, null, "it waits for its reader");
  const [, kb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))!;
  await end(child, "SIGKILL");
  return Number(kb);
}

test("a reader that does not read stops the reading: a long file takes no more memory than a short one", async () => {
  const [short, long] = [await peakKbUnread(20_000), await peakKbUnread(400_000)];
  assert.ok(long < short + 40_000, `${long} kB for 400,000 packets, ${short} kB for 20,000`);
});

interface Case {
  readonly name: string;
  /** A shell's line, in the folder. */
  readonly line: string;
  readonly code: number;
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: "nothing on standard input",
    line: "arp-listen -r - < /dev/null",
    code: 65,
    says: /standard input.*it is empty/,
  },
  { name: "an empty pipe", line: ": | arp-listen -r -", code: 65, says: /standard input.*it is empty/ },
  { name: "a folder", line: "arp-listen -r .", code: 65, says: /cannot read ".": EISDIR/ },
  { name: "no file", line: "arp-listen -r nope.pcap -w made.pcap", code: 66, says: /"nope.pcap": ENOENT/ },
  {
    name: "text",
    line: "arp-listen -r /etc/passwd -w made.pcap",
    code: 65,
    says: /0x726f6f74 stands, needs the magic/,
  },
  {
    name: "a packed capture",
    line: `gzip -c ${ARPING} | arp-listen -r -`,
    code: 65,
    says: /gzip: unpack it first/,
  },
  {
    name: "a cut capture, after what can be read",
    line: `head -c 1000 ${ARPING} | arp-listen -r - -w cut-early.pcap`,
    code: 65,
    says: /10 packets written to "cut-early.pcap"\n.*offset 1000, the file ends within the packet that begins at 988/,
  },
  {
    name: "two link types into one pcap",
    line: `arp-listen -r ${join(LIVE, "mixed.pcapng")} -w two.pcap`,
    code: 65,
    says: /cannot write "two.pcap": packets of link types 1 and 276 are told/,
  },
  {
    name: "a full disk",
    line: `arp-listen -r ${ARPING} -w /dev/full`,
    code: 74,
    says: /the disk is full \(ENOSPC\)/,
  },
  ...["", "--fields kind", "--until gratuitous --fields kind", "-c 1"].map((options) => ({
    name: `a full disk for what is told, ${options || "as records"}`,
    line: `arp-listen -r ${ARPING} ${options} > /dev/full; code=$?; sh -c "exit $code"`,
    code: 74,
    says: /^$/,
  })),
  {
    name: "help for a full disk",
    line: 'arp-listen --help > /dev/full; code=$?; sh -c "exit $code"',
    code: 74,
    says: /cannot write to standard output: ENOSPC/,
  },
  {
    name: "a folder that is not there",
    line: `arp-listen -r ${ARPING} -w no/x.pcap`,
    code: 74,
    says: /cannot write "no\/x.pcap": ENOENT/,
  },
  {
    name: "a file into itself",
    line: `cp ${ARPING} same.pcap; ln -s same.pcap other.pcap; arp-listen -r same.pcap -w other.pcap`,
    code: 64,
    says: /-r and -w both name "other.pcap"/,
  },
];
for (const { name, line, code, says } of CASES) {
  test(`${name}: exit ${code}`, () => {
    const result = attempt(["sh", "-c", `cd ${folder}; ${line} > told`]);
    assert.match(result.stderr, says);
    assert.equal(result.code, code);
  });
}

test("a file that was not to be written to is as it was", () => {
  assert.equal(attempt(["ls", join(folder, "made.pcap")]).code, 2, "nothing was made for nothing");
  assert.deepEqual(readFileSync(join(folder, "same.pcap")), readFileSync(ARPING));
  assert.equal(packetsOf(join(folder, "cut-early.pcap")).length, 10);
});

const TAG = { tpid: EtherType.vlan, priority: 5, dropEligible: false, vlan: 7 };

test(
  "-w of an interface has frames as they were on the wire, with the tag that the kernel took off",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const frames = [
        request(1),
        insertTag(request(2), TAG),
        insertTag(request(3), { ...TAG, tpid: EtherType.qinq, vlan: 8 }),
      ];
      const out = join(network.folder, "live.pcap");
      const listener = network.start(
        "a",
        [
          "arp-listen",
          "-I",
          "eth0",
          "-w",
          out,
          "--mac",
          "02:00:00:00:00:02",
          "--mac",
          "02:00:00:00:00:03",
          "--mac",
          "02:00:00:00:00:01",
        ],
        "ignore",
      );
      const hex = frames.map((frame) => Buffer.from(frame).toString("hex"));
      const sender = await startSending(network, "b", 50, hex);
      // What is told reaches the file within a moment, while the tool goes on.
      await waitFor("frames in the file", 5000, () => statOf(out) > 24 + 6 * 58 || undefined);
      await end(sender);
      await end(listener);
      const kept = new Set(packetsOf(out).map(({ bytes }) => Buffer.from(bytes).toString("hex")));
      for (const frame of hex) assert.ok(kept.has(frame), frame);
      for (const { bytes, length } of packetsOf(out)) assert.equal(length, bytes.length);
      assert.match(
        must(["tshark", "-r", out, "-T", "fields", "-e", "vlan.id", "-e", "vlan.priority"]),
        /^7\t5$/m,
      );
    });
  },
);

test("a full disk ends an interface's -w with 74", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const sender = await startSending(network, "b", 10, [request(1)]);
    const { code, stderr } = network.run("a", [
      "arp-listen",
      "-I",
      "eth0",
      "-w",
      "/dev/full",
      "--for",
      "10s",
    ]);
    await end(sender);
    assert.equal(code, 74);
    assert.match(stderr, /cannot write "\/dev\/full": the disk is full \(ENOSPC\)/);
  });
});

function statOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
