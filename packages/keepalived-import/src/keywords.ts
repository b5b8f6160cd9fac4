/**
 * keepalived's keywords that have no setting here, and why: what is done anyhow says nothing.
 *
 * @module
 */

/** True here whatever the configuration says, or only of use to keepalived itself. */
export const NEEDLESS: ReadonlySet<string> = new Set([
  "router_id",
  "state",
  "native_ipv6",
  "vmac_xmit_base",
  "accept",
  "preempt",
  "enable_script_security",
  "script_security",
  "check_unicast_src",
  "vrrp_check_unicast_src",
  "skip_check_adv_addr",
  "vrrp_skip_check_adv_addr",
  "higher_prio_send_advert",
  "vrrp_higher_prio_send_advert",
  "process_names",
  "process_name",
  "vrrp_process_name",
  "checker_process_name",
  "bfd_process_name",
  "use_pid_dir",
  "child_wait_time",
  "config_save_dir",
  "tmp_config_directory",
  "debug",
  "disable_local_igmp",
  "global_tracking",
  "nftables",
  "nftables_priority",
  "nftables_counters",
  "nftables_ifindex",
  "reload_file",
  "reload_time_file",
  "reload_repeat",
  "dynamic_interfaces",
]);

const ANNOUNCEMENTS = "times of announcements are garp-send's: --again-after, --again-every, --refresh";
const MAIL = "no mail is sent: jq and mail at the end of the pipe";
const OWN_ROUTES = "routes and rules are set by a loop at the end of the pipe, after vmac.up and vmac.down";
const SERVICE = "the service manager's: systemd has settings for it";
const BALANCER = "load balancing is no part of this";
const COUNTERS = "counters and states are records: --stats, kill -USR1";
const PIPE = "records of the pipe are in its place: jq and a loop";

/** By pattern; the first that fits. */
const REASONS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^(vrrp_)?(garp|gna)_|^vrrp_min_garp$|^min_garp$|^garp_group$/, ANNOUNCEMENTS],
  [/^(no_email_faults|notification_email|smtp_)/, MAIL],
  [/^(virtual_|static_)(routes|rules)$|^static_(ipaddress|track_group)$/, OWN_ROUTES],
  [/^static_addresses$|^static_ipaddress$/, "addresses that do not move are the host's own configuration"],
  [/^(startup|shutdown)_script/, SERVICE],
  [/_(priority|cpu_affinity|rt_priority|rlimit_rttime|no_swap)$|auto_priority/, `${SERVICE}; or --realtime`],
  [/^(net_namespace|instance$|namespace_with_ipsets)/, "ip netns exec in front of each tool"],
  [/^(virtual_server|virtual_server_group|lvs_|net_namespace_ipvs|checker_|ipvs_)/, BALANCER],
  [/^(snmp_|enable_snmp|enable_traps|enable_dbus|dbus_)/, COUNTERS],
  [/notify_fifo|^(vrrp_)?notify_priority_changes$/, PIPE],
  [/^notify_(deleted|master_rx_lower_pri)$/, `no script is run for it: ${PIPE}`],
  [/^bfd_|^track_bfd$/, "FRR's bfdd, and a check over its state"],
  [/^use_ipvlan$/, "no ipvlan: a macvlan, or --no-vmac with the VIPs on the NIC"],
  [/^use_vmac_addr$/, "one virtual router for each interface"],
  [
    /^(vrrp_)?strict(_mode)?$|^vrrp_strict$/,
    "every check of the RFC is made; its other effects are settings of their own",
  ],
  [/^(vrrp_)?lower_prio(rity)?_no_advert$|^vrrp_lower_priority_dont/, "as the RFC of each version says"],
  [/^(vrrp_)?mcast_group[46]$|^mcast_dst_ip$/, "only the RFC's group: peers for another"],
  [/^(unicast_ttl|max_ttl)$/, "adverts leave with 255"],
  [/^unicast_fault_no_peer$/, "needs no switch: without peers it is multicast"],
  [/^old_unicast_checksum$/, "both forms of today are known: checksum"],
  [/^(vrrp_)?iptables$|^vrrp_ipsets$|^nftables_ipvs/, "the fence has tables of its own"],
  [/^log_unknown_vrids$/, "rejected_vrid in the counters tells it"],
  [/^linkbeat_/, "links are heard from the kernel"],
  [/^promote_secondaries$/, "a sysctl of the host"],
  [/^dont_track_primary$/, "a link without a carrier takes no part; link_down_delay overlooks short losses"],
  [/^track_src_ip$/, "an interface without its address takes no part anyhow"],
  [/^no_accept$/, "vmac-ctl follow --no-accept, for all virtual routers of a pipe"],
  [/^default_interface$/, "each virtual router names its own"],
  [/^vrf$/, "one interface each"],
  [/^vrrp_delay_after_boot$/, "startup_delay counts from each start"],
  [/^reload_check_config$/, "settings that are wrong never take effect"],
];

/** @returns why there is nothing for it here. */
export function whyLeftOut(keyword: string): string {
  return REASONS.find(([pattern]) => pattern.test(keyword))?.[1] ?? "is unknown here";
}
