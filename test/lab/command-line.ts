/**
 * The command line of the project's own programs: chaos, soak, fuzz, bench.
 *
 * @module
 */
import { type ParseArgsConfig, parseArgs } from "node:util";

const HELP = { help: { type: "boolean", short: "h", default: false } } as const;

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>;

/** A program whose usage is one text. */
export class CommandLine {
  readonly #name: string;
  readonly #usage: string;

  constructor(name: string, usage: string) {
    this.#name = name;
    this.#usage = usage;
  }

  /** Ends the process with 0 if help is asked for, and with 64 if the arguments are not what `options` takes. */
  read<O extends Options>(options: O, allowPositionals = false): Parsed<O> {
    const parsed = this.#parse(options, allowPositionals);
    if ((parsed.values as { help?: boolean }).help !== true) return parsed;
    process.stdout.write(this.#usage);
    process.exit(0);
  }

  #parse<O extends Options>(options: O, allowPositionals: boolean): Parsed<O> {
    try {
      return parseArgs({ options: { ...HELP, ...options }, allowPositionals }) as unknown as Parsed<O>;
    } catch (error) {
      return this.fail(64, (error as Error).message);
    }
  }

  /** @returns the number behind an option. Ends the process with 64 if there is none from `least` to `most`. */
  number(name: string, value: string | undefined, least: number, most = Number.POSITIVE_INFINITY): number {
    const number = Number(value);
    if (value !== "" && Number.isFinite(number) && number >= least && number <= most) return number;
    const needed = Number.isFinite(most) ? `from ${least} to ${most}` : `from ${least} on`;
    return this.fail(64, `--${name} ${value}: needs a number ${needed}`);
  }

  /** Ends the process with 77 if it may not make networks. */
  mustBeRoot(): void {
    if (process.geteuid?.() !== 0) this.fail(77, "needs root, to make network namespaces");
  }

  /** Ends the process. */
  fail(code: number, sentence: string): never {
    process.stderr.write(`${this.#name}: ${sentence}\n`);
    process.exit(code);
  }
}
