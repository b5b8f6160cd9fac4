/**
 * What one virtual router makes of the adverts that come in: which of them count, and what is wrong with them.
 *
 * @module
 */
import type { RecordBody } from "@viptools/records";
import type { ChecksumForm, IpAddress } from "@viptools/wire";
import type { AdvertSender } from "./advert-sender.ts";
import { ChecksumChoice } from "./checksum-choice.ts";
import type { Port } from "./port.ts";
import { type AcceptedAdvert, checkFrame, type ReceiveConfig } from "./receive.ts";
import { Rivalry } from "./rivalry.ts";
import type { RouterOptions } from "./router-options.ts";
import { OWNER_PRIORITY, type State } from "./states.ts";
import { WireReports } from "./wire-reports.ts";

/** Who was Active and was not heard for so long may have been believed by neighbours meanwhile. */
const RIVAL_QUIET_INTERVALS = 3;

export interface HearingOptions {
  readonly options: RouterOptions;
  readonly password: Uint8Array | undefined;
  readonly port: Port;
  /** What our own adverts are like. */
  readonly sender: AdvertSender;
}

export class Hearing {
  readonly #reports: WireReports;
  readonly #rivalry = new Rivalry();
  readonly #checksum: ChecksumChoice;
  readonly #options: HearingOptions;
  #receiving: ReceiveConfig;

  /** @param before whose counts and knowledge go on. */
  constructor(options: HearingOptions, before?: Hearing) {
    const { instance, checksum } = options.options;
    this.#options = options;
    const isSame = before !== undefined && before.#options.options.checksum === checksum;
    this.#checksum = isSame ? before.#checksum : new ChecksumChoice(checksum);
    this.#reports = before === undefined ? new WireReports(instance) : before.#reports;
    this.#receiving = this.#receiveConfig();
  }

  /** The form of checksum to send. */
  get form(): ChecksumForm {
    return this.#checksum.form;
  }

  /** What adverts are sent from; undefined if the interface has no such address now. */
  get source(): IpAddress | undefined {
    const { family, source, peers } = this.#options.options;
    const first = this.#receiving.addresses[0];
    if (source !== undefined) return first === source ? first : undefined;
    return family === 6 && peers.length === 0 && first?.startsWith("fe80:") !== true ? undefined : first;
  }

  /** The interface has other addresses. */
  addressesChanged(): void {
    this.#receiving = this.#receiveConfig();
  }

  /** The roles are settled again. */
  forgetRivals(): void {
    this.#rivalry.forget();
  }

  /** @returns the advert, if it counts; and what there is to say. */
  judge(frame: Uint8Array, nowUs: number): { advert?: AcceptedAdvert; reports: RecordBody[] } {
    const verdict = checkFrame(this.#receiving, frame);
    return verdict.kind === "accepted"
      ? { advert: verdict.advert, reports: [] }
      : { reports: this.#reports.reject(verdict, nowUs) };
  }

  /** @param state after the election has heard the advert. @returns what is odd about it. */
  compare(advert: AcceptedAdvert, state: State, priority: number, nowUs: number): RecordBody[] {
    const { options, sender } = this.#options;
    const own = {
      advertUs: options.advertUs,
      vips: this.#receiving.vips,
      vmac: sender.usesVmac ? options.vmac : null,
    };
    return [
      ...this.#reports.compare(advert, { ...own, priority }, nowUs),
      ...this.#compareForm(advert, state, nowUs),
      ...this.#compareRole(advert, state, priority, nowUs),
    ];
  }

  /** Another interface of this host speaks for the same virtual router. */
  reportClash(source: IpAddress, nowUs: number): RecordBody[] {
    const detail = `${source} is an address of this host: the same VRID on two interfaces of one network`;
    return this.#reports.conflict("vrid_clash", source, detail, nowUs);
  }

  /** What was counted and not said yet. */
  due(nowUs: number): RecordBody[] {
    return this.#reports.due(nowUs);
  }

  counters(): Record<string, number> {
    return this.#reports.counters();
  }

  #compareForm({ address, checksumForm }: AcceptedAdvert, state: State, nowUs: number): RecordBody[] {
    if (checksumForm === undefined || !this.#checksum.hear(checksumForm, state.name === "backup")) return [];
    const detail = `it sends the ${checksumForm} form, we send ${this.#checksum.form}`;
    return this.#reports.conflict("checksum_form", address, detail, nowUs);
  }

  #compareRole(advert: AcceptedAdvert, state: State, priority: number, nowUs: number): RecordBody[] {
    if (state.name !== "active" || advert.priority === 0) return [];
    const { instance, advertUs } = this.#options.options;
    const { cause, isNew } = this.#rivalry.note(advert.address, nowUs, RIVAL_QUIET_INTERVALS * advertUs);
    const { address, priority: rivalPriority } = advert;
    const reports: RecordBody[] = isNew
      ? [{ type: "vrrp.reasserted", instance, address, priority: rivalPriority }]
      : [];
    if (cause === undefined) return reports;
    const detail = `it advertises priority ${rivalPriority} while we are Active with ${priority}`;
    return [...reports, ...this.#reports.conflict(cause, address, detail, nowUs)];
  }

  /** A virtual address is a source for its owner only (V3-1.7-b). */
  #ownAddresses(): IpAddress[] {
    const { family, vips, source, priority } = this.#options.options;
    const isOwner = priority === OWNER_PRIORITY;
    const own = this.#options.port
      .addresses(family)
      .filter((address) => isOwner || !vips.some((vip) => vip.address === address));
    return source === undefined ? own : own.sort((a, b) => Number(b === source) - Number(a === source));
  }

  #receiveConfig(): ReceiveConfig {
    const { options, password, sender } = this.#options;
    return { ...options, addresses: this.#ownAddresses(), password, vips: sender.vips };
  }
}
