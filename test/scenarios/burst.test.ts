/** Thousands of announcements at once, and paced ones. */
import assert from "node:assert/strict";
import test from "node:test";
import { type KnownRecord, parseLine } from "@viptools/records";
import { decodeArp, decodeEthernet } from "@viptools/wire";
import { ofType } from "../lab/record-log.ts";
import { needsRoot, onStage } from "../lab/stage.ts";
import { type RawFrame, Taps } from "../lab/taps.ts";

const ADDRESSES = 10_000;
const BURSTS = 2;
/** A fifth of what an idle machine with two cores does. */
const FRAMES_PER_S_MIN = 20_000;

const addressOf = (n: number): string => `10.1.${n >> 8}.${n & 255}`;
const announcedIn = (frames: readonly RawFrame[]): RawFrame[] =>
  frames.filter(({ bytes }) => bytes[12] === 8 && bytes[13] === 6);
const targetOf = ({ bytes }: RawFrame): string => decodeArp(decodeEthernet(bytes).payload).targetIp;

test("garp-send: 10,000 addresses, each on the wire once, in their order", needsRoot, async (t) => {
  await onStage(["a", "b"], async (network) => {
    const addresses = Array.from({ length: ADDRESSES }, (_, n) => addressOf(n));
    const input = `${addresses.join("\n")}\n`;
    const rates: number[] = [];
    for (let n = 0; n < BURSTS; n++) {
      const taps = new Taps(network);
      await taps.open(["a"]);
      const { code, stdout, stderr } = network.run(
        "a",
        ["garp-send", "-I", "eth0", "--force", "-U", "-"],
        input,
      );
      assert.equal(code, 0, stderr);
      const frames = announcedIn(await taps.closeRaw());
      assert.deepEqual(frames.map(targetOf), addresses);
      const records = stdout.split("\n").flatMap((line): KnownRecord[] => {
        const parsed = parseLine(line);
        return parsed.kind === "record" ? [parsed.record] : [];
      });
      assert.deepEqual(
        ofType(records, "garp.sent").map(({ ip }) => ip),
        addresses,
      );
      assert.equal(ofType(records, "garp.round")[0]!.sent, ADDRESSES);
      rates.push((ADDRESSES - 1) / ((frames.at(-1)!.atUs - frames[0]!.atUs) / 1e6));
    }
    t.diagnostic(
      `${rates.map(Math.round).join(", ")} frames a second, from the first to the last one captured`,
    );
    assert.ok(Math.max(...rates) > FRAMES_PER_S_MIN, rates.join(" "));
  });
});

const PACED = 50;
const RATE = 100;

test("garp-send --rate goes for all rounds together", needsRoot, async () => {
  await onStage(["a", "b"], async (network) => {
    const taps = new Taps(network);
    await taps.open(["a"]);
    const addresses = Array.from({ length: PACED / 2 }, (_, n) => addressOf(n));
    const options = ["--force", "-U", "-c", "2", "-i", "0", "--rate", String(RATE)];
    assert.equal(network.run("a", ["garp-send", "-I", "eth0", ...options, ...addresses]).code, 0);
    const frames = announcedIn(await taps.closeRaw());
    assert.deepEqual(frames.map(targetOf), [...addresses, ...addresses]);
    const tookMs = (frames.at(-1)!.atUs - frames[0]!.atUs) / 1000;
    assert.ok(tookMs > ((PACED - 1) * 1000) / RATE / 2, `${PACED} frames in ${tookMs} ms`);
  });
});
