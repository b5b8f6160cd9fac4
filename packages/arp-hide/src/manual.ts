/**
 * What the man pages of arp-hide tell beside its table.
 *
 * @module
 */
import type { Manual } from "@viptools/cli";

const FILES: NonNullable<Manual["files"]> = [
  ["/run/viptools", "what was changed, noted before it is done, by boot and network namespace"],
];
const PAGES = ["docs/hiding.md"];

export const MANUAL: Manual = {
  description: [
    "A real server of LVS in direct-routing mode, or a host of an anycast group, has an address that is not its to speak for. It gives a host such an address, keeps the host from answering and asking in its name, and takes it back without a trace.",
  ],
  files: FILES,
  pages: PAGES,
  subcommands: {
    add: {
      description: [
        "The addresses stand on lo. What keeps the host silent is there before they come. It ends when that is done; remove undoes it.",
      ],
      files: FILES,
      pages: PAGES,
    },
    remove: {
      description: [
        "Addresses go first, then what kept the host silent. After a crash it takes away what the notes say.",
      ],
      files: FILES,
      pages: PAGES,
    },
    status: {
      description: [
        "For each interface: which addresses are hidden, whether something is missing, and what carries our mark without a note.",
      ],
      files: FILES,
      pages: PAGES,
    },
    check: {
      description: [
        "It asks from this host, as one who wants the addresses for itself would: nobody's cache changes. A host does not hear itself.",
      ],
      pages: PAGES,
    },
  },
};
