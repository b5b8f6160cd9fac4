// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parameters of keepalived are written so.
/**
 * Configurations that are right, to begin with.
 *
 * @module
 */
export const ROUTERS: readonly object[] = [
  { routers: [{ interface: "eth0", vrid: 51, vips: ["192.0.2.100/24"] }] },
  {
    defaults: { priority: 150, advert_int: "100ms", preempt_delay: 5, track: ["web"] },
    routers: [
      {
        interface: "eth0",
        vrid: 51,
        vips: ["192.0.2.100"],
        vrrp_version: 2,
        advert_int: "1s",
        auth_file: "/etc/secret",
        sync_group: "G",
        checksum: "auto",
      },
      {
        interface: "eth1",
        vrid: 52,
        vips: ["fe80::100", "2001:db8::100/64"],
        sync_group: "G",
        lenient_v6: true,
        handover: "2s",
        settle: "10ms",
        link_down_delay: "100ms",
        startup_hold: "3s",
      },
      {
        interface: "eth2",
        vrid: 3,
        vips: ["192.0.2.9"],
        peers: ["192.0.2.2"],
        source: "192.0.2.1",
        min_ttl: 250,
        vmac: false,
      },
    ],
  },
];

export const CHECKS: readonly object[] = [
  {
    checks: [
      {
        name: "web",
        http: "http://192.0.2.1:80/health",
        every: "1s",
        timeout: "500ms",
        rise: 2,
        fall: 3,
        weight: -20,
      },
    ],
  },
  {
    defaults: { every: "2s" },
    checks: [
      { name: "a", command: ["/bin/true"], environment: ["A=1"] },
      { name: "b", shell: "exit 0" },
      { name: "c", tcp: "[2001:db8::1]:443" },
      { name: "d", link: "eth0", carrier: false },
      { name: "e", route: "default", via: "192.0.2.254", interface: "eth0" },
      { name: "f", file: "/run/x", compare: "< 5" },
      { name: "g", process: "haproxy", count: "2-5" },
      { name: "h", dns: "192.0.2.53", ask: "example.net", rrtype: "A", answer: "192.0.2.7" },
    ],
  },
];

export const NOTIFY: readonly object[] = [
  { instances: [{ notify: ["/bin/x", "a"] }] },
  {
    instances: [{ instance: "eth0/4/51", name: "VI_1", notify_master: ["/bin/m"], notify_fault: ["/bin/f"] }],
    groups: [{ name: "G", members: ["eth0/4/51"], notify_backup: ["/bin/b"], notify_stop: ["/bin/s"] }],
  },
];

export const MEANINGS: readonly object[] = [
  { instances: [{ name: "VI_1", interface: "eth0", vrid: 51, vips: ["192.0.2.100/24", "2001:db8::100"] }] },
  {
    instances: [
      { name: "VI_1", interface: "eth0", vrid: 51, vips: ["192.0.2.100"] },
      { name: "VI_2", interface: "eth0", vrid: 52, vips: ["192.0.2.101"] },
    ],
  },
];

export const CONFIGURATIONS: readonly string[] = [
  `global_defs {
  vrrp_version 3
  script_user root
  vrrp_garp_master_delay 1
}
$VRID=51
vrrp_script web {
  script "/bin/check it"
  interval 2
  timeout 1.5
  weight -20
  rise 2
  fall 3
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id $VRID
  priority 150
  advert_int 0.5
  use_vmac vrrp.51
  authentication {
    auth_type PASS
    auth_pass secret
  }
  virtual_ipaddress {
    192.0.2.100/24 dev eth0 label eth0:v
    192.0.2.101
  }
  track_script {
    web weight 10
  }
  notify_master "/bin/m 1"
}
`,
  `@a vrrp_sync_group G {
  group {
    VI_1
    VI_6
  }
  notify "/bin/n"
}
vrrp_track_file f { file /run/f
 weight 0 }
vrrp_track_process p { process haproxy
 quorum 1
 quorum_max 4 }
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  version 2
  unicast_src_ip 192.0.2.1
  unicast_peer { 192.0.2.2 }
  virtual_ipaddress { 192.0.2.100 }
  track_interface { eth1 }
  track_file { f }
  track_process { p }
  nopreempt
  preempt_delay 5
  garp_master_delay 1
}
vrrp_instance VI_6 {
  interface eth0
  virtual_router_id 52
  virtual_ipaddress { fe80::100
 2001:db8::100/64 }
  virtual_ipaddress_excluded { 2001:db8::101 }
}
interface_up_down_delays { eth0 2 3 }
`,
  "include /nowhere/*.conf\n$X=a\\\nb\n~SEQ(N,1,2,3) vrrp_instance V_${N} { interface eth${N} } # no\n\n@^b ${X}\nx \"a \\x41\\101 b\" 'c' {\n}\n",
];
