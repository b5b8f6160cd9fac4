/** Files that the tools write whole: what is no file stays what it is. Made nodes only, none of the machine's. */
import assert from "node:assert/strict";
import { lstatSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { needsRoot, onStage } from "../lab/stage.ts";

const words = (text: string): string[] => text.split(" ");

/** Each is started with a place that must stay what it is. */
const FILE_WRITERS: readonly (readonly [argv: string, place: string])[] = [
  ["vip-probe --for 100ms --grace 100ms 192.0.2.100 --report", "node"],
  ["vip-probe --for 100ms --grace 100ms 192.0.2.100 --report", "link"],
  ["vip-metrics --file", "node"],
  ["vip-metrics --file", "link"],
  ["vmac-ctl follow --ack", "node"],
];

test("a file that is asked for is no device", needsRoot, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "node-"));
  t.after(() => rmSync(folder, { recursive: true }));
  await onStage(["a"], async (network) => {
    network.run("a", ["mknod", join(folder, "node"), "c", "1", "3"]);
    symlinkSync("node", join(folder, "link"));
    for (const [argv, place] of FILE_WRITERS)
      await t.test(`${argv} ${place}`, () => {
        const outcome = network.run("a", [...words(argv), join(folder, place)]);
        assert.equal(outcome.code, 64, outcome.stderr);
        assert.match(outcome.stderr, /it is a device, needs the name of a file/);
        assert.ok(lstatSync(join(folder, "node")).isCharacterDevice());
        assert.deepEqual(readdirSync(folder), ["link", "node"]);
      });
  });
});
