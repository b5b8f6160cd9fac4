/** arp-hide: the interface on which addresses are hidden gets another address, or another name. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordOf } from "@viptools/records";
import { add, must, onHidingStage, REMOVE, STATUS, TUNNEL, words } from "../lab/hiding.ts";
import { type Network, VIP, VIP6 } from "../lab/network.ts";
import { needsRoot } from "../lab/stage.ts";

function whyOf(network: Network): string {
  const { code, stdout } = network.run("a", STATUS);
  const { is_whole: isWhole, why } = JSON.parse(stdout) as RecordOf<"hide.status">;
  assert.deepEqual([code, isWhole], [1, false]);
  return why.join("; ");
}

/** @param to, from addresses of the interface. */
const renumber = (network: Network, to: string, from: string): string =>
  must(network, "a", [
    ...["sh", "-ec"],
    `sysctl -qw net.ipv4.conf.all.promote_secondaries=1; ip address add ${to}/24 dev eth0; ip address del ${from}/24 dev eth0`,
  ]);

const LISTINGS = [
  ["nft", ["nft", "list", "ruleset"]],
  ["arptables", ["arptables", "-L", "-n"]],
] as const;
for (const [method, listing] of LISTINGS)
  test(
    `${method}: an address that the interface has no more is told, and add mends it`,
    needsRoot,
    async () => {
      await onHidingStage(["a"], async (network) => {
        must(network, "a", add(`--method ${method} ${VIP} ${VIP6}`));
        renumber(network, "192.0.2.33", "192.0.2.1");
        assert.equal(
          whyOf(network),
          "questions say 192.0.2.1 in the place of a VIP, which eth0 does not have: arp-hide add again",
        );
        must(network, "a", add(`--method ${method} ${VIP}`));
        must(network, "a", STATUS);
        assert.match(must(network, "a", listing), /192\.0\.2\.33|c0000221/);
        must(network, "a", REMOVE);
      });
    },
  );

test("renamed: status tells, and remove puts back the settings that went with it", needsRoot, async () => {
  await onHidingStage(["a"], async (network) => {
    must(network, "a", add(VIP));
    must(network, "a", words("ip link set eth0 down"));
    must(network, "a", words("ip link set eth0 name lan0"));
    assert.match(whyOf(network), /^eth0 is named lan0 now: arp-hide remove -I eth0, and add -I lan0/);
    must(network, "a", REMOVE);
    for (const setting of ["arp_ignore", "arp_announce"])
      assert.equal(must(network, "a", ["cat", `/proc/sys/net/ipv4/conf/lan0/${setting}`]), "0\n");
    must(network, "a", words("ip link set lan0 name eth0"));
  });
});

test("a tunnel of somebody else is gone: status says what works", needsRoot, async () => {
  await onHidingStage(["a"], async (network) => {
    must(network, "a", ["sh", "-ec", TUNNEL]);
    must(network, "a", add(`--tunnel-on vx0 ${VIP}`));
    must(network, "a", words("ip link del vx0"));
    assert.equal(
      whyOf(network),
      "vx0 is not there: arp-hide remove what stands on it, or make it, and arp-hide add again",
    );
    must(network, "a", REMOVE);
    assert.match(network.run("a", STATUS).stderr, /nothing is hidden here/);
  });
});
