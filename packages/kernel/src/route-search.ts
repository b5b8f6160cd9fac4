/**
 * Looks for a route in the main table (rtnetlink(7)), in pieces: a full Internet table takes a second, in which this
 * process does other things too.
 *
 * @module
 */
import type { IpAddress } from "@viptools/wire";
import { familyOf } from "@viptools/wire";
import { Inbox } from "./inbox.ts";
import { int32, KernelError, must, native, ReadWatch } from "./native.ts";
import { NETLINK_HEADER_LENGTH, openNetlink, readParts } from "./netlink-socket.ts";
import { decodeRoute, GET_ROUTE, prefixLengthOf, ROUTE_HEADER_LENGTH, type Route } from "./route-entry.ts";
import { encodeDump } from "./route-message.ts";

const NETLINK_ROUTE = 0;
const SOL_NETLINK = 270;
/** Linux 4.20: the kernel gives only what the question's header names. */
const NETLINK_GET_STRICT_CHK = 12;
const NLM_F_REQUEST_DUMP = 0x301;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const RT_TABLE_MAIN = 254;
const TABLE_AT = 4;
const SLOT_BYTES = 32_768;
/** Some thousand routes in one turn of the loop. */
const SLOTS = 8;
const RECEIVE_BYTES = 1 << 20;
const ACT = "Cannot read routes";

/** What lies in it is read before another search receives into it. */
let inbox: Inbox | undefined;

/**
 * @param length of the prefix: a route to a larger or smaller network is another one.
 * @param signal ends the search; what was found so far is then the answer.
 * @returns the routes to exactly this network.
 * @throws {KernelError}
 */
export async function findRoutes(network: IpAddress, length: number, signal: AbortSignal): Promise<Route[]> {
  const fd = openNetlink(NETLINK_ROUTE, RECEIVE_BYTES);
  native.setOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, int32(1));
  inbox ??= new Inbox(SLOT_BYTES, SLOTS);
  const found: Route[] = [];
  let stop = (): void => {};
  let watch: ReadWatch | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      stop = resolve;
      signal.addEventListener("abort", stop, { once: true });
      watch = new ReadWatch(fd, () => {
        const got = inbox!.receive(fd);
        for (let n = 0; n < got; n += 1) {
          const end = readPiece(inbox!.view(n), network, length, found);
          if (end !== undefined) return end instanceof Error ? reject(end) : resolve();
        }
      });
      must(native.send(fd, encodeQuestion(network), null), ACT);
    });
  } finally {
    signal.removeEventListener("abort", stop);
    if (watch === undefined) native.close(fd);
    else watch.close();
  }
  return found;
}

function encodeQuestion(network: IpAddress): Uint8Array {
  const body = encodeDump(familyOf(network), ROUTE_HEADER_LENGTH);
  body[TABLE_AT] = RT_TABLE_MAIN;
  const bytes = new Uint8Array(NETLINK_HEADER_LENGTH + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, GET_ROUTE, true);
  view.setUint16(6, NLM_F_REQUEST_DUMP, true);
  view.setUint32(8, 1, true);
  bytes.set(body, NETLINK_HEADER_LENGTH);
  return bytes;
}

/** @returns true at the end of the answer, an error if the kernel refuses it; undefined if more comes. */
function readPiece(
  datagram: Uint8Array,
  network: IpAddress,
  length: number,
  found: Route[],
): true | KernelError | undefined {
  for (const { type, body } of readParts(datagram)) {
    if (type === NLMSG_DONE) return true;
    if (type === NLMSG_ERROR) return new KernelError("EPROTO", ACT);
    // Kernels before 4.20 tell of all tables.
    if (body[TABLE_AT] !== RT_TABLE_MAIN || prefixLengthOf(body) !== length) continue;
    const route = decodeRoute(body);
    if (route?.destination === network) found.push(route);
  }
  return undefined;
}
