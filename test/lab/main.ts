/**
 * `npm run lab`: a lab to play in. Two routers with the whole pipe, a client and a switch, until Ctrl-C.
 *
 * usage: npm run lab -- [--advert-int MS] [--empty]   --empty: hosts without routers
 */
import { parseArgs } from "node:util";
import { formatHuman } from "@viptools/cli";
import { Network, VIP } from "./network.ts";
import { PipeRouter } from "./router.ts";

const { values } = parseArgs({
  options: { "advert-int": { type: "string", default: "1000" }, empty: { type: "boolean", default: false } },
});
const LOOK_EVERY_MS = 200;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

if (process.geteuid?.() !== 0) {
  process.stderr.write("lab: needs root, to make network namespaces\n");
  process.exit(77);
}
const network = new Network(["a", "b", "c"]);
say(
  `The lab stands until Ctrl-C. VIP ${VIP}; hosts a, b and c have 192.0.2.1, .2 and .3. In another terminal:`,
);
say("");
say(`  ip netns exec ${network.host("c").namespace} ping ${VIP}`);
say(
  `  ip netns exec ${network.host("c").namespace} ${process.cwd()}/node_modules/.bin/vip-probe --every 2ms ${VIP}`,
);
say(`  ip netns exec ${network.host("a").namespace} nft list ruleset`);
say(`  ip -n ${network.switchNamespace} link set p-a down     # pull a's cable`);
say(
  `  ip netns exec ${network.switchNamespace} bridge link set dev p-a state 0     # drop silently; state 3 mends`,
);
say("");
if (!values.empty) {
  const advertMs = Number(values["advert-int"]);
  const a = new PipeRouter(network, "a", { priority: 150, advertMs });
  const b = new PipeRouter(network, "b", { priority: 100, advertMs });
  let told = 0;
  setInterval(() => {
    const records = [...a.records(), ...b.records()]
      .filter((record) => record.type !== "vrrp.lease" && record.type !== "vrrp.alive")
      .sort((x, y) => x.ts.localeCompare(y.ts));
    for (const record of records.slice(told)) say(formatHuman(record));
    told = records.length;
  }, LOOK_EVERY_MS);
} else setInterval(() => {}, 60_000);
