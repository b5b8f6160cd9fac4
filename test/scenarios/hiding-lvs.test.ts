/** arp-hide on real servers of LVS: only the director answers, and the servers serve. */
import assert from "node:assert/strict";
import test from "node:test";
import { answerers } from "../lab/answerers.ts";
import { balance, balancePings, echoesAnswered, giveIntoTunnel, serve } from "../lab/balancer.ts";
import { type Dump, dumpHost } from "../lab/dump.ts";
import {
  add,
  ask,
  askAllTheTime,
  checked,
  HIDING_METHODS,
  must,
  onHidingStage,
  REMOVE,
  same,
  words,
} from "../lab/hiding.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { Overheard } from "../lab/overheard.ts";
import { Caller } from "../lab/redirected-service.ts";
import { PipeRouter, VMAC, VMAC6 } from "../lab/router.ts";
import { waitFor } from "../lab/shell.ts";
import { inFull, needsRoot, startPair, untilActive } from "../lab/stage.ts";

/** At least; half of them before the director changes. */
const ASKS = 1000;
const ADVERT_MS = 100;
const SERVERS = ["s", "t"] as const;
/** Of iputils arping: one question, one second. */
const ONCE = ["-c", "1", "-w", "1"];

test(
  "LVS/DR, each method: in a thousand asks only the director answers, also while it changes",
  needsRoot,
  async (t) => {
    await onHidingStage(["a", "b", "s", "t", "c"], async (network) => {
      const before = SERVERS.map((host) => dumpHost(network, host));
      const pair = await startPair(network, ADVERT_MS);
      const ways = ["a", "b"].map((director) => balance(network, director, SERVERS));
      t.diagnostic(`the director gives connections on by ${ways[0]}`);
      for (const host of SERVERS) await serve(network, host);
      const caller = new Caller(network, "c");
      let { a } = pair;
      for (const method of HIDING_METHODS) {
        await t.test(method, async () => {
          for (const host of SERVERS) must(network, host, add(`--method ${method} ${VIP} ${VIP6}`));
          const poison = await overhearPoison(network);
          const questions = await Overheard.open(network, "c", "eth0", `arp src 0.0.0.0 and dst ${VIP}`);
          const endAsking = askAllTheTime(network, VIP, "1ms");
          await untilAsked(questions, ASKS / 2);
          await untilGreetedByBoth(network, caller);
          await a.stop();
          await untilActive("b", pair.b, ADVERT_MS);
          await untilGreetedByBoth(network, caller);
          a = new PipeRouter(network, "a", { priority: 150, advertMs: ADVERT_MS });
          await untilAsked(questions, ASKS);
          await questions.stop();
          const { asked, owners } = await endAsking();
          const [director] = owners;
          assert.deepEqual([owners.length, director?.mac], [1, VMAC]);
          assert.ok(asked >= ASKS, `asked ${asked} times`);
          assert.ok(director!.answers >= asked * 0.9, `${director!.answers} answers to ${asked}`);
          assert.deepEqual(
            answerers(network, VIP, ...ONCE),
            [VMAC],
            "asked by a program that nobody here wrote",
          );
          assert.deepEqual(await poison.stop(), [], "nobody else asks or says anything in the VIP's name");
          restore(network, before);
        });
        await untilPreempted(a);
      }
      await caller.stop();
      await a.stop();
      await pair.b.stop();
    });
  },
);

/** @param questions probes of c, one line each. */
async function untilAsked(questions: Overheard, times: number): Promise<void> {
  await waitFor(`${times} questions`, 60_000, () => questions.lines().length >= times || undefined);
}

/** It has started meanwhile, beside much else. */
async function untilPreempted(router: PipeRouter): Promise<void> {
  await waitFor("the better director to be Active again", 60_000, () => {
    router.mustRun();
    return router.isActive() || undefined;
  });
}

/** ARP in the VIP's name from anybody but the virtual router. */
async function overhearPoison(network: Network): Promise<Overheard> {
  return await Overheard.open(network, "c", "eth0", `arp src host ${VIP} and not ether src ${VMAC}`);
}

/** With caches of the servers empty: they have to ask for the client, and in their own names. */
async function untilGreetedByBoth(network: Network, caller: Caller): Promise<void> {
  const sinceUs = Number(process.hrtime.bigint() / 1000n);
  for (const host of SERVERS) network.run(host, words("ip neigh flush dev eth0"));
  for (const host of SERVERS) await caller.untilGreetedBy(host, sinceUs, 10_000);
}

function restore(network: Network, before: readonly Dump[]): void {
  SERVERS.forEach((host, n) => {
    must(network, host, REMOVE);
    same(network, host, before[n]!);
  });
}

test(
  "LVS/DR over IPv6, each method: pings reach both servers, and only the director answers solicitations",
  needsRoot,
  async (t) => {
    await onHidingStage(["a", "s", "t", "c"], async (network) => {
      const before = SERVERS.map((host) => dumpHost(network, host));
      must(network, "a", words(`vmac-ctl up -I eth0 --vrid 51 ${VIP6_LL} ${VIP6}`));
      balancePings(network, "a", SERVERS);
      for (const method of HIDING_METHODS)
        await t.test(method, () => {
          for (const host of SERVERS) must(network, host, add(`--method ${method} ${VIP6}`));
          const answered = SERVERS.map((host) => echoesAnswered(network, host));
          must(network, "c", words(`ping -c 4 -i 0.1 -w 5 ${VIP6}`));
          SERVERS.forEach((host, n) => {
            assert.equal(echoesAnswered(network, host) - answered[n]!, 2, host);
          });
          const asked = `arp-hide check -I eth0 --expect vrid6:51 --count 100 --every 1ms --json ${VIP6}`;
          const [found] = checked(must(network, "c", words(asked)));
          assert.deepEqual(
            found!.owners.map(({ mac }) => mac),
            [VMAC6],
          );
          restore(network, before);
        });
      must(network, "a", words("vmac-ctl down -I eth0 --vrid 51"));
    });
  },
);

/** A tunnel to the director, of a kind that this kernel has, under the name that --tunnel looks for, and under another. */
const TUNNELS = [
  ["--tunnel", "tunl0", needsRoot],
  ["--tunnel-on vx0", "vx0", inFull],
] as const;
for (const [option, name, when] of TUNNELS)
  test(
    `LVS/TUN, ${option}: requests come out of the tunnel, the server answers by itself`,
    when,
    async () => {
      await onHidingStage(["a", "s", "c"], async (network) => {
        must(network, "s", [
          "sh",
          "-ec",
          `${vxlan(network, name, "a")}; ip link set ${name} down; ${STRICT}`,
        ]);
        must(network, "a", ["sh", "-ec", vxlan(network, name, "s")]);
        const mac = must(network, "s", ["cat", `/sys/class/net/${name}/address`]).trim();
        must(network, "a", words(`vmac-ctl up -I eth0 --vrid 51 ${VIP}`));
        giveIntoTunnel(network, "a", name, mac);
        await serve(network, "s");
        const before = dumpHost(network, "s");
        must(network, "s", add(`${option} ${VIP}`));
        const outside = await Overheard.open(network, "s", "eth0", "udp port 4789");
        assert.equal(ask(network, "c", VIP, "tcp/80"), "s");
        const frames = (await outside.stop()).filter((line) => line.includes(`> ${VIP}.80: Flags [S]`));
        assert.ok(frames.length > 0, "the request came inside another packet");
        assert.deepEqual(answerers(network, VIP, ...ONCE), [VMAC]);
        must(network, "s", ["sysctl", "-qw", `net.ipv4.conf.${name}.rp_filter=1`]);
        assert.equal(ask(network, "c", VIP, "tcp/80"), "silence", "a strict filter drops it");
        must(network, "s", add(`${option} ${VIP}`));
        assert.equal(ask(network, "c", VIP, "tcp/80"), "s", "add has mended it");
        must(network, "s", REMOVE);
        same(network, "s", before);
        must(network, "a", words("vmac-ctl down -I eth0 --vrid 51"));
      });
    },
  );

const STRICT = "sysctl -qw net.ipv4.conf.all.rp_filter=1";

function vxlan(network: Network, name: string, far: string): string {
  const { address } = network.host(far);
  return `ip link add ${name} type vxlan id 7 remote ${address} dstport 4789; ip link set ${name} up`;
}
