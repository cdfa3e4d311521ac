import { BlockList, isIP } from 'node:net'
import { embeddedIpv4 } from './embedded.ts'

/** `[network, prefix length, family]`: link-local addresses and the metadata services of clouds, which hand out credentials. */
const refusedRanges = [
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
] as const

const refused = new BlockList()
for (const [network, prefix, family] of refusedRanges) refused.addSubnet(network, prefix, family)

const isListed = (address: string): boolean => refused.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** A numeric address that Ronde never opens a connection to, whoever names it; so is one that leads to such an address, or cannot be read. */
export const isRefused = (address: string): boolean => {
  const plain = address.split('%', 1)[0] ?? ''
  return isIP(plain) === 0 || [plain, ...embeddedIpv4(plain)].some((one) => isListed(one))
}
