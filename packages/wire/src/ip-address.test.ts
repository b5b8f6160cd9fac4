/** IPv6 text (RFC 4291 §2.2 in, RFC 5952 out) and what both families share; Node's own parsers are the second opinion. */
import assert from "node:assert/strict";
import { isIPv6 } from "node:net";
import test from "node:test";
import {
  addressFromBytes,
  addressLength,
  addressToBytes,
  compareAddresses,
  familyOf,
  isGroupAddress,
  isInPrefix,
  isLinkLocal,
  parseIpAddress,
} from "./ip-address.ts";
import {
  ALL_NODES_GROUP,
  ANY_IPV6,
  IPV6_LENGTH,
  ipv6FromBytes,
  ipv6GroupMac,
  ipv6ToBytes,
  isIpv6,
  isSolicitedNodeGroup,
  parseIpv6,
  solicitedNodeGroup,
} from "./ipv6-address.ts";

/** What WHATWG's serializer makes of it: RFC 5952 with hexadecimal everywhere, as ours. */
const canonical = (text: string): string => new URL(`http://[${text}]/`).hostname.slice(1, -1);

const CANONICAL: [string, string, string][] = [
  ["4.1 leading zeros", "2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"],
  ["4.1 a group of zeros is one 0", "2001:db8:0:1:0001:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["4.2.1 shortened as far as can be", "2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
  ["4.2.2 one group of zeros stays", "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["4.2.3 the longest run", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["4.2.3 the first of equal runs", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["4.3 lower case", "2001:DB8::ABCD:EF", "2001:db8::abcd:ef"],
  ["5 a dotted quad becomes hexadecimal", "::ffff:192.0.2.1", "::ffff:c000:201"],
  ["a dotted quad after a prefix", "64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["a dotted quad without ::", "0:0:0:0:0:ffff:129.144.52.38", "::ffff:8190:3426"],
  ["::/96 with a dotted quad", "::0.0.0.1", "::1"],
  ["nothing but zeros", "0:0:0:0:0:0:0:0", "::"],
  ["nothing but zeros, short", "::", "::"],
  ["loopback", "0:0:0:0:0:0:0:1", "::1"],
  ["a run at the end", "1:0:0:0:0:0:0:0", "1::"],
  ["a run at the start", "0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"],
  ["a later run that is longer", "0:0:1:0:0:0:2:3", "0:0:1::2:3"],
  ["a run at the end against one inside", "1:0:0:2:0:0:0:0", "1:0:0:2::"],
  ["eight groups", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  [":: for one group at the end", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  [":: for one group at the start", "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  [":: for one group inside", "1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"],
  ["all ones", "FFFF:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["a group of VRRP", "ff02:0::12", "ff02::12"],
];
for (const [fact, text, wanted] of CANONICAL) {
  test(`RFC 5952 ${fact}: parseIpv6() makes ${text} ${wanted}`, () => {
    assert.equal(parseIpv6(text), wanted);
    assert.equal(parseIpv6(wanted), wanted);
    assert.equal(canonical(text), wanted);
    assert.ok(isIpv6(text));
  });
}

const NO_ADDRESS: readonly string[] = [
  "",
  ":",
  ":::",
  "1",
  "1::2::3",
  "::1::",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4::5:6:7:8",
  "::1:2:3:4:5:6:7:8",
  "12345::",
  "00001::",
  "g::",
  "-1::",
  "0x1::",
  " ::1",
  "::1 ",
  "[::1]",
  "::1/128",
  "192.0.2.1",
  "::192.0.2",
  "::192.0.2.256",
  "::192.0.02.1",
  "192.0.2.1::",
  "::192.0.2.1:1",
  "1:2:3:4:5:6:7:192.0.2.1",
  "1.2:3::",
];
for (const text of NO_ADDRESS) {
  test(`parseIpv6() refuses "${text}" and says so`, () => {
    assert.throws(() => parseIpv6(text), {
      name: "SyntaxError",
      message: `Cannot read IPv6 address "${text}": needs eight groups like 2001:db8::1`,
    });
    assert.deepEqual([isIpv6(text), isIPv6(text)], [false, false]);
  });
}

for (const text of ["fe80::1%eth0", "fe80::1%", "::%1"]) {
  test(`parseIpv6() refuses the zone of "${text}"`, () => {
    assert.throws(() => parseIpv6(text), /^SyntaxError: Cannot read IPv6 address ".*": needs no zone/);
    assert.equal(isIpv6(text), false);
  });
}

/** Lehmer's generator: the same sequence in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

test("ipv6FromBytes() and parseIpv6() are inverse, and agree with Node, for every pattern of zero groups", () => {
  const random = generator(5952);
  for (let n = 0; n < 4096; n++) {
    const bytes = new Uint8Array(3 + IPV6_LENGTH);
    for (let group = 0; group < 8; group++)
      if (n & (1 << group)) bytes.set([random(3) * random(256), 1 + random(255)], 3 + 2 * group);
    const text = ipv6FromBytes(bytes, 3);
    assert.deepEqual(ipv6ToBytes(text), bytes.subarray(3), text);
    assert.equal(canonical(text), text);
    assert.equal(parseIpv6(text), text);
  }
});

test("isIpv6() agrees with Node on texts that are nearly addresses", () => {
  const random = generator(4291);
  const parts = [":", "::", "0", "1", "ffff", "FE80", "00a0", "12345", "192.0.2.1", "1.2.3.256", ".", "g"];
  let valid = 0;
  for (let n = 0; n < 20_000; n++) {
    const usual = Array.from({ length: random(9) }, () => parts[2 + random(n % 3 === 0 ? 10 : 4)]!);
    const at = random(usual.length + 1);
    const joined = [usual.slice(0, at).join(":"), usual.slice(at).join(":")];
    const text = n % 2 === 0 ? joined.join("::") : joined.join(parts[random(2)]);
    assert.equal(isIpv6(text), isIPv6(text), text);
    valid += isIpv6(text) ? 1 : 0;
  }
  assert.ok(valid > 1000 && valid < 19_000, `${valid} of 20,000 are addresses`);
});

const READ: [string, string, 4 | 6][] = [
  ["192.0.2.1", "192.0.2.1", 4],
  ["2001:DB8::0:1", "2001:db8::1", 6],
  ["::ffff:192.0.2.1", "::ffff:c000:201", 6],
];
for (const [text, wanted, family] of READ) {
  test(`parseIpAddress() reads ${text} as IPv${family}, and its octets lead back to it`, () => {
    const address = parseIpAddress(text);
    assert.deepEqual([address, familyOf(address)], [wanted, family]);
    const bytes = addressToBytes(address);
    assert.equal(bytes.length, addressLength(family));
    assert.equal(addressFromBytes(Uint8Array.of(9, ...bytes), family, 1), address);
  });
}
test("parseIpAddress() says of which family it took a text to be", () => {
  assert.throws(() => parseIpAddress("192.0.2"), /IPv4 address "192\.0\.2": needs four numbers/);
  assert.throws(() => parseIpAddress("2001:db8"), /IPv6 address "2001:db8": needs eight groups/);
});

/** Each is smaller than the next. */
const ASCENDING: readonly (readonly string[])[] = [
  ["0.0.0.0", "9.255.255.255", "10.0.0.9", "10.0.0.200", "10.0.1.0", "127.255.255.255", "128.0.0.1"],
  [
    ANY_IPV6,
    "::1",
    "::100",
    "1::",
    "a::1",
    "2001:db8::9",
    "2001:db8::10",
    "7fff:ffff::",
    "8000::",
    "fe80::1",
    "fe80::1:0:0:0",
    "fe80:0:0:1::",
    "ff02::12",
  ],
];
for (const addresses of ASCENDING) {
  test(`V3-SM-a compareAddresses() is unsigned, over all octets of IPv${familyOf(addresses[0]!)}`, () => {
    addresses.forEach((a, n) => {
      addresses.forEach((b, m) => {
        assert.equal(Math.sign(compareAddresses(a, b)), Math.sign(n - m), `${a} and ${b}`);
      });
    });
  });
}
test("compareAddresses() sees a difference in each of the sixteen octets alone", () => {
  for (let at = 0; at < IPV6_LENGTH; at++) {
    const bytes = new Uint8Array(IPV6_LENGTH);
    bytes[at] = 0x80;
    assert.ok(compareAddresses(ipv6FromBytes(bytes), ANY_IPV6) > 0, `octet ${at}`);
  }
});
test("compareAddresses() knows no order between families", () => {
  assert.throws(() => compareAddresses("192.0.2.1", "::1"), RangeError);
});

const KINDS: [string, boolean, boolean][] = [
  ["fe80::1", true, false],
  ["febf:ffff::1", true, false],
  ["fec0::1", false, false],
  ["fe7f::1", false, false],
  ["169.254.0.1", true, false],
  ["169.253.255.255", false, false],
  ["192.0.2.1", false, false],
  ["224.0.0.18", false, true],
  ["239.255.255.255", false, true],
  ["240.0.0.1", false, false],
  ["223.255.255.255", false, false],
  ["ff02::12", false, true],
  ["ff::1", false, false],
  ["2001:db8::1", false, false],
];
for (const [address, linkLocal, group] of KINDS) {
  test(`isLinkLocal() is ${linkLocal} and isGroupAddress() is ${group} for ${address}`, () => {
    assert.deepEqual([isLinkLocal(address), isGroupAddress(address)], [linkLocal, group]);
  });
}

const PREFIXES: readonly (readonly [address: string, prefix: string, length: number, isInside: boolean])[] = [
  ["192.0.2.100", "192.0.2.1", 24, true],
  ["192.0.3.100", "192.0.2.1", 24, false],
  ["192.0.3.100", "192.0.2.1", 23, true],
  ["192.0.2.100", "192.0.2.100", 32, true],
  ["192.0.2.101", "192.0.2.100", 32, false],
  ["203.0.113.1", "192.0.2.1", 0, true],
  ["2001:db8::100", "2001:db8::1", 64, true],
  ["2001:db8:0:1::100", "2001:db8::1", 64, false],
  ["2001:db8:0:1::100", "2001:db8::1", 63, true],
  ["192.0.2.1", "::", 0, false],
];
for (const [address, prefix, length, isInside] of PREFIXES) {
  test(`isInPrefix() is ${isInside} for ${address} in ${prefix}/${length}`, () => {
    assert.equal(isInPrefix(address, prefix, length), isInside);
  });
}

const SOLICITED: [string, string, string][] = [
  ["2001:db8::1", "ff02::1:ff00:1", "33:33:ff:00:00:01"],
  ["fe80::200:5eff:fe00:201", "ff02::1:ff00:201", "33:33:ff:00:02:01"],
  ["fe80::c000:54ff:fef5:0", "ff02::1:fff5:0", "33:33:ff:f5:00:00"],
  ["2001:db8::ab:cdef", "ff02::1:ffab:cdef", "33:33:ff:ab:cd:ef"],
];
for (const [address, group, mac] of SOLICITED) {
  test(`solicitedNodeGroup() of ${address} is ${group}, ipv6GroupMac() of that ${mac}`, () => {
    assert.equal(solicitedNodeGroup(address), group);
    assert.equal(ipv6GroupMac(group), mac);
    assert.deepEqual([address, group, ALL_NODES_GROUP].map(isSolicitedNodeGroup), [false, true, false]);
  });
}

test("ipv6GroupMac() takes the last 32 bits", () => {
  assert.equal(ipv6GroupMac(ALL_NODES_GROUP), "33:33:00:00:00:01");
  assert.equal(ipv6GroupMac("ff02::1:2:3:4567:89ab"), "33:33:45:67:89:ab");
});
