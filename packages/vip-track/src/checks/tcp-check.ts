/**
 * Does a service accept a connection? It is closed at once, and nothing is sent.
 *
 * @module
 */
import { connect } from "node:net";
import { type Check, failed, type Outcome, passed, reasonOf } from "../check.ts";
import type { TcpTarget } from "../target.ts";

export function tcpCheck({ address, port }: TcpTarget): Check {
  return (signal) =>
    new Promise<Outcome>((resolve) => {
      const socket = connect({ host: address, port });
      const stop = (): void => void socket.destroy();
      let outcome = failed("no answer");
      socket.once("connect", () => {
        outcome = passed("connected");
        socket.destroy();
      });
      socket.once("error", (error) => {
        outcome = failed(reasonOf(error));
      });
      socket.once("close", () => {
        signal.removeEventListener("abort", stop);
        resolve(outcome);
      });
      signal.addEventListener("abort", stop, { once: true });
    });
}
