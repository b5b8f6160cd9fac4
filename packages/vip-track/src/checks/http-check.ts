/**
 * Does a web server answer with an expected status? Only the head of the answer is read, and no redirect is followed.
 *
 * @module
 */
import { request as requestPlainly } from "node:http";
import { request as requestSecurely } from "node:https";
import { type Check, failed, type Outcome, passed, reasonOf } from "../check.ts";
import { isWithin } from "../number-range.ts";
import type { HttpTarget } from "../target.ts";

/** How OpenSSL calls what is no TLS: octets of a plain server, read as if they were. */
const NO_TLS = /wrong version number|packet length too long/;

export function httpCheck(target: HttpTarget): Check {
  return (signal) =>
    new Promise<Outcome>((resolve) => {
      let outcome = failed("closed without an answer");
      let isAnswered = false;
      const request = (target.isSecure ? requestSecurely : requestPlainly)(optionsOf(target), (response) => {
        isAnswered = true;
        outcome = judgeStatus(target, response.statusCode!, response.statusMessage ?? "");
        response.destroy();
      });
      const stop = (): void => void request.destroy();
      request.once("error", (error) => {
        // A body that nobody wants ends with an error, too.
        if (!isAnswered) outcome = failed(NO_TLS.test(error.message) ? "no TLS there" : reasonOf(error));
      });
      request.once("close", () => {
        signal.removeEventListener("abort", stop);
        resolve(outcome);
      });
      signal.addEventListener("abort", stop, { once: true });
      request.end();
    });
}

function optionsOf({ address, port, path, hostName, isSecure, verifies }: HttpTarget): object {
  const serverName = hostName?.replace(/:\d+$/, "");
  return {
    host: address,
    port,
    path,
    agent: false,
    headers: { "user-agent": "vip-track", connection: "close", ...(hostName ? { host: hostName } : {}) },
    ...(isSecure ? { rejectUnauthorized: verifies, ...(serverName ? { servername: serverName } : {}) } : {}),
  };
}

function judgeStatus({ statuses }: HttpTarget, status: number, words: string): Outcome {
  const detail = `${status} ${words}`.trimEnd();
  return isWithin(statuses, status) ? passed(detail) : failed(detail);
}
