/**
 * The questions of `garp-send -D`, encoded once: pure.
 *
 * @module
 */
import type { RecordBody } from "@viptools/records";
import {
  encodeAddressQuestion,
  familyOf,
  type IpAddress,
  type IpFamily,
  type Mac,
  ZERO_MAC,
} from "@viptools/wire";
import type { LocalHost } from "./local-host.ts";
import type { Settings } from "./settings.ts";
import { PLAIN_SHAPE, tagAs } from "./shape.ts";

type Way = Pick<Settings, "mac" | "to" | "vlan" | "source">;

type Asked = Omit<Extract<RecordBody, { type: "garp.probed" }>, "type" | "interface" | "n">;

export interface Question {
  readonly address: IpAddress;
  readonly frame: Uint8Array;
}

export class Questions {
  readonly all: readonly Question[];
  /** Whom answers come to. */
  readonly mac: Mac;
  readonly #way: Way;

  constructor(addresses: readonly IpAddress[], host: Pick<LocalHost, "mac">, way: Way) {
    this.mac = way.mac === "auto" ? host.mac : way.mac;
    this.#way = way;
    this.all = addresses.map((address) => ({ address, frame: this.#encode(address) }));
  }

  get families(): IpFamily[] {
    return [...new Set(this.all.map(({ address }) => familyOf(address)))];
  }

  /** What records say of a question. */
  describe(address: IpAddress): Asked {
    const { to, vlan } = this.#way;
    const form =
      familyOf(address) === 6 ? "solicitation" : this.#sourceFor(address) === undefined ? "probe" : "request";
    return {
      ip: address,
      form,
      eth_src: this.mac,
      sha: this.mac,
      tha: ZERO_MAC,
      ...(to === undefined ? {} : { eth_dst: to }),
      ...(vlan === undefined ? {} : { vlan }),
    };
  }

  #encode(address: IpAddress): Uint8Array {
    const { to, vlan } = this.#way;
    const question = { target: address, mac: this.mac, source: this.#sourceFor(address), to };
    return tagAs({ ...PLAIN_SHAPE, vlan }, encodeAddressQuestion(question));
  }

  /** One of the other family is asked for without a source. */
  #sourceFor(address: IpAddress): IpAddress | undefined {
    const { source } = this.#way;
    return source !== undefined && familyOf(source) === familyOf(address) ? source : undefined;
  }
}
