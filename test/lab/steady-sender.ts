/**
 * Sends frames from eth0 of a host at a steady rate.
 *
 * @module
 */
import { Alarm, findInterface, KernelError, monotonicUs, PacketSocket } from "@viptools/kernel";

export interface SteadySending {
  readonly perSecond: number;
  readonly count: number;
  /** A sender that was held up does not make good for it all at once: the lab's links hold a thousand frames. */
  readonly burstMax: number;
  /** The n-th frame, from 0. */
  readonly frameOf: (n: number) => Uint8Array;
}

/** @returns how many frames the kernel took, and how long it all took. */
export async function sendSteadily(options: SteadySending): Promise<{ sent: number; tookMs: number }> {
  const { perSecond, count, burstMax, frameOf } = options;
  const socket = new PacketSocket({ ifindex: findInterface("eth0")! });
  const startUs = monotonicUs();
  let [tried, sent] = [0, 0];
  const sendDue = (): void => {
    const due = Math.floor(((monotonicUs() - startUs) / 1e6) * perSecond) + 1;
    for (const end = Math.min(count, due, tried + burstMax); tried < end; tried++) {
      if (wasTaken(socket, frameOf(tried))) sent += 1;
    }
  };
  await new Promise<void>((resolve) => {
    const alarm = new Alarm(() => {
      sendDue();
      if (tried < count) return alarm.set(Math.max(monotonicUs(), startUs + (tried / perSecond) * 1e6));
      alarm.close();
      resolve();
    });
    alarm.set(startUs);
  });
  socket.close();
  return { sent, tookMs: Math.round((monotonicUs() - startUs) / 1000) };
}

/** A queue that is full takes no more, and the next ones may have room again. */
function wasTaken(socket: PacketSocket, frame: Uint8Array): boolean {
  try {
    socket.send(frame);
    return true;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return false;
  }
}
