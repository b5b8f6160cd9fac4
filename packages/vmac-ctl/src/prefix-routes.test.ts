/** Which VIPs stand there with a route that they should not have, or without one. */
import assert from "node:assert/strict";
import test from "node:test";
import { addressOn } from "./doctor/clean.fixture.ts";
import { differingRoutes } from "./prefix-routes.ts";

const VIP = "10.9.0.100";

for (const [wanted, found, differs] of [
  [true, true, false],
  [false, false, false],
  [true, false, true],
  [false, true, true],
] as const) {
  test(`a route ${wanted ? "wanted" : "not wanted"} and ${found ? "there" : "not there"}`, () => {
    const planned = { address: VIP, prefixLength: 24, hasPrefixRoute: wanted, protocol: 112 };
    const here = { ...addressOn(2, `${VIP}/24`), hasPrefixRoute: found };
    assert.equal(differingRoutes([planned], [here]).length === 1, differs);
    assert.deepEqual(differingRoutes([planned], []), [], "one that is not there is missing as a whole");
  });
}
