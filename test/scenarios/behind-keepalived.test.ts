/** A real keepalived decides, and our pipe owns: through its FIFO and through its notify script, in its order. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { DecidingKeepalived, NAME } from "../lab/deciding-keepalived.ts";
import { differences, dumpHost } from "../lab/dump.ts";
import { type Network, VIP } from "../lab/network.ts";
import { ObeyingPipe } from "../lab/obeying-pipe.ts";
import { sleep, TOP, waitFor } from "../lab/shell.ts";
import { IS_FULL, needsRoot, onStage } from "../lab/stage.ts";

const ADVERT_MS = 20;
/** Longer than a change takes, and shorter than keepalived, its scripts and the pipe together need at times. */
const MOMENT_MS = ADVERT_MS * 4.5;
const FLAPS = IS_FULL ? 200 : 6;
const NOTIFY = `${TOP}scripts/keepalived-notify`;
const HIGH = 50;
const LOW = -50;

const reaches = (network: Network): boolean =>
  network.run("c", ["ping", "-c", "1", "-W", "1", VIP]).code === 0;

/** Changes its mind again and again, some of the times before it has come to the end of the last change. */
async function flap(a: DecidingKeepalived): Promise<void> {
  for (let n = 0; n < FLAPS; n++) {
    a.weigh(HIGH);
    await (n % 3 === 0 ? sleep(MOMENT_MS) : a.until(true));
    a.weigh(LOW);
    await (n % 4 === 0 ? sleep(MOMENT_MS) : a.until(false));
  }
}

/** keepalived is what it ought to be, the pipe says so, and the client reaches the address if and only if it is MASTER. */
async function assertObeyed(
  network: Network,
  a: DecidingKeepalived,
  pipe: ObeyingPipe,
  isMaster: boolean,
): Promise<void> {
  await a.until(isMaster);
  await pipe.until(isMaster);
  await waitFor(`the client ${isMaster ? "" : "not "}to reach the address`, 10_000, () =>
    reaches(network) === isMaster ? true : undefined,
  );
}

test(
  `vrrp_notify_fifo: start, ${FLAPS} flaps, reload, stop and another start, in keepalived's order`,
  needsRoot,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      const before = dumpHost(network, "a");
      const fifo = join(network.folder, "notify.fifo");
      const options = { advertMs: ADVERT_MS, globals: [`vrrp_notify_fifo ${fifo} root root`] };
      const pipe = new ObeyingPipe(network, "a", `keepalived-fifo ${fifo}`, NAME);
      const b = new DecidingKeepalived(network, "b", { advertMs: ADVERT_MS });
      await b.until(true);
      let a = new DecidingKeepalived(network, "a", options);
      const said = (): string[] => pipe.states(NAME);
      const story: string[] = [];

      a.weigh(HIGH);
      await assertObeyed(network, a, pipe, true);
      await flap(a);
      await assertObeyed(network, a, pipe, false);
      await assertSame(t, "through the FIFO", a.states(), said);

      a.weigh(HIGH);
      await assertObeyed(network, a, pipe, true);
      const downs = (): number => pipe.records().filter(({ type }) => type === "vmac.down").length;
      const downsBefore = downs();
      await a.reload();
      await sleep(300);
      assert.equal(downs(), downsBefore, "kept meanwhile");
      await assertObeyed(network, a, pipe, true);
      a.weigh(LOW);
      await assertObeyed(network, a, pipe, false);
      a.weigh(HIGH);
      await assertObeyed(network, a, pipe, true);
      story.push(...a.states(), "STOP");
      await a.stop();
      await pipe.until(false);
      await assertSame(t, "with a reload and a stop", story, said);

      a = new DecidingKeepalived(network, "a", options);
      a.weigh(HIGH);
      await assertObeyed(network, a, pipe, true);
      await assertSame(t, "and another start", [...story, ...a.states()], said);
      await pipe.stop();
      assert.equal(reaches(network), false, "the end of the pipe gives back");
      await a.stop();
      assert.deepEqual(differences(before, dumpHost(network, "a")), []);
      await b.stop();
    });
  },
);

/** @param seen may still be on its way. */
async function assertSame(
  t: TestContext,
  when: string,
  expected: readonly string[],
  seen: () => readonly string[],
): Promise<void> {
  await waitFor("the last of keepalived's words", 5000, () => seen().length >= expected.length || undefined);
  assert.deepEqual(seen(), expected, when);
  t.diagnostic(`${when}: ${expected.length} words`);
}

test(
  `notify: after each of ${FLAPS} flaps the last word is keepalived's, and no earlier one follows a later one`,
  needsRoot,
  async (t) => {
    await onStage(["a", "b", "c"], async (network) => {
      const fifo = join(network.folder, "words");
      const pipe = new ObeyingPipe(network, "a", `keepalived-notify --read ${fifo}`, NAME);
      await waitFor("the FIFO", 5000, () => existsSync(fifo) || undefined);
      const b = new DecidingKeepalived(network, "b", { advertMs: ADVERT_MS });
      await b.until(true);
      const notify = `notify "${NOTIFY} --wait 5 --to ${fifo}"`;
      const a = new DecidingKeepalived(network, "a", { advertMs: ADVERT_MS, lines: [notify] });
      for (let n = 0; n < FLAPS; n++) {
        for (const isHigh of [true, false]) {
          a.weigh(isHigh ? HIGH : LOW);
          // Two changes of mind before anybody looks: the scripts of one run while those of the next start.
          if (n % 2 === 0 && isHigh) await sleep(MOMENT_MS);
          else await assertLastWord(a, pipe, isHigh);
        }
      }
      await assertObeyed(network, a, pipe, false);
      a.weigh(HIGH);
      await assertObeyed(network, a, pipe, true);
      const words = pipe.states(NAME);
      const states = a.states();
      assert.ok(isPartOf(words, states), `${words.join(" ")}\nare not in the order of\n${states.join(" ")}`);
      t.diagnostic(`${words.length} of ${states.length} words were said, none after a later one`);
      await a.stop();
      await pipe.until(false);
      assert.equal(pipe.words(NAME).at(-1)?.state, "STOP");
      await b.stop();
      await pipe.stop();
    });
  },
);

/** keepalived changes its mind by itself, too, when the machine stands still: both have to agree at one moment. */
async function assertLastWord(a: DecidingKeepalived, pipe: ObeyingPipe, isMaster: boolean): Promise<void> {
  const expected = isMaster ? "MASTER" : "BACKUP";
  await waitFor(`keepalived and its last word to be ${expected}`, 15_000, () => {
    const isAgreed = a.isMaster() === isMaster && pipe.words(NAME).at(-1)?.state === expected;
    return isAgreed && a.isMaster() === isMaster ? true : undefined;
  });
}

/** True if the words are what is left of all of them, in their order. */
function isPartOf(words: readonly string[], all: readonly string[]): boolean {
  let next = 0;
  for (const state of all) if (words[next] === state) next += 1;
  return next === words.length;
}
