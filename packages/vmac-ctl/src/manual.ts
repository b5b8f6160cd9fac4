/**
 * What the man pages of vmac-ctl tell beside its table.
 *
 * @module
 */
import type { Manual } from "@viptools/cli";

const FILES: NonNullable<Manual["files"]> = [
  ["/run/viptools", "what was changed, noted before it is done, by boot and network namespace"],
];
const PAGES = ["docs/owning.md"];
const DOCTOR_PAGES = ["docs/doctor.md"];

export const MANUAL: Manual = {
  description: [
    "It makes a link with the virtual MAC and puts the VIPs on it, or puts them on the NIC. All that it changes is noted before it is done, and given back afterwards, also after a crash. Nothing that counts for every interface of the host is ever changed.",
    "follow obeys records. The other commands are for people: up and down do the same by hand, status and cleanup look after what dead owners left, doctor and probe say what is in the way.",
  ],
  files: FILES,
  pages: [...PAGES, ...DOCTOR_PAGES],
  subcommands: {
    follow: {
      description: [
        "It owns what vrrp-elect(1) says that this host is Active for, while leases run, and passes on every record. What it did is told when the kernel has confirmed it.",
        "Permission to answer for the VIPs is an element with a timeout in a table of nftables, which each lease refreshes. When leases stop, the kernel mutes this host by itself, whether the elector is dead, frozen or late.",
        "What somebody takes away is put back: the link, an address, a setting, the rules. At the end of its input, at a second signal, or when its own reader is lost, everything is given back.",
        "Behind keepalived, --instance or --config says what its names mean. Its records carry no leases: nothing mutes the host then but their end.",
      ],
      reads: ["vrrp.state", "vrrp.prepare", "vrrp.lease", "keepalived.state"],
      files: FILES,
      pages: PAGES,
    },
    up: {
      description: [
        "It changes this host and ends. The address stays until down takes it away, or the next boot. Nothing mutes it: use follow where two hosts may have it.",
      ],
      files: FILES,
      pages: PAGES,
    },
    down: {
      description: [
        "Links, addresses and settings are as they were before. What a living process owns is left alone.",
      ],
      files: FILES,
      pages: PAGES,
    },
    status: {
      description: [
        "For each virtual router of this host: who owns it, whether it answers, and why not if it does not.",
      ],
      files: FILES,
      pages: PAGES,
    },
    cleanup: {
      description: [
        "It takes away all that dead owners left, also what only its mark tells of. What up took stays, and what a living process owns.",
      ],
      files: FILES,
      pages: PAGES,
    },
    doctor: {
      description: [
        "It changes nothing. Each finding names what was found, what follows from it, and the command that mends it.",
      ],
      pages: DOCTOR_PAGES,
    },
    probe: {
      description: [
        "Some hypervisors and switches drop frames from a MAC that they do not know. A neighbour that answers questions from the NIC's MAC, and not those from the virtual MAC, shows that this network does.",
      ],
      pages: DOCTOR_PAGES,
    },
  },
};
