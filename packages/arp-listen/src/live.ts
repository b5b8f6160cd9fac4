/**
 * Listens on interfaces until it is enough.
 *
 * @module
 */
import { type Context, ExitCode, ExitError, onStopSignals } from "@viptools/cli";
import { KernelError, type LinkEvent, LinkMonitor, monotonicUs, RouteSocket } from "@viptools/kernel";
import { LinkType } from "@viptools/wire";
import { type CaptureWriter, finishWriter, openWriter } from "./capture-writer.ts";
import { KernelView } from "./kernel-view.ts";
import type { ListenOptions } from "./options.ts";
import { Post } from "./post.ts";
import type { Reporter } from "./reporter.ts";

/** How often what was held back is told, and lost frames are looked for. */
const LOOK_EVERY_MS = 250;

/**
 * Resolves when packets, time, signals or the reader say so.
 *
 * @throws {ExitError} noInterface, permission, kernel.
 */
export async function listenLive(
  context: Context,
  reporter: Reporter,
  options: ListenOptions,
): Promise<void> {
  const found = options.interfaces.map((name) => ({ name, ifindex: context.needInterface(name) }));
  context.needRawSockets();
  // Before anything is heard: who is asked to stop tells what it has.
  const stopped = new Promise<void>((resolve) => onStopSignals(() => resolve()));
  const writer = openWriter(options.writeTo, undefined, LinkType.ethernet);
  const say = (message: string): void => context.say(message);
  const { isPromiscuous } = options;
  const verdicts = { kernel_judged: 0, kernel_unjudged: 0 };
  const openView = (name: string, ifindex: number): KernelView =>
    new KernelView(context, name, ifindex, verdicts);
  const more = options.asksKernel ? { openView } : {};
  const posts = found.map(({ name, ifindex }) =>
    orExit(name, () => new Post(name, ifindex, reporter, { say, writer, isPromiscuous, ...more })),
  );
  const watch = new Watch(context, reporter, posts);
  if (!options.isSilent)
    context.count(() => ({ ...watch.counters(), ...(options.asksKernel ? verdicts : {}) }));
  try {
    await Promise.race([stopped, watch.run(options.forUs, writer)]);
    watch.finish();
  } finally {
    await watch.close();
  }
  await finishWriter(writer, context);
}

function orExit<T>(name: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new ExitError(ExitCode.kernel, `cannot listen on ${name}: ${error.message}`);
  }
}

class Watch {
  readonly #context: Context;
  readonly #reporter: Reporter;
  readonly #posts: readonly Post[];
  readonly #monitor: LinkMonitor;
  #toldDropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Context, reporter: Reporter, posts: readonly Post[]) {
    this.#context = context;
    this.#reporter = reporter;
    this.#posts = posts;
    this.#monitor = new LinkMonitor((event) => this.#hearKernel(event));
  }

  /** @param forUs how long, undefined for ever. @param writer whose failure ends it. */
  async run(forUs: number | undefined, writer: CaptureWriter | undefined): Promise<void> {
    await this.#readLinks();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    await new Promise<void>((resolve) => {
      this.#reporter.onDone = resolve;
      if (this.#reporter.isDone) resolve();
      this.#context.output.onReaderLost(resolve);
      writer?.onFailed(resolve);
      if (forUs !== undefined) setTimeout(resolve, forUs / 1000);
    });
  }

  /** Hears what came before now, which was in time, and tells what was held back. */
  finish(): void {
    for (const post of this.#posts) post.drain();
    this.#reporter.advance(Number.POSITIVE_INFINITY);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#monitor.close();
    const { capture_dropped: dropped } = this.counters();
    await Promise.all(this.#posts.map((post) => post.close()));
    if (dropped) this.#context.say(`${dropped} packets are not told: they came faster than they were read`);
    const unsaid = this.#context.output.dropped;
    if (unsaid > 0)
      this.#context.say(`${unsaid} records are not written: who reads standard output is too slow`);
  }

  /** How the links are before the kernel says anything. */
  async #readLinks(): Promise<void> {
    const route = new RouteSocket();
    const links = await route.links().finally(() => route.close());
    for (const post of this.#posts) {
      const link = links.find(({ name }) => name === post.name);
      if (link !== undefined) post.startsAs(link.isRunning);
    }
  }

  #hearKernel(event: LinkEvent): void {
    if (event.type === "overrun") for (const post of this.#posts) post.lookAgain();
    if (event.type !== "link") return;
    const { index, name, isRunning } = event.link;
    const isRenamed = this.#posts.some((post) => post.isOn(index) && post.name !== name);
    if (event.isDeleted || isRenamed) for (const post of this.#posts) post.linkIsGone(index);
    else this.#posts.find((post) => post.name === name)?.linkIs(index, isRunning);
  }

  #look(): void {
    this.#reporter.advance(monotonicUs());
    const dropped = this.#posts.reduce((sum, post) => sum + post.dropped, 0);
    if (dropped > 0 && this.#toldDropped === 0)
      this.#context.say(
        `the kernel dropped ${dropped} packets: they come faster than they are read; filter, or write to a file`,
      );
    this.#toldDropped = dropped;
  }

  counters(): Record<string, number> {
    const sum = (of: (post: Post) => number): number =>
      this.#posts.reduce((total, post) => total + of(post), 0);
    return {
      ...this.#reporter.counters(),
      capture_dropped: sum((post) => post.dropped),
      interface_down: sum((post) => post.counters.went_down),
      interface_deleted: sum((post) => post.counters.was_deleted),
    };
  }
}
