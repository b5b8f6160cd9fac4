/**
 * Does a name server answer a question?
 *
 * @module
 */
import { Resolver } from "node:dns/promises";
import { type Check, failed, type Outcome, passed, reasonOf } from "../check.ts";
import type { DnsTarget } from "../target.ts";

/** @param timeoutUs of a run: the question is asked anew after half of it, for a datagram may get lost. */
export function dnsCheck(target: DnsTarget, timeoutUs: number): Check {
  const { address, port, question, recordType } = target;
  const server = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return async (signal) => {
    const resolver = new Resolver({ timeout: Math.max(1, Math.round(timeoutUs / 2000)), tries: 2 });
    resolver.setServers([server]);
    const stop = (): void => resolver.cancel();
    signal.addEventListener("abort", stop, { once: true });
    try {
      return judgeAnswer(target, await resolver.resolve(question, recordType));
    } catch (error) {
      return failed(reasonOf(error));
    } finally {
      signal.removeEventListener("abort", stop);
    }
  };
}

function judgeAnswer({ recordType, answer }: DnsTarget, found: unknown): Outcome {
  const answers = Array.isArray(found) ? found : [found];
  const words = answers.filter((one): one is string => typeof one === "string");
  const detail = words.length > 0 ? words.join(" ") : `${answers.length} ${recordType}`;
  const isExpected =
    answer === undefined || words.some((word) => word.toLowerCase() === answer.toLowerCase());
  return isExpected ? passed(detail) : failed(`${detail}, not ${answer}`);
}
