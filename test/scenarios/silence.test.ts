/**
 * S2: a Backup is silent, while it starts, while its link goes down and up, and while addresses come and go; the same
 * capture shows it speak when it is made Active.
 */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Client } from "../lab/client.ts";
import { FORMS, type Form, kindsOf, MODES, nameOf, optionsOf, PLAIN, vipOf } from "../lab/form.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { PipeRouter, type RouterOptions } from "../lab/router.ts";
import { OFFERED_PREFIX, routerAdvertisement } from "../lab/router-advertisement.ts";
import { startSending } from "../lab/sending.ts";
import { sleep, waitFor } from "../lab/shell.ts";
import {
  inFull,
  needsRoot,
  onStage,
  PRIORITY_OF_B,
  patienceMs,
  startPair,
  untilActive,
} from "../lab/stage.ts";
import { type PortFrame, Taps } from "../lab/taps.ts";

const ADVERT_MS = 500;

/** A form, for one family or for both at once. */
interface Row extends Omit<Form, "family"> {
  readonly families: readonly Form["family"][];
}

const rowText = ({ mode, standby, families }: Row): string =>
  `${mode} ${standby} ${families.map((family) => `IPv${family}`).join(" and ")}`;

/** All families in one pipe, as virtual routers of one VRID. */
function pipeOptions({ mode, standby, families }: Row): Partial<RouterOptions> {
  const routers = families.map((family) => ({
    interface: "eth0",
    vrid: 51,
    vips: family === 6 ? [VIP6_LL, VIP6] : [VIP],
  }));
  return { ...optionsOf({ mode, standby, family: 4 }), routers };
}

/** What befalls a Backup's link and its addresses, in about 20 s. */
async function disturb(network: Network): Promise<void> {
  await sleep(1500);
  network.linkDown("b");
  await sleep(500);
  network.linkUp("b");
  await sleep(3500);
  network.command("b", "ip link set eth0 down");
  await sleep(500);
  network.command("b", "ip link set eth0 up");
  await sleep(3500);
  network.setSysctl("b", "ipv6/conf/eth0/disable_ipv6", 1);
  await sleep(500);
  network.setSysctl("b", "ipv6/conf/eth0/disable_ipv6", 0);
  await sleep(3500);
  await offerPrefix(network);
  network.run("c", ["ping", "-c", "3", "-i", "0.2", network.host("b").address]);
  await sleep(2500);
}

/** A router advertises a prefix: b makes itself an address of it. */
async function offerPrefix(network: Network): Promise<void> {
  const sender = await startSending(network, "c", 200, [routerAdvertisement(network.host("c"))]);
  await waitFor("b to make itself an address", 5000, () =>
    network.run("b", ["ip", "-6", "-o", "address", "show", "dev", "eth0"]).stdout.includes(OFFERED_PREFIX)
      ? true
      : undefined,
  );
  sender.kill("SIGTERM");
}

async function play(t: TestContext, network: Network, row: Row): Promise<void> {
  const more = { advertMs: ADVERT_MS, ...pipeOptions(row) };
  const a = new PipeRouter(network, "a", { priority: 150, ...more });
  await untilActive("a", a, ADVERT_MS);
  const taps = new Taps(network);
  await taps.open(["b"]);
  const askers = row.families.map(
    (family) => new Client(network, "c", kindsOf({ ...row, family }).neighbour),
  );
  const b = new PipeRouter(network, "b", { priority: PRIORITY_OF_B, ...more });
  await waitFor("b to be Backup", patienceMs(ADVERT_MS), () => {
    b.mustRun();
    return b.isElected("backup") || undefined;
  });
  await disturb(network);
  const endUs = Date.now() * 1000;
  assert.ok(
    b.states().every(({ state }) => state !== "active"),
    "it was Backup all the time",
  );
  await a.stop();
  await untilActive("b", b, ADVERT_MS);
  await sleep(ADVERT_MS);
  for (const asker of askers) await asker.stop();
  judge(t, await taps.close(), endUs, row);
}

const NEIGHBOUR_KINDS: Readonly<Record<Form["family"], readonly PortFrame["kind"][]>> = {
  4: ["arp_request", "arp_reply"],
  6: ["solicitation", "advertisement"],
};

function judge(t: TestContext, frames: readonly PortFrame[], endUs: number, { families }: Row): void {
  const asBackup = frames.filter(({ atUs }) => atUs < endUs);
  const voice = asBackup.filter(({ isVoice }) => isVoice);
  t.diagnostic(`as Backup: ${voice.length} of ${asBackup.length} frames as the virtual router`);
  assert.deepEqual(voice, []);
  assert.ok(asBackup.length > 0, "the host itself was heard");
  for (const family of families) {
    const asActive = frames.filter(
      ({ atUs, kind, isVoice }) => atUs >= endUs && isVoice && NEIGHBOUR_KINDS[family].includes(kind),
    );
    t.diagnostic(`as Active: ${asActive.length} to neighbours of IPv${family}`);
    assert.ok(asActive.length > 0, "the capture can show such frames");
  }
}

const EVERYDAY: Row = { mode: "macvlan", standby: "fenced", families: [4, 6] };
const ROWS: readonly Row[] = MODES.flatMap((mode) =>
  (["absent", "fenced"] as const).flatMap((standby) =>
    ([[4], [6], [4, 6]] as const).map((families): Row => ({ mode, standby, families })),
  ),
);
for (const row of ROWS) {
  test(
    `S2 a Backup's port shows nothing as the virtual router: ${rowText(row)}`,
    rowText(row) === rowText(EVERYDAY) ? needsRoot : inFull,
    async (t) => {
      await onStage(["a", "b", "c"], (network) => play(t, network, row));
    },
  );
}

for (const form of FORMS) {
  test(
    `S2 V3-6.4.2-e a Backup that forwards packets does not forward those to the VIP: ${nameOf(form)}`,
    nameOf(form) === nameOf(PLAIN) ? needsRoot : inFull,
    async () => {
      await onStage(["a", "b", "c"], (network) => playForwarding(network, form));
    },
  );
}

/** c sends b, by its MAC, what is for others. */
async function playForwarding(network: Network, form: Form): Promise<void> {
  await startPair(network, 100, optionsOf(form));
  network.setSysctl("b", "ipv4/ip_forward", 1);
  network.setSysctl("b", "ipv6/conf/all/forwarding", 1);
  const { mac } = network.host("b");
  const viaB = (address: string): number => {
    network.command("c", `ip neigh replace ${address} lladdr ${mac} nud permanent dev eth0`);
    return network.run("c", ["ping", "-c", "2", "-i", "0.2", "-W", "1", address]).code;
  };
  const taps = new Taps(network);
  const sentTo = async (address: string): Promise<number> =>
    (await taps.close()).filter(({ destinationIp }) => destinationIp === address).length;
  const { address, address6 } = network.host("a");
  const other = form.family === 6 ? address6 : address;
  await taps.open(["b"]);
  // Of IPv6 no answer comes back: that of the client to who asks for it would go by way of b too, and not be believed.
  viaB(other);
  assert.ok((await sentTo(other)) > 0, "b does forward what is for others, and the capture can show it");
  await taps.open(["b"]);
  assert.equal(viaB(vipOf(form)), 1, "nobody answers for the VIP by way of b");
  assert.equal(await sentTo(vipOf(form)), 0);
}
