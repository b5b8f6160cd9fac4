/**
 * What can be said about a check, on the command line or in a configuration file: one schema for both.
 *
 * @module
 */
import * as v from "valibot";

export const RECORD_TYPES = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] as const;

const duration = (about: string) =>
  v.pipe(
    v.union([v.string(), v.pipe(v.number(), v.minValue(0))]),
    v.description(`${about}; 100ms, 1.5s, or seconds`),
  );
const whole = (about: string, least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(about));
const flag = (about: string) => v.pipe(v.boolean(), v.description(about));
const text = (about: string) => v.pipe(v.string(), v.nonEmpty(), v.description(about));
const numbers = (about: string) =>
  v.pipe(v.union([text(""), v.pipe(v.number(), v.integer())]), v.description(about));

/** Settings that several checks may share. */
const shared = {
  every: v.optional(duration("time between runs, 10ms to 1h [1s]")),
  timeout: v.optional(duration("a run that takes longer has failed [as long as every]")),
  rise: v.optional(whole("successes in a row that end a failure [1]", 1, 1000)),
  fall: v.optional(whole("failures in a row that are a failure [1]", 1, 1000)),
  weight: v.optional(
    whole("for the priority: positive while it passes, negative while it fails [none]", -254, 254),
  ),
  init_fail: v.optional(flag("starts as failed: the first success has to be repeated, too [false]")),
  user: v.optional(text("command, shell: who runs it, a name or a number [who runs vip-track]")),
  group: v.optional(text("command, shell: with which group, a name or a number [the user's]")),
};

/** What is looked at: exactly one of these. */
const kinds = {
  command: v.optional(
    v.pipe(
      v.array(v.string()),
      v.minLength(1),
      v.description("a program and its arguments: exit code 0 passes"),
    ),
  ),
  shell: v.optional(text("a line for /bin/sh: exit code 0 passes")),
  tcp: v.optional(text("ADDRESS:PORT that accepts a connection")),
  http: v.optional(text("URL with an address in it: http or https")),
  link: v.optional(text("an interface that is up, with a carrier")),
  route: v.optional(text("a route to this NETWORK/LENGTH, or default, in the main table")),
  file: v.optional(text("a file that holds a number")),
  process: v.optional(text("a running program: its name, or the full path of its file")),
  dns: v.optional(text("a name server, ADDRESS or ADDRESS:PORT, that answers")),
};

/** What only some kinds have. */
const details = {
  environment: v.optional(
    v.pipe(v.record(v.string(), v.string()), v.description("command, shell: variables beside PATH and LANG")),
  ),
  status: v.optional(numbers("http: expected statuses, like 200,301-302 [200-399]")),
  host: v.optional(text("http: the name in the request, for TLS and for the certificate")),
  verify: v.optional(flag("http: the certificate is checked [true]")),
  carrier: v.optional(flag("link: the carrier is looked at; false: up is enough [true]")),
  via: v.optional(text("route: through this gateway")),
  interface: v.optional(text("route: through this interface")),
  compare: v.optional(text('file: what the number has to be, like "< 5", "== 1"')),
  count: v.optional(numbers("process: how many, like 2 or 2-5 [1 or more]")),
  ask: v.optional(text("dns: which name")),
  rrtype: v.optional(v.pipe(v.picklist(RECORD_TYPES), v.description("dns: which records [A]"))),
  answer: v.optional(text("dns: one of the answers has to be this")),
};

export const checkSchema = v.strictObject({
  name: v.pipe(text("what its records are called"), v.maxLength(100)),
  ...kinds,
  ...shared,
  ...details,
});

export const configSchema = v.strictObject({
  defaults: v.optional(v.pipe(v.strictObject(shared), v.description("for checks that do not say otherwise"))),
  checks: v.pipe(v.array(checkSchema), v.minLength(1), v.description("checks")),
});

/** One check as somebody asked for it: shape and ranges are right, nothing is compared yet. */
export type CheckSettings = v.InferOutput<typeof checkSchema>;
export type Kind = keyof typeof kinds;
export const KINDS = Object.keys(kinds) as readonly Kind[];
