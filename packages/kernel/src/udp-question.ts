/**
 * Asks by a UDP datagram from a port of its own: whatever comes back there is the answer to it.
 *
 * @module
 */
import { createSocket } from "node:dgram";
import { familyOf } from "@viptools/wire";
import type { OpenQuestion, TransportAnswer, TransportTarget } from "./tcp-question.ts";

/**
 * @param payload what is sent.
 * @param onAnswer called at most once: `refused` for ICMP port unreachable (RFC 1122 §3.2.2.1, RFC 4443 §3.1).
 * @param onFailed told what the host's own stack says (ENETUNREACH without a route).
 */
export function askByUdp(
  { address, port, from }: TransportTarget,
  payload: Uint8Array,
  onAnswer: (answer: TransportAnswer) => void,
  onFailed: (code: string) => void = () => {},
): OpenQuestion {
  const socket = createSocket(familyOf(address) === 4 ? "udp4" : "udp6");
  let isOpen = true;
  const close = (): void => {
    if (isOpen) socket.close();
    isOpen = false;
  };
  const answer = (what: TransportAnswer): void => {
    if (!isOpen) return;
    close();
    onAnswer(what);
  };
  socket.once("message", () => answer("taken"));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") answer("refused");
    else if (isOpen) onFailed(error.code ?? "EIO");
  });
  const send = (): void => {
    if (!isOpen) return;
    // Only a connected socket is told of ICMP errors, and hears nobody else.
    socket.connect(port, address, (error?: NodeJS.ErrnoException) => {
      if (!isOpen) return;
      // The types do not say so, but it is told here that the kernel has refused.
      if (error === undefined || error === null) socket.send(payload);
      else onFailed(error.code ?? "EIO");
    });
  };
  socket.bind(from === undefined ? {} : { address: from }, send);
  return { close };
}
