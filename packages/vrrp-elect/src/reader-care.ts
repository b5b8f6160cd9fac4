/**
 * The reader of our records, who acts for us: waited for at the start, silence while it is late, and the end when it is
 * lost.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import { monotonicUs } from "@viptools/kernel";
import { ReaderLateness } from "./reader-lateness.ts";
import type { Station } from "./station.ts";

const POLL_MS = 5;

/** @param lost called once, when we have stepped down because the reader is gone or frozen. */
export function careForReader(context: Context, station: Station, lost: () => void): void {
  if (context.args.text("on-reader-loss") === "ignore") {
    station.readerIsThere();
    return;
  }
  waitForReader(context, station);
  const lateness = new ReaderLateness();
  station.desk.onLateReader((leaseUs) => {
    lateness.late(monotonicUs(), leaseUs);
    context.say(`the reader of standard output has not read for ${leaseUs / 1000} ms: silent until it does`);
    station.readerIsLate();
    waitForLateReader(context, station, lateness, lost);
  });
  context.output.onReaderLost(() => stepDown(context, station, "gone", lost));
}

/** Who would own the addresses may still be starting: an Active that nobody obeys yet is none. */
function waitForReader(context: Context, station: Station): void {
  if (context.output.hasBeenRead()) station.readerIsThere();
  else setTimeout(() => waitForReader(context, station), POLL_MS);
}

function waitForLateReader(
  context: Context,
  station: Station,
  lateness: ReaderLateness,
  lost: () => void,
): void {
  // It may be gone by now.
  if (context.output.isLost) return;
  switch (lateness.look(monotonicUs(), context.output.oldestUnreadLeaseUs() === 0)) {
    case "back":
      context.say("the reader of standard output reads again");
      station.readerIsBack();
      break;
    case "frozen":
      context.output.abandon();
      stepDown(context, station, "frozen", lost);
      break;
    case "wait":
      setTimeout(() => waitForLateReader(context, station, lateness, lost), POLL_MS);
  }
}

/**
 * At once without a word, because whoever obeys our records may still own the address; and with priority 0 when the last
 * lease has run out, because then nobody does.
 */
function stepDown(context: Context, station: Station, how: string, lost: () => void): void {
  const silentAtUs = Math.max(0, ...station.speakers.map((speaker) => speaker.fallSilent()));
  context.say(`the reader of standard output is ${how}: stepping down`);
  setTimeout(
    () => {
      for (const speaker of station.speakers) speaker.leave("reader_lost");
      lost();
    },
    Math.max(0, (silentAtUs - monotonicUs()) / 1000),
  );
}
