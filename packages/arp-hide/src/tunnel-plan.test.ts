import assert from "node:assert/strict";
import test from "node:test";
import { kindOf, type TunnelState, tunnelChange, tunnelFaults, usualTunnel } from "./tunnel-plan.ts";

const READY: TunnelState = { name: "tunl0", isThere: true, isUp: true, rpFilter: 0, rpFilterOfAll: 0 };
const ABSENT: TunnelState = { ...READY, isThere: false, isUp: false };
const VIP = "192.0.2.100";

test("--tunnel means the kernel's own first tunnel of a family, which can be made", () => {
  assert.deepEqual([VIP, "2001:db8::100"].map(usualTunnel), ["tunl0", "ip6tnl0"]);
  assert.deepEqual(["tunl0", "ip6tnl0", "vxlan7"].map(kindOf), ["ipip", "ip6tnl", undefined]);
});

/** What is there, and what it is set to; the kernel goes by the larger of the interface's rp_filter and that of all. */
const FILTERS: readonly (readonly [own: number, all: number, set: string | undefined])[] = [
  [0, 0, undefined],
  [1, 0, "0"],
  [2, 0, undefined],
  [0, 1, "2"],
  [1, 1, "2"],
  [2, 1, undefined],
  [0, 2, undefined],
  [1, 2, undefined],
];
for (const [own, all, set] of FILTERS)
  test(`rp_filter ${own}, of all ${all}: ${set === undefined ? "stays" : `becomes ${set}`}`, () => {
    const state = { ...READY, rpFilter: own, rpFilterOfAll: all };
    const settings = set === undefined ? [] : [{ path: "net/ipv4/conf/tunl0/rp_filter", value: set }];
    assert.deepEqual(tunnelChange(state, true), { name: "tunl0", isMade: false, isRaised: false, settings });
    assert.deepEqual(tunnelChange(state, false).settings, [], "IPv6 has no such filter");
    const faults = tunnelFaults(state, true);
    assert.deepEqual(
      faults,
      settings.map(
        ({ path, value }) => `rp_filter drops what comes out of tunl0: sysctl -w ${path}=${value}`,
      ),
    );
  });

test("a tunnel that is not there is made and raised, one that is down is raised", () => {
  const { isMade, isRaised } = tunnelChange(ABSENT, true);
  assert.deepEqual([isMade, isRaised], [true, true]);
  const down = tunnelChange({ ...READY, isUp: false }, true);
  assert.deepEqual([down.isMade, down.isRaised], [false, true]);
});

test("status names a tunnel that is gone, or down", () => {
  assert.match(tunnelFaults(ABSENT, true).join(), /^tunl0 is not there: arp-hide add again$/);
  const foreign = tunnelFaults({ ...ABSENT, name: "vx0" }, true).join();
  assert.match(foreign, /^vx0 is not there: arp-hide remove what stands on it, or make it/);
  assert.match(tunnelFaults({ ...READY, isUp: false }, true).join(), /^tunl0 is down/);
  assert.deepEqual(tunnelFaults(READY, true), []);
});
