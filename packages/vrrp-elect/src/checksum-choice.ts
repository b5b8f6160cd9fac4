/**
 * Which of the two IPv4 checksum forms of VRRPv3 to send: pure.
 *
 * keepalived and FRR refuse RFC 9568's own form by default, others know no other (V3-5.2.8-d). So the form is learned
 * from who is Active, and only while this router is Backup: an Active that changed its form could lose its Backups.
 *
 * @module
 */
import type { ChecksumForm } from "@viptools/wire";

export const CHECKSUM_CHOICES = ["auto", "pseudo-header", "rfc9568"] as const;
export type ChecksumSetting = (typeof CHECKSUM_CHOICES)[number];

export class ChecksumChoice {
  readonly #isLearned: boolean;
  readonly #heard = new Set<ChecksumForm>();
  #form: ChecksumForm;

  constructor(setting: ChecksumSetting) {
    this.#isLearned = setting === "auto";
    this.#form = setting === "auto" ? "pseudo-header" : setting;
  }

  /** The form to send. */
  get form(): ChecksumForm {
    return this.#form;
  }

  /**
   * @param form of an accepted advert.
   * @param isBackup whether this router is Backup, and so the sender its Active.
   * @returns whether two forms are in use on this virtual router.
   */
  hear(form: ChecksumForm, isBackup: boolean): boolean {
    const differs = form !== this.#form;
    this.#heard.add(form);
    const mayLearn = this.#isLearned && isBackup;
    if (mayLearn) this.#form = form;
    return differs && (!mayLearn || this.#heard.size > 1);
  }
}
