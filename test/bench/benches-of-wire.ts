/**
 * Benches of what is heard and what is said: arp-listen and garp-send.
 *
 * @module
 */
import { announceSeries } from "./announce-many.ts";
import { announceOne } from "./announce-one.ts";
import type { Bench } from "./bench.ts";
import { cost, type Sides, yields } from "./comparison.ts";
import { listenBeside } from "./listen-beside.ts";
import { listenLive } from "./listen-live.ts";
import { readCaptureSeries, readCaptures } from "./read-capture.ts";

/** tcpdump takes minutes for what its hash table is not made for. */
const PATIENCE_MS = 20_000;
const MILLION = 1_000_000;
const BESIDE_TCPDUMP: Sides = { ours: "arp-listen", others: ["tcpdump"] };

export const LISTENING: readonly Bench[] = [
  {
    name: "read a capture file",
    rounds: 3,
    quickRounds: 1,
    run: (rounds) =>
      readCaptureSeries([100_000, 300_000, MILLION], {
        hosts: 500,
        readers: ["arp-listen", "tcpdump"],
        rounds,
      }),
    comparisons: [
      cost("1,000,000 ARP frames of 500 hosts, from file to text", BESIDE_TCPDUMP, ["ms", "ms"], {
        target: { ratio: 2 },
      }),
      cost("memory for that", BESIDE_TCPDUMP, ["mib", "MiB"]),
    ],
    growths: [{ what: "ARP from file to text", of: "frames", figure: "ms", unit: "ms" }],
  },
  {
    name: "read a capture file beside tshark",
    rounds: 1,
    quickRounds: 1,
    run: (rounds) => readCaptures({ frames: 300_000, hosts: 500, readers: ["arp-listen", "tshark"], rounds }),
    comparisons: [
      cost(
        "300,000 ARP frames, from file to records",
        { ours: "arp-listen", others: ["tshark"] },
        ["ms", "ms"],
        { target: { ratio: 1 / 15 } },
      ),
    ],
  },
  {
    name: "read a capture file of many hosts",
    rounds: 1,
    quickRounds: 1,
    run: (rounds) => {
      const readers = ["arp-listen", "tcpdump"] as const;
      return readCaptures({ frames: MILLION, hosts: 250_000, readers, rounds, limitMs: PATIENCE_MS });
    },
    comparisons: [
      cost(
        `1,000,000 ARP frames of 250,000 hosts (tcpdump is stopped after ${PATIENCE_MS / 1000} s)`,
        BESIDE_TCPDUMP,
        ["ms", "ms"],
      ),
    ],
  },
  {
    name: "listen to a flood",
    rounds: 5,
    quickRounds: 2,
    run: listenBeside,
    comparisons: [
      yields("ARP from wire to text, when more comes than can be heard", BESIDE_TCPDUMP, [
        "frames a second",
        "frames/s",
      ]),
      yields("share of that flood that was heard", BESIDE_TCPDUMP, ["% of sent", "%"], { isDetail: true }),
      cost("processor time of each frame heard", BESIDE_TCPDUMP, ["cpu us a frame", "µs"]),
    ],
  },
  {
    name: "listen to 100,000 frames a second",
    rounds: 1,
    quickRounds: 1,
    run: async () => {
      const { sent, heard, lateMib } = await listenLive(100_000, 3);
      // What the hosts themselves ask is heard, too.
      const lost = Math.max(0, sent - heard);
      return new Map([["arp-listen", [{ "% lost": (lost / sent) * 100, mib: lateMib }]]]);
    },
    comparisons: [
      cost("of 100,000 ARP frames a second for 3 s not heard (each is counted)", { ours: "arp-listen" }, [
        "% lost",
        "%",
      ]),
    ],
  },
];

export const ANNOUNCING: readonly Bench[] = [
  {
    name: "announce one address",
    rounds: 11,
    quickRounds: 3,
    run: announceOne,
    comparisons: [
      cost(
        "one address announced once, whole process",
        { ours: "garp-send", others: ["node -e 0"] },
        ["ms", "ms"],
        {
          target: { ratio: 3 },
        },
      ),
      cost("one address announced once, whole process", { ours: "garp-send", others: ["iputils arping"] }, [
        "ms",
        "ms",
      ]),
      cost(
        "one address announced once, whole process",
        { ours: "garp-send", others: ["Habets arping"] },
        ["ms", "ms"],
        {
          target: { ratio: 1 },
        },
      ),
    ],
  },
  {
    name: "announce many addresses",
    rounds: 5,
    quickRounds: 2,
    run: (rounds) => announceSeries([100, 1000, 10_000], rounds),
    comparisons: [
      yields(
        "10,000 addresses announced once, at the switch",
        { ours: "garp-send" },
        ["framesPerSecond", "frames/s"],
        {
          target: { ours: 100_000 },
        },
      ),
      cost("addresses among these that did not arrive", { ours: "garp-send" }, ["missing", ""], {
        target: { ours: 0 },
      }),
    ],
    growths: [
      { what: "first frame to last", of: "addresses announced", figure: "burstMs", unit: "ms" },
      { what: "processor time of the process", of: "addresses announced", figure: "cpuMs", unit: "ms" },
    ],
  },
];
