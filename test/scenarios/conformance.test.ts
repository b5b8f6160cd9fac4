/** Duties of a virtual router that only a network can show: who answers, who forwards, what comes first. */
import assert from "node:assert/strict";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { answerers } from "../lab/answerers.ts";
import { Elector } from "../lab/elector.ts";
import { type Network, VIP, VIP6, VIP6_LL } from "../lab/network.ts";
import { Overheard } from "../lab/overheard.ts";
import { ofType, readRecordLog } from "../lab/record-log.ts";
import { PipeRouter, VMAC } from "../lab/router.ts";
import { BIN, inNamespace, must, sleep, TOP, waitFor } from "../lab/shell.ts";
import { needsRoot, onStage, startPair, untilActive } from "../lab/stage.ts";
import { Taps } from "../lab/taps.ts";

const ADVERT_MS = 100;
/** Behind both routers. */
const FAR = "198.51.100.4";
/** Routed by the routers to one of themselves: a better way for a client, so a reason for a redirect. */
const REDIRECTED = "203.0.113.9";

const words = (command: string): string[] => command.split(" ");

const pings = (network: Network, address: string): boolean =>
  network.run("c", ["ping", "-c", "1", "-W", "1", address]).code === 0;

for (const version of [3, 2] as const) {
  test(
    `SM-6 V3-8.1.2-e V2-6.4-c V2-8.2-b becoming Active in VRRPv${version}: advert, address and virtual MAC, then gratuitous ARP`,
    needsRoot,
    async () => {
      await onStage(["a", "b"], async (network) => {
        const taps = new Taps(network);
        await taps.open(["a"]);
        const advertMs = version === 2 ? 1000 : ADVERT_MS;
        const a = new PipeRouter(network, "a", { priority: 254, advertMs, version });
        await untilActive("a", a, advertMs);
        await waitFor("an announcement", 3000, () => ofType(a.records(), "garp.sent")[0]);
        const voice = (await taps.close()).filter(({ isVoice }) => isVoice);
        const kinds = voice.map(({ kind }) => kind);
        const announced = kinds.indexOf("arp_request");
        assert.ok(kinds[0] === "advert" && announced > 0, `an advert first: ${kinds.join(" ")}`);
        assert.equal(voice[announced]!.source, VMAC);
        const told = a.records().map(({ type }) => type);
        assert.ok(told.indexOf("vmac.up") < told.indexOf("garp.sent"), "the kernel has confirmed before");
        const upUs = Date.parse(ofType(a.records(), "vmac.up")[0]!.ts) * 1000;
        assert.ok(voice[announced]!.atUs >= upUs, "on the wire, too");
        await a.stop();
      });
    },
  );
}

test(
  "V3-6.4.2-a V3-6.4.3-f V3-6.1-h ARP-rx-5 ARP-vrrp-1 ACD-2.5-a of a pair the Active alone answers ARP, probes and pings",
  needsRoot,
  async () => {
    await onStage(["a", "b", "c"], async (network) => {
      await startPair(network, ADVERT_MS);
      const taps = new Taps(network);
      await taps.open(["b"]);
      assert.deepEqual(answerers(network, VIP), [VMAC], "a question");
      assert.deepEqual(answerers(network, VIP, "-D"), [VMAC], "a probe");
      assert.equal(pings(network, VIP), true);
      assert.deepEqual(answerers(network, network.host("b").address), [network.host("b").mac]);
      const frames = await taps.close();
      assert.deepEqual(
        frames.filter(({ isVoice }) => isVoice),
        [],
        "the Backup says nothing as the virtual router",
      );
      assert.ok(
        frames.some(({ kind }) => kind === "arp_reply"),
        "and the capture can show an answer of its own",
      );
    });
  },
);

/** Two routers that forward, with d behind both; a is Active, and c's way to d leads over the VIP. */
async function buildCrossroads(network: Network): Promise<void> {
  for (const [host, address] of [
    ["a", "198.51.100.1"],
    ["b", "198.51.100.2"],
    ["d", FAR],
  ] as const) {
    network.addInterface(host, "in0", `${address}/24`, "br1");
  }
  network.run("d", words("ip link set eth0 down"));
  network.run("d", words("ip route add 192.0.2.0/24 via 198.51.100.1"));
  for (const router of ["a", "b"]) {
    network.setSysctl(router, "ipv4/ip_forward", 1);
    network.setSysctl(router, "ipv6/conf/all/forwarding", 1);
  }
  network.run("a", words(`ip route add ${REDIRECTED} via 192.0.2.2`));
  await startPair(network, ADVERT_MS);
  network.run("c", words(`ip route add 198.51.100.0/24 via ${VIP}`));
}

async function nothingIsForwarded(network: Network): Promise<void> {
  const far = await Overheard.open(network, "d", "in0", "ip or ip6");
  for (const ttl of ["255", "64"]) {
    for (const group of ["224.0.0.18", "ff02::12"])
      network.run("c", ["ping", "-c", "1", "-W", "0.1", "-t", ttl, "-I", "eth0", group]);
  }
  assert.equal(pings(network, VIP), true);
  assert.equal(pings(network, FAR), true);
  await sleep(100);
  const heard = await far.stop();
  assert.ok(
    heard.some((line) => line.includes("ICMP echo request")),
    "what may be forwarded is seen there",
  );
  const strays = heard.filter((line) => /224\.0\.0\.18|ff02::12|192\.0\.2\.100/.test(line));
  assert.deepEqual(strays, []);
}

async function redirectsComeFromTheNic(network: Network): Promise<void> {
  const redirects = await Overheard.open(network, "c", "eth0", "icmp[icmptype] = icmp-redirect");
  const seenVia = async (gateway: string): Promise<string[]> => {
    const before = redirects.lines().length;
    network.run("c", words(`ip route replace ${REDIRECTED} via ${gateway}`));
    network.run("c", ["ping", "-c", "2", "-i", "0.2", "-W", "0.2", REDIRECTED]);
    network.run("c", words("ip route flush cache"));
    await sleep(100);
    return redirects.lines().slice(before);
  };
  assert.deepEqual(await seenVia(VIP), []);
  const fromNic = await seenVia("192.0.2.1");
  assert.ok(fromNic.length > 0 && fromNic.every((line) => line.includes("192.0.2.1 > 192.0.2.3")));
  network.setSysctl("a", "ipv4/conf/all/send_redirects", 0);
  network.setSysctl("a", "ipv4/conf/eth0/send_redirects", 0);
  assert.deepEqual(await seenVia("192.0.2.1"), []);
}

function proxyAnswersWithTheVirtualMac(network: Network): void {
  assert.deepEqual(answerers(network, FAR), [], "nobody does so unasked");
  const index = network.run("a", ["cat", "/sys/class/net/eth0/ifindex"]).stdout.trim();
  network.setSysctl("a", `ipv4/conf/vrrp4-${index}-51/proxy_arp`, 1);
  assert.deepEqual(answerers(network, FAR), [VMAC]);
}

/** The switch sends to b what is for the virtual MAC from here on, and does not learn it at the port of a again. */
async function onlyTheActiveForwards(network: Network): Promise<void> {
  assert.equal(pings(network, FAR), true);
  assert.match(network.run("c", ["ip", "neigh", "show", VIP]).stdout, new RegExp(VMAC));
  must(
    inNamespace(network.switchNamespace, words(`bridge fdb replace ${VMAC} dev p-b master static sticky`)),
  );
  const far = await Overheard.open(network, "d", "in0", "icmp");
  const sendTo = async (mac: string): Promise<void> => {
    network.run("c", words(`ip neigh replace ${VIP} lladdr ${mac} nud permanent dev eth0`));
    network.run("c", ["ping", "-c", "1", "-W", "0.2", FAR]);
    await sleep(100);
  };
  await sendTo(VMAC);
  assert.deepEqual(far.lines(), [], "b drops what is for the virtual MAC");
  await sendTo(network.host("b").mac);
  assert.ok((await far.stop()).length > 0, "b does forward what is for its own MAC");
}

test("a pair as the gateway between two networks", needsRoot, async (t) => {
  await onStage(["a", "b", "c", "d"], async (network) => {
    await buildCrossroads(network);
    await t.test(
      "V3-5.1.1.2-b V3-5.1.2.2-b V3-8.3.1-a V2-8.4-a nothing for the groups or the VIP is forwarded",
      () => nothingIsForwarded(network),
    );
    await t.test(
      "V3-8.1.1-a V3-8.1.1-b V2-8.1-a V3-8.1.1-c who uses the virtual MAC gets no redirect, who uses the NIC gets the NIC's, until switched off",
      () => redirectsComeFromTheNic(network),
    );
    await t.test(
      "V3-8.1.3-a V2-8.3-a proxy ARP on the virtual interface answers with the virtual MAC, of the Active",
      () => proxyAnswersWithTheVirtualMac(network),
    );
    await t.test(
      "V3-6.4.3-e V3-6.4.2-d frames for the virtual MAC are forwarded by the Active, and not by a Backup that gets them",
      () => onlyTheActiveForwards(network),
    );
  });
});

test("V3-8.1.2-d a VIP that an Active gets is announced", needsRoot, async () => {
  await onStage(["a", "c"], async (network) => {
    const path = join(network.folder, "a.json");
    const configure = (...vips: string[]): void => {
      const routers = [{ interface: "eth0", vrid: 51, vips }];
      writeFileSync(path, JSON.stringify({ defaults: { advert_int: "100ms" }, routers }));
    };
    configure(VIP);
    const log = join(network.folder, "a.ndjson");
    const command = `vrrp-elect --config ${path} | vmac-ctl follow | garp-send --follow`;
    const out = openSync(log, "w");
    const pipe = network.start("a", ["bash", "-c", command], ["pipe", out, "inherit"]);
    await waitFor("the first announcement", 10_000, () => ofType(readRecordLog(log), "garp.sent")[0]);
    const wire = await Overheard.open(network, "c", "eth0", "arp and arp[14:4] = 0xc0000265");
    configure(VIP, "192.0.2.101");
    const head = { v: 1, tool: "test", host: "t", pid: 1, ts: "2026-11-25T00:00:00.000000000Z", seq: 1 };
    pipe.stdin!.write(`${JSON.stringify({ ...head, type: "elect.set", action: "reload" })}\n`);
    await waitFor("it on the wire", 3000, () => wire.lines()[0]);
    const [first] = await wire.stop();
    assert.match(
      first!,
      new RegExp(`^\\S+ ${VMAC} > ff:ff:ff:ff:ff:ff.* who-has 192\\.0\\.2\\.101 \\(${VMAC}\\)`),
    );
  });
});

test("V3-7.4-a the virtual interface makes no IPv6 address of its MAC", needsRoot, async () => {
  await onStage(["a"], async (network) => {
    network.run("a", words(`vmac-ctl up -I eth0 --vrid 51 ${VIP}`));
    await sleep(300);
    const shown = network.run("a", ["ip", "-o", "address", "show"]).stdout;
    assert.match(shown, /vrrp4-\d+-51 +inet 192\.0\.2\.100/);
    assert.doesNotMatch(shown, /vrrp4-\d+-51 +inet6/);
    network.run("a", words("vmac-ctl down -I eth0 --vrid 51"));
  });
});

test(
  "V3-1.7-b adverts keep one real address as their source, and never take the VIP",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const args = (priority: string): string[] => [
        ...words("-I eth0 --vrid 51 --advert-int 100ms --priority"),
        priority,
        VIP,
      ];
      const a = new Elector(network, "a", args("150"));
      await a.until("active");
      const wire = await Overheard.open(network, "b", "eth0", "vrrp");
      network.run("a", words(`ip address add ${VIP}/32 dev eth0`));
      network.run("a", words("ip address add 192.0.2.201/24 dev eth0"));
      await sleep(500);
      const sources = (lines: readonly string[]): string[] => [
        ...new Set(lines.map((line) => /(\S+) > 224\.0\.0\.18/.exec(line)?.[1] ?? "?")),
      ];
      assert.deepEqual(sources(wire.lines()), ["192.0.2.1"]);
      network.run("a", words("ip address del 192.0.2.1/24 dev eth0"));
      network.run("a", words("ip address add 192.0.2.9/24 dev eth0"));
      await sleep(1000);
      assert.deepEqual(sources(await wire.stop()).slice(0, 2), ["192.0.2.1", "192.0.2.9"]);
    });
  },
);

test(
  "V3-SM-f V3-8.3.2-b of two owners the higher address stays Active, and both say so",
  needsRoot,
  async () => {
    await onStage(["a", "b"], async (network) => {
      const startOwner = (host: string): Elector => {
        network.run(host, words(`ip address add ${VIP}/32 dev eth0`));
        const args = words(`-I eth0 --vrid 51 --advert-int 100ms --priority 255 ${VIP}`);
        return new Elector(network, host, args);
      };
      const b = startOwner("b");
      await b.until("active");
      const a = startOwner("a");
      const hasSaidSo = (elector: Elector): boolean =>
        ofType(elector.records(), "vrrp.conflict").some(({ cause }) => cause === "two_active");
      await waitFor("both to say so", 5000, () => (hasSaidSo(a) && hasSaidSo(b) ? true : undefined));
      await sleep(500);
      assert.deepEqual([a.state(), b.state()], ["backup", "active"]);
    });
  },
);

test(
  "V3-8.2.4-a an unsolicited advertisement updates the neighbour caches of Active and Backup",
  needsRoot,
  async () => {
    await onStage(["a", "b", "c"], async (network) => {
      const args = words(`-I eth0 --vrid 51 --advert-int 100ms ${VIP6_LL} ${VIP6}`);
      const a = new Elector(network, "a", args);
      await a.until("active");
      await new Elector(network, "b", args).until("backup");
      const { address6 } = network.host("c");
      const cached = (host: string): string => network.run(host, ["ip", "neigh", "show", address6]).stdout;
      for (const router of ["a", "b"]) network.run(router, ["ping", "-c", "1", "-W", "1", address6]);
      assert.deepEqual(
        ["a", "b"].map((router) => /lladdr \S+:03/.test(cached(router))),
        [true, true],
      );
      network.setSysctl("c", "ipv6/conf/eth0/ndisc_notify", 1);
      network.run("c", words("ip link set eth0 address 02:00:00:00:00:33"));
      for (const router of ["a", "b"]) {
        await waitFor(`${router} to know the new MAC`, 1000, () =>
          /lladdr \S+:33/.test(cached(router)) ? true : undefined,
        );
      }
    });
  },
);

test(
  "the example that binds router advertisements to records starts and kills with the role",
  needsRoot,
  async () => {
    const [, example] = /```sh\n([\s\S]*?)```/.exec(readFileSync(`${TOP}docs/conformance.md`, "utf8"))!;
    await onStage(["a", "b"], async (network) => {
      const done = join(network.folder, "done");
      const systemctl = join(network.folder, "systemctl");
      writeFileSync(systemctl, `#!/bin/sh\necho "$1" >> ${done}\n`, { mode: 0o755 });
      writeFileSync(join(network.folder, "example"), example!);
      const args = (priority: number): string =>
        `-I eth0 --vrid 51 --advert-int 100ms --priority ${priority} ${VIP6_LL} ${VIP6}`;
      const path = `PATH=${network.folder}:${BIN}:$PATH`;
      const pipe = `${path}; vrrp-elect ${args(100)} | sh ${network.folder}/example`;
      network.start("a", ["bash", "-c", pipe], "ignore");
      const orders = (): string => (existsSync(done) ? readFileSync(done, "utf8") : "");
      await waitFor("the start", 10_000, () => (orders() === "kill\nstart\n" ? true : undefined));
      await new Elector(network, "b", words(args(150))).until("active");
      await waitFor("the end", 3000, () => (orders() === "kill\nstart\nkill\n" ? true : undefined));
    });
  },
);
