import { BlockList } from 'node:net'

/** `[network, prefix length, family]`: link-local addresses and the metadata services of clouds, which hand out credentials. */
export const refusedRanges = [
  ['169.254.0.0', 16, 'ipv4'],
  ['100.100.100.200', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
  ['fd00:ec2::23', 128, 'ipv6'],
  ['fd20:ce::254', 128, 'ipv6'],
  ['fd00:42::42', 128, 'ipv6'],
  ['fd00:c1::a9fe:a9fe', 128, 'ipv6'],
  // The same IPv4 addresses behind NAT64; those mapped into ::ffff:0:0/96 are matched by the IPv4 rules.
  ['64:ff9b::169.254.0.0', 112, 'ipv6'],
  ['64:ff9b::100.100.100.200', 128, 'ipv6'],
  ['64:ff9b::192.0.0.192', 128, 'ipv6'],
  ['64:ff9b::168.63.129.16', 128, 'ipv6'],
  // And in 6to4.
  ['2002:a9fe::', 32, 'ipv6'],
] as const

const refused = new BlockList()
for (const [network, prefix, family] of refusedRanges) refused.addSubnet(network, prefix, family)

/** A numeric address that Ronde never opens a connection to, whoever names it. */
export const isRefused = (address: string): boolean => {
  const [plain = ''] = address.split('%', 1)
  return refused.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4')
}
