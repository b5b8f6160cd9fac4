/**
 * `npm run bench`: what the tools cost, beside the incumbents, in one run.
 *
 * usage: node main.js [--json FILE] [NAME…]
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { MODES } from "../lab/form.ts";
import { cell, formatTable } from "../lab/table.ts";
import { announceMany } from "./announce-many.ts";
import { announceOne } from "./announce-one.ts";
import { medianOf, type Rounds, ratioOf, tableOfRounds } from "./contest.ts";
import { listenLive } from "./listen-live.ts";
import { READERS, readCaptures } from "./read-capture.ts";
import { throughput } from "./throughput.ts";

/** What a bench tells: text for people, figures for machines. */
interface Told {
  readonly text: string;
  readonly figures: unknown;
}

const MILLION = 1_000_000;
/** tcpdump takes minutes for what its hash table is not made for. */
const PATIENCE_MS = 60_000;

const BENCHES: Readonly<Record<string, () => Promise<Told>>> = {
  "a million ARP frames of 500 hosts, read from a file": async () => {
    const rounds = await readCaptures({ frames: MILLION, hosts: 500, readers: READERS, rounds: 3 });
    const lines = READERS.slice(1).map((other) => ratioLine(rounds, "ms", "arp-listen", other));
    return { text: [tableOfRounds(rounds), ...lines].join("\n"), figures: [...rounds] };
  },
  "a million ARP frames of 250,000 hosts, read from a file": async () => {
    const options = { frames: MILLION, hosts: 250_000, rounds: 1, limitMs: PATIENCE_MS };
    const rounds = await readCaptures({ ...options, readers: ["arp-listen", "tcpdump"] });
    return { text: tableOfRounds(rounds), figures: [...rounds] };
  },
  "one address, announced once": async () => {
    const rounds = await announceOne(21);
    const others = [...rounds.keys()].filter((name) => name !== "garp-send");
    const lines = others.map((other) => ratioLine(rounds, "ms", "garp-send", other));
    return { text: [tableOfRounds(rounds), ...lines].join("\n"), figures: [...rounds] };
  },
  "ten thousand addresses, announced once": async () => {
    const bursts = await announceMany(10_000, 5);
    const rows = bursts.map((burst, n) => [
      String(n + 1),
      String(burst.announced),
      String(burst.missing),
      cell(burst.framesPerSecond),
    ]);
    return {
      text: formatTable([["round", "announced", "missing", "frames a second"], ...rows]),
      figures: bursts,
    };
  },
  "throughput through a VIP, by mode": async () => {
    const rounds = await throughput({ modes: MODES, rounds: 9, amount: ["--time", "2"] });
    const ratios = ["to it, Gbit/s", "from it, Gbit/s"].map((figure) => {
      const ratio = ratioOf(rounds, figure, "rewrite", "address").toFixed(2);
      return `rewrite has ${ratio} of address mode's ${figure}`;
    });
    return { text: [tableOfRounds(rounds), ...ratios].join("\n"), figures: [...rounds] };
  },
  "100,000 ARP frames a second for 10 s": async () => {
    const heard = await listenLive(100_000, 10);
    const rows = Object.entries(heard).map(([name, value]) => [name, cell(value as number)]);
    return { text: formatTable([["", "figure"], ...rows]), figures: heard };
  },
};

function ratioLine(rounds: Rounds, figure: string, name: string, other: string): string {
  const [ours, theirs] = [medianOf(rounds, name, figure), medianOf(rounds, other, figure)];
  return `${name} takes ${ratioOf(rounds, figure, name, other).toFixed(2)} of ${other}'s time (${cell(ours)} of ${cell(theirs)} ms)`;
}

async function main(argv: readonly string[]): Promise<void> {
  const at = argv.indexOf("--json");
  const path = at < 0 ? undefined : argv[at + 1];
  const wanted = argv.filter((_, n) => at < 0 || (n !== at && n !== at + 1));
  const figures: Record<string, unknown> = {};
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
    const told = await bench();
    figures[name] = told.figures;
    process.stdout.write(`\n${name}\n\n${told.text}\n`);
  }
  if (path !== undefined) writeFileSync(path, `${JSON.stringify(figures, null, 2)}\n`);
}

await main(process.argv.slice(2));
