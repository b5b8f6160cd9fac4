/**
 * `garp-send --dry-run`: the frames as records, none of which leaves.
 *
 * @module
 */
import type { Context } from "@viptools/cli";
import type { RecordBody } from "@viptools/records";
import { ALL_MLDV2_ROUTERS_GROUP, decodeEthernet } from "@viptools/wire";
import { describeAnnouncement } from "./announcer.ts";
import type { Questions } from "./questions.ts";
import { announcementsOf, type Target } from "./round.ts";
import type { Manner, Settings } from "./settings.ts";
import { reportsOf } from "./speaker.ts";

type Planned = Extract<RecordBody, { type: "garp.planned" }>;
/** A frame, and what its record says of it. */
type Frame = Omit<Planned, "type" | "interface" | "n" | "after_ms" | "frame_hex"> & {
  readonly bytes: Uint8Array;
};

const RECORDS_AT_ONCE = 100;

/** Writes what would leave. */
export async function planRounds(
  context: Context,
  settings: Settings,
  manner: Manner,
  targets: readonly Target[],
): Promise<void> {
  const planner = new Planner(context, settings);
  const reports = reportsOf(targets, settings, manner).map(describeReport);
  for (const { n, forms, afterUs, hasIpv6 } of manner.rounds()) {
    const announcements = announcementsOf(forms, targets, hasIpv6).map((one) => ({
      ...describeAnnouncement(one),
      bytes: one.target.frame(one.kind),
    }));
    await planner.write(n, afterUs, [...reports, ...announcements]);
  }
}

/** Writes what would be asked. @param asksUs when each time. */
export async function planQuestions(
  context: Context,
  settings: Settings,
  questions: Questions,
  asksUs: readonly number[],
): Promise<void> {
  const planner = new Planner(context, settings);
  const frames = questions.all.map(({ address, frame }) => ({
    ...questions.describe(address),
    bytes: frame,
  }));
  for (const [n, atUs] of asksUs.entries()) await planner.write(n + 1, atUs, frames);
}

/** A report says which groups are listened to, and no address. */
function describeReport(bytes: Uint8Array): Frame {
  const { source, destination } = decodeEthernet(bytes);
  const macs = { eth_src: source, sha: source, tha: destination };
  return { ip: ALL_MLDV2_ROUTERS_GROUP, form: "report", ...macs, bytes };
}

/** Gives each frame its time, as if nothing were in its way. */
class Planner {
  readonly #context: Context;
  readonly #interfaceName: string;
  readonly #gapMs: number;
  #nextMs = 0;

  constructor(context: Context, { interfaceName, framesPerS }: Settings) {
    this.#context = context;
    this.#interfaceName = interfaceName;
    this.#gapMs = framesPerS === undefined ? 0 : 1000 / framesPerS;
  }

  async write(n: number, afterUs: number, frames: readonly Frame[]): Promise<void> {
    this.#nextMs = Math.max(this.#nextMs, afterUs / 1000);
    for (const [place, { bytes, ...fields }] of frames.entries()) {
      const frame_hex = Buffer.from(bytes).toString("hex");
      const when = { interface: this.#interfaceName, n, after_ms: this.#nextMs };
      this.#context.write({ type: "garp.planned", ...fields, ...when, frame_hex });
      this.#nextMs += this.#gapMs;
      if (place % RECORDS_AT_ONCE === 0) await this.#context.output.drain();
    }
  }
}
