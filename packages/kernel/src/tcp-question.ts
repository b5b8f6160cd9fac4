/**
 * Asks by a TCP connection of its own (RFC 9293 §3.5): whether somebody takes it, refuses it, or says nothing.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import type { IpAddress } from "@viptools/wire";

/** Where to, and from where. */
export interface TransportTarget {
  /** With `%IF` for a link-local one. */
  readonly address: IpAddress;
  readonly port: number;
  /** The source address; the kernel's choice without it. */
  readonly from?: IpAddress | undefined;
}

/** `taken`: a connection, or a datagram as the answer. `refused`: RST, or ICMP port unreachable. */
export type TransportAnswer = "taken" | "refused";

/** One question that may still be answered. */
export interface OpenQuestion {
  /** Forgets it: no answer is told any more. */
  close(): void;
}

/**
 * Connects, and resets the connection as soon as it stands: a closed one would keep its port for a minute, and a
 * client that asks 500 times a second has ports for less.
 *
 * @param onAnswer called at most once, and never for what the host's own stack says (no route, no neighbour).
 * @param onFailed gets what that says.
 */
export function askByTcp(
  { address, port, from }: TransportTarget,
  onAnswer: (answer: TransportAnswer) => void,
  onFailed: (code: string) => void = () => {},
): OpenQuestion {
  const socket: Socket = connect({
    host: address,
    port,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  socket.setNoDelay(true);
  socket.once("connect", () => {
    socket.resetAndDestroy();
    onAnswer("taken");
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") onAnswer("refused");
    else onFailed(error.code ?? "EIO");
  });
  return { close: () => void socket.destroy() };
}
