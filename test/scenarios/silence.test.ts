/** S2: a Backup is silent, also while its link goes down and up; the same capture shows it speak when it is made Active. */
import assert from "node:assert/strict";
import test from "node:test";
import { VIP } from "../lab/network.ts";
import { sleep } from "../lab/shell.ts";
import { needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";
import { Taps } from "../lab/taps.ts";

const SILENCE_MS = 30_000;
const ADVERT_MS = 1000;

test(
  "S2 a Backup's port shows no frame from the virtual MAC in 30 s with link flaps",
  needsRoot,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      const { a, b } = await startPair(network, ADVERT_MS);
      const settled = b.states().length;
      const taps = new Taps(network);
      await taps.open(["b"]);
      const startUs = Date.now() * 1000;
      await sleep(5000);
      network.linkDown("b");
      await sleep(1000);
      network.linkUp("b");
      await sleep(8000);
      network.run("b", ["ip", "link", "set", "eth0", "down"]);
      await sleep(500);
      network.run("b", ["ip", "link", "set", "eth0", "up"]);
      network.run("c", ["ping", "-c", "3", "-i", "0.2", "192.0.2.2"]);
      await sleep(Math.max(0, SILENCE_MS - (Date.now() - startUs / 1000)));
      const endUs = Date.now() * 1000;
      assert.ok(
        b
          .states()
          .slice(settled)
          .every(({ state }) => state !== "active"),
        "it was Backup all the time",
      );
      await a.stop();
      await untilActive("b", b, ADVERT_MS);
      await sleep(ADVERT_MS);

      const frames = await taps.close();
      const asBackup = frames.filter(({ atUs }) => atUs < endUs);
      const voice = (some: typeof frames): number => some.filter(({ isVoice }) => isVoice).length;
      const asActive = voice(frames.filter(({ atUs }) => atUs >= endUs));
      t.diagnostic(
        `as Backup: ${voice(asBackup)} of ${asBackup.length} frames as the virtual router; as Active: ${asActive}`,
      );
      assert.equal(voice(asBackup), 0);
      assert.ok(asBackup.length > 0, "the host itself was heard");
      assert.ok(asActive > 0, "the capture can show such frames");
    });
  },
);

test(
  "S2 V3-6.4.2-e a Backup that forwards packets does not forward those to the VIP",
  needsRoot,
  async () => {
    await onStage(["a", "b", "c"], async (network) => {
      await startPair(network, 100);
      network.setSysctl("b", "ipv4/ip_forward", 1);
      const viaB = (address: string): number => {
        network.run("c", [
          "ip",
          "neigh",
          "replace",
          address,
          "lladdr",
          network.host("b").mac,
          "nud",
          "permanent",
          "dev",
          "eth0",
        ]);
        return network.run("c", ["ping", "-c", "2", "-i", "0.2", "-W", "1", address]).code;
      };
      const taps = new Taps(network);
      await taps.open(["b"]);
      assert.equal(viaB("192.0.2.1"), 0, "b does forward what is for others");
      const sentTo = async (address: string): Promise<number> =>
        (await taps.close()).filter(({ destinationIp }) => destinationIp === address).length;
      assert.ok((await sentTo("192.0.2.1")) > 0, "and the capture can show it");
      await taps.open(["b"]);
      assert.equal(viaB(VIP), 1, "nobody answers for the VIP by way of b");
      assert.equal(await sentTo(VIP), 0);
    });
  },
);
