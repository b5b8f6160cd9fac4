/**
 * The addon built and run under sanitizers: misuse of memory ends the process, and says where.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { attempt, must, type Outcome, TOP } from "../lab/shell.ts";

/** AddressSanitizer; and UndefinedBehaviorSanitizer, which ends the process too. */
const FLAGS = [
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=undefined",
  // AddressSanitizer says more about the same.
  "-fno-sanitize=object-size",
  "-fno-omit-frame-pointer",
  "-g",
  "-O1",
  "-shared",
  "-fPIC",
  "-D_GNU_SOURCE",
  "-DNAPI_VERSION=8",
];
export const ADDON_SOURCE: string = join(TOP, "packages/kernel/native/viptools.c");

/** @param source one C file. @param addon where the addon goes. */
export function compileSanitized(source: string, addon: string): void {
  const include = join(dirname(process.execPath), "../include/node");
  must(["gcc", ...FLAGS, `-I${include}`, "-o", addon, source]);
}

/** Node itself keeps memory to its end; what is looked for here is misuse. */
export function sanitizedNode(argv: readonly string[]): string[] {
  const runtime = must(["gcc", "-print-file-name=libasan.so"]).trim();
  const options = "ASAN_OPTIONS=detect_leaks=0:handle_ioctls=1";
  return [
    "env",
    `LD_PRELOAD=${runtime}`,
    options,
    "UBSAN_OPTIONS=print_stacktrace=1",
    "node",
    "--expose-gc",
    ...argv,
  ];
}

export function runSanitized(argv: readonly string[]): Outcome {
  return attempt(sanitizedNode(argv));
}
