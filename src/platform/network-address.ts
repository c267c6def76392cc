/**
 * How far an IP address reaches. `private`: machines of one's own network. `never`: what no request of ours is meant for,
 * wherever it runs: link-local addresses (where clouds answer with credentials), multicast, reserved and translated ones.
 */
export type Reach = "public" | "private" | "never";

/** Of the IANA special-purpose registries, and the address at which Azure's hosts answer. All others are public. */
const specialV4: readonly (readonly [base: string, bits: number, reach: Reach])[] = [
  ["0.0.0.0", 8, "never"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"],
  ["127.0.0.0", 8, "private"],
  ["168.63.129.16", 32, "never"],
  ["169.254.0.0", 16, "never"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "never"],
  ["192.0.2.0", 24, "never"],
  ["192.88.99.0", 24, "never"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "never"],
  ["198.51.100.0", 24, "never"],
  ["203.0.113.0", 24, "never"],
  ["224.0.0.0", 3, "never"],
];

/** Of four decimal numbers, or of IPv6 in any notation. */
export function reachOf(address: string): Reach {
  return address.includes(":") ? reachOfV6(address) : reachOfV4(address);
}

function reachOfV4(address: string): Reach {
  const number = numberOf(address);
  const special = specialV4.find(([base, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(number / size) === Math.floor(numberOf(base) / size);
  });
  return special?.[2] ?? "public";
}

function numberOf(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

/**
 * Public is what lies in 2000::/3, but for Teredo and its neighbours, documentation and 6to4. What wraps IPv4 (mapped, NAT64)
 * lies outside. fd00:ec2::254 is where Amazon's hosts answer.
 */
function reachOfV6(address: string): Reach {
  if (address === "::1") return "private";
  const [first = 0, second = 0] = address.split(":").map((group) => Number.parseInt(group || "0", 16));
  if (first >= 0xfc00 && first <= 0xfdff) return first === 0xfd00 && second === 0x0ec2 ? "never" : "private";
  if (first < 0x2000 || first > 0x3fff) return "never";
  if (first === 0x2001 && (second < 0x0200 || second === 0x0db8)) return "never";
  if (first === 0x2002 || (first === 0x3fff && second < 0x1000)) return "never";
  return "public";
}
