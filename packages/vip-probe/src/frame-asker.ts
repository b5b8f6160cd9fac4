/**
 * Asks on the wire, past the host's own caches: the same frame each time, so that everybody who answers is heard.
 *
 * @module
 */
import { type Instruction, KernelError, monotonicNsOf, PacketSocket } from "@viptools/kernel";
import { decodeEthernet, type EthernetFrame, type Mac, WireError } from "@viptools/wire";
import type { Asker, OnAnswer } from "./asker.ts";

export interface Question {
  readonly frame: Uint8Array;
  /** Lets answers through. */
  readonly filter: readonly Instruction[];
  /** @returns the MAC that answers, if the frame is an answer to us. @throws {WireError} if it cannot be read. */
  readonly readOwner: (frame: EthernetFrame) => Mac | undefined;
}

/** @param onFailed told why an ask could not be sent. @throws {KernelError} EPERM without CAP_NET_RAW, ENODEV if the interface is gone. */
export function frameAsker(
  ifindex: number,
  question: Question,
  onAnswer: OnAnswer,
  onFailed: (code: string) => void,
): Asker {
  const socket = new PacketSocket({
    ifindex,
    filter: question.filter,
    onFrame: ({ bytes, direction, realtimeNs }) => {
      const owner = direction === "in" ? readOwner(question, bytes) : undefined;
      // Answers are told apart by their time: that of this process on a busy machine would be another one.
      if (owner !== undefined) onAnswer(undefined, owner, Number(monotonicNsOf(realtimeNs) / 1000n));
    },
  });
  return {
    ask: () => {
      try {
        socket.send(question.frame);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        onFailed(error.code);
      }
    },
    drain: () => void socket.drain(),
    close: () => socket.close(),
  };
}

function readOwner(question: Question, bytes: Uint8Array): Mac | undefined {
  try {
    return question.readOwner(decodeEthernet(bytes));
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
