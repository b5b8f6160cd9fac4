/**
 * vip-probe: from a client, how long was an address away?
 *
 * @module
 */
import { type Context, ExitCode, onStopSignals, run } from "@viptools/cli";
import * as kernel from "@viptools/kernel";
import { Alarm, monotonicUs } from "@viptools/kernel";
import type { Asker } from "./asker.ts";
import { NeighbourView } from "./neighbour-view.ts";
import { openAsker } from "./open-asker.ts";
import { readSettings, type Settings, SPEC } from "./options.ts";
import { Report } from "./report/report.ts";
import { Stopwatch, type Tell } from "./stopwatch.ts";

export { SPEC } from "./options.ts";

/** Runs the command on this machine. Does not return. */
export async function main(argv: readonly string[]): Promise<never> {
  return await run(SPEC, probe, kernel, argv);
}

async function probe(context: Context): Promise<ExitCode> {
  const settings = readSettings(context.args);
  const { report: path, logs, asked } = settings;
  const report = path === undefined ? undefined : await Report.open(context, path, logs);
  const tell: Tell = (body, moment) => {
    if (body.type !== "probe.asked" || settings.writesEach) context.write(body, moment);
    report?.hear(body, moment);
  };
  const code = asked.length === 0 ? ExitCode.done : await measure(context, settings, tell);
  await report?.draw();
  return code;
}

/** One target by one kind, and who asks. */
interface Course {
  readonly stopwatch: Stopwatch;
  readonly asker: Asker;
  readonly view: NeighbourView;
}

async function measure(context: Context, settings: Settings, tell: Tell): Promise<ExitCode> {
  const courses = await openCourses(context, settings, tell);
  await askUntilOver(context, courses, settings);
  await new Promise((resolve) => setTimeout(resolve, settings.graceUs / 1000 + 1));
  // One turn of the loop more: what came while this process was held up is read then.
  await new Promise((resolve) => setTimeout(resolve, 1));
  const lost = courses.reduce((sum, { stopwatch, asker }) => sum + stopwatch.summarise(asker), 0);
  for (const { view } of courses) view.close();
  const isFine = settings.untilBack ? hasComeBack(courses) : lost === 0;
  return isFine ? ExitCode.done : ExitCode.negative;
}

async function openCourses(context: Context, settings: Settings, tell: Tell): Promise<Course[]> {
  const { interfaceName: name, graceUs, writesEach, report } = settings;
  const ifindex = name === undefined ? undefined : context.needInterface(name);
  const courses: Course[] = [];
  for (const asked of settings.asked) {
    const view = new NeighbourView(asked.target, ifindex);
    const stopwatch = new Stopwatch(asked, graceUs, view, tell, writesEach || report !== undefined);
    courses.push({ view, stopwatch, asker: await openAsker(context, settings, asked, stopwatch.onAnswer) });
  }
  return courses;
}

/** An outage is over, and nothing is away. */
function hasComeBack(courses: readonly Course[]): boolean {
  return (
    courses.some(({ stopwatch }) => stopwatch.hasComeBack) &&
    courses.every(({ stopwatch }) => !stopwatch.isAway)
  );
}

/** Keeps the cadence whatever the answers do: the next ask is due at the last one's time plus the interval. */
async function askUntilOver(
  context: Context,
  courses: readonly Course[],
  { everyUs, forUs, untilBack }: Settings,
): Promise<void> {
  const startUs = monotonicUs();
  let dueUs = startUs;
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      alarm.close();
      resolve();
    };
    const alarm = new Alarm(() => {
      const nowUs = monotonicUs();
      for (const { asker, stopwatch } of courses) stopwatch.look(asker);
      if (nowUs - startUs >= forUs || (untilBack && hasComeBack(courses))) {
        stop();
        return;
      }
      for (const { asker, stopwatch } of courses) stopwatch.ask(asker);
      dueUs = Math.max(dueUs + everyUs, nowUs);
      alarm.set(Math.min(dueUs, startUs + forUs));
    });
    onStopSignals(stop);
    context.output.onReaderLost(stop);
    alarm.set(dueUs);
  });
}
