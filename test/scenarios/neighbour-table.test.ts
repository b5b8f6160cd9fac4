/**
 * Which packets reach a Linux neighbour, in which state of its entry and under which settings: the table of
 * docs/announcing.md, and whether `arp-listen --kernel` sees the same and knows why.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { ClientName, State } from "../announcing/cells.ts";
import { NEW_MAC } from "../announcing/forms.ts";
import { replaceTables } from "../announcing/page.ts";
import { type HeardCell, HOSTS, playAll } from "../announcing/scene.ts";
import { TOP } from "../lab/shell.ts";
import { needsRoot, onStage } from "../lab/stage.ts";

const nameOf = ({ client, form, state }: HeardCell): string => `${form.name} at ${client}, ${state}`;

/** The tables are iproute2's reading; the verdicts are ours. */
function assertAgrees(cell: HeardCell): void {
  const { after, verdict } = cell;
  const wasTaken = after?.lladdr === NEW_MAC;
  assert.equal(verdict.verdict === "learned", wasTaken, `${nameOf(cell)}: ${JSON.stringify(verdict)}`);
  assert.equal(verdict.kernel_mac, after?.lladdr ?? null, nameOf(cell));
  assert.equal(verdict.state, after?.state[0] ?? null, nameOf(cell));
  assert.equal(verdict.wire_mac, NEW_MAC);
  assert.doesNotMatch(verdict.because, /nothing that was looked at/, nameOf(cell));
  const isProbe = cell.form.name === "probe";
  const isNeeded = cell.form.name === "question for another address" && cell.state === "none";
  if (!wasTaken) assert.equal(verdict.verdict, isProbe || isNeeded ? "none" : "ignored", nameOf(cell));
}

const BAD_REPLY = "reply, target MAC ff";
const REASONS: readonly (readonly [client: ClientName, form: string, state: State, because: string])[] = [
  ["plain", "request, target MAC ff", "fresh", "it is gratuitous: locktime does not hold it off"],
  ["plain", BAD_REPLY, "fresh", "locktime 1 s and a reply whose target MAC is not the sender's"],
  ["plain", BAD_REPLY, "reachable", "the entry was older than locktime 1 s"],
  ["plain", BAD_REPLY, "permanent", "entry is PERMANENT"],
  ["plain", BAD_REPLY, "none", "arp_accept=0 and no entry"],
  ["plain", BAD_REPLY, "failed", "the entry was FAILED"],
  ["plain", "question for another address", "fresh", "locktime 1 s and a question for others"],
  [
    "plain",
    "question for the neighbour's address",
    "none",
    "it asks for 198.51.100.1, an address of this host",
  ],
  ["plain", "question for another address", "none", "no entry, and a question for others makes none"],
  ["open", "request, target MAC 0", "none", "arp_accept=1"],
  ["closed", "request, target MAC 0", "stale", "drop_gratuitous_arp=1 (all)"],
  ["plain", "Override", "fresh", "Override flag"],
  ["plain", "Override", "none", "accept_untracked_na=0 and no entry"],
  ["plain", "Override", "failed", "entry is FAILED"],
  ["plain", "no Override", "reachable", "no Override flag: the entry stays, but is STALE now"],
  ["plain", "no Override", "stale", "no Override flag"],
  ["plain", "Override, hop limit 254", "stale", "hop limit 254, needs 255"],
  ["plain", "Override, no Router flag", "stale", "Override flag; it is no router any more"],
  ["open", "Override", "none", "accept_untracked_na=1 and forwarding=1"],
  ["closed", "Override", "stale", "drop_unsolicited_na=1"],
];

test(
  "docs/announcing.md tells which packets reach a neighbour, and arp-listen --kernel why",
  needsRoot,
  async () => {
    await onStage(HOSTS, async (network) => {
      const cells = await playAll(network);
      const page = readFileSync(join(TOP, "docs/announcing.md"), "utf8");
      assert.equal(replaceTables(page, cells), page, "out of date: node test/dist/announcing/main.js");
      for (const cell of cells) assertAgrees(cell);
      const find = (client: ClientName, form: string, state: State): HeardCell =>
        cells.find((cell) => cell.client === client && cell.form.name === form && cell.state === state)!;
      for (const [client, form, state, because] of REASONS)
        assert.equal(find(client, form, state).verdict.because, because, `${form} at ${client}, ${state}`);
    });
  },
);
