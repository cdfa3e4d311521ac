import type { JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant, Obstacle } from '../../../../contract/seen.ts'
import { byWorstStatus } from '../../../../contract/status.ts'
import type { ReadChain, RootedChain } from '../../../../domain/x509/chain.ts'
import type { TlsSeen } from '../../../../probes/tls.ts'
import type { CertificateRow, Served } from '../../part.ts'
import { endingBefore, judgeAbove, neededAbove } from '../../policies/above.ts'
import { chainWords, judgeComplete, judgeIssuerNames, judgeOrder } from '../../policies/chain.ts'
import { type ExpiryRule, judgeExpiry, judgeLifetime, judgeNotYetValid } from '../../policies/expiry.ts'
import { judgeName, namesOf } from '../../policies/name.ts'
import { judgeStaple } from '../../policies/staple.ts'
import { judgeStrength } from '../../policies/strength.ts'
import { judgeTrust, ownRefusal } from '../../policies/trust.ts'
import { judgeVersions } from '../../policies/versions.ts'
import { type CertificatePlace, judged } from '../../policies/where.ts'
import { upFinding } from './reachable.ts'
import { type CertTarget, showCommand } from './target.ts'

/** What an endpoint and what it presents are judged by. */
export const endpointIds = [
  'tls.reachable',
  'tls.versions',
  'cert.addresses',
  'cert.expiry',
  'cert.chain-expiry',
  'cert.not-yet-valid',
  'cert.name',
  'cert.trust',
  'cert.self-signed',
  'cert.order',
  'cert.incomplete',
  'cert.issuer-name',
  'cert.strength',
  'cert.lifetime',
  'cert.staple',
  'cert.unfinished',
] as const
export type TlsEndpointId = (typeof endpointIds)[number]
type EndpointFinding = JudgedFinding<TlsEndpointId>

export type Judging = {
  readonly rule: ExpiryRule
  readonly now: Instant
  /** What was presented -> the chain in it, and its root in the store. */
  readonly chainOf: ReadChain
  /** An authority that was named and could not be read: then nobody can say who is trusted. */
  readonly trouble: Obstacle | undefined
}

export type JudgedEndpoint = {
  readonly findings: readonly EndpointFinding[]
  readonly rows: readonly CertificateRow[]
  readonly served: readonly Served[]
}

type Shaken = Extract<TlsSeen, { kind: 'shaken' }>
type Judged = RootedChain & { readonly findings: readonly EndpointFinding[] }

/** With an authority that could not be read, who is not trusted may be so only for that. */
const doubted = <Id extends string>(findings: readonly JudgedFinding<Id>[], { trouble }: Judging): readonly JudgedFinding<Id>[] =>
  findings.map((one) =>
    trouble === undefined || one.status === 'ok'
      ? one
      : { ...one, status: 'unknown', observed: trouble.cause, advice: trouble.advice, cleared: false },
  )

/** `second`: what the same address presents to clients that know RSA only, of which nothing but the certificates is known. */
type Presented = Shaken & { readonly second?: true }
type Place = { readonly seen: Presented; readonly where: CertificatePlace; readonly target: CertTarget }

const rsaUnasked = 'whether clients that know RSA only get another certificate, for each look takes a talk before TLS'

const judgeChain = (rooted: RootedChain, { seen, where, target }: Place, judging: Judging): Judged => {
  const { rule, now } = judging
  const { chain, root, isPublic } = rooted
  const { leaf, path, spare, extra } = chain
  const showOld = showCommand(target, ['-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0'])
  const unasked = target.endpoint.starttls === undefined || leaf.key.type.startsWith('rsa') ? undefined : rsaUnasked
  const refusal = seen.unverified === true ? ownRefusal(rooted) : seen.refusal
  return {
    ...rooted,
    findings: [
      judgeExpiry(leaf, where, rule, now),
      ...judgeAbove(rooted, where, rule, now),
      judgeNotYetValid(path, where, now),
      judgeName(leaf, target.serverName, where),
      ...doubted(judgeTrust({ chain, root, refusal }, where), judging),
      judgeOrder(chain, where),
      judgeComplete(chain, root, where),
      ...judgeIssuerNames(chain, root, where),
      judgeStrength(path, where, [...spare, ...extra]),
      judgeLifetime(leaf, where, root !== undefined && !isPublic),
      ...(seen.unverified === true ? [] : judgeStaple({ leaf, staple: seen.staple }, where, now)),
      ...(seen.second === true
        ? []
        : [judgeVersions({ protocol: seen.protocol, old: seen.old, dhBits: seen.dhBits, unasked, showOld }, where)]),
    ],
  }
}

/** The same answer from several addresses is judged once. */
const groupsOf = (shaken: readonly Presented[]): readonly (readonly [Presented, ...Presented[]])[] => {
  const groups = Map.groupBy(shaken, ({ presented, protocol, old, refusal, second, dhBits }) =>
    [...presented.map((one) => one.sha256), protocol, refusal, old.kind, 'protocol' in old ? old.protocol : '', second, dhBits].join(' '),
  )
  return [...groups.values()].flatMap(([first, ...rest]) => (first === undefined ? [] : [[first, ...rest] as const]))
}

const withSecond = (one: Shaken): readonly Presented[] =>
  one.forRsa === undefined ? [one] : [one, { ...one, presented: one.forRsa, refusal: undefined, unverified: true, second: true }]

/** Of the findings of several groups the worst of each id and subject. */
const worstOfEach = (findings: readonly EndpointFinding[]): readonly EndpointFinding[] =>
  [...Map.groupBy(findings, ({ id, subject }) => `${id} ${subject}`).values()].flatMap((same) =>
    same.toSorted((a, b) => byWorstStatus(a.status, b.status)).slice(0, 1),
  )

const judgeAddresses = (shaken: readonly Shaken[], where: CertificatePlace): JudgedFinding<'cert.addresses'> => {
  const leaves = [...Map.groupBy(shaken, ({ presented }) => presented[0]?.sha256).values()]
  const words = leaves.map((same) => {
    const leaf = same[0]?.presented[0]
    const until = leaf === undefined ? '' : new Date(leaf.notAfter).toISOString().slice(0, 10)
    return `${same.map((one) => one.address).join(', ')}: ${leaf?.subject}, until ${until}, SHA-256 ${leaf?.sha256.slice(0, 16)}…`
  })
  const differ = leaves.length > 1
  const count = shaken.length === 1 ? '1 address' : `all ${shaken.length} addresses`
  return judged(where, {
    id: 'cert.addresses',
    status: differ ? 'warning' : 'ok',
    title: differ ? `its ${shaken.length} addresses present ${leaves.length} different certificates` : 'one certificate at every address',
    observed: differ ? words.slice(0, 3).join('; ') : `the same at ${count}`,
    expected: 'the same certificate at every address of the name',
    advice: differ ? 'copy the newer one to the other servers, or reload those that still hold the older' : '',
    evidence: differ ? words : [],
  })
}

/** What the addresses of one endpoint showed -> its findings, its lines of the table, and what it serves. Pure. */
export const judgeEndpoint = (target: CertTarget, seen: readonly TlsSeen[], judging: Judging): JudgedEndpoint => {
  const shaken = seen.filter((one) => one.kind === 'shaken')
  const base: CertificatePlace = { subject: target.subject, place: '', show: showCommand(target), renew: undefined }
  const groups = groupsOf(shaken.flatMap(withSecond))
  const all = groups.flatMap((group) => {
    const [first] = group
    const addresses = group.map((one) => one.address)
    const where =
      groups.length === 1
        ? base
        : { ...base, place: `at ${addresses.join(', ')}${first.second === true ? ', to clients that know RSA only' : ''}` }
    const chain = judging.chainOf(first.presented)
    return chain === undefined ? [] : [{ addresses, ...judgeChain(chain, { seen: first, where, target }, judging) }]
  })
  return {
    findings: [upFinding(target, seen), judgeAddresses(shaken, base), ...worstOfEach(all.flatMap((one) => one.findings))],
    rows: all.map(({ addresses, ...rooted }) => ({
      subject: target.subject,
      name: `${target.subject} (${namesOf(rooted.chain.leaf)})`,
      address: addresses.join(', '),
      certificate: rooted.chain.leaf,
      endsBefore: endingBefore(rooted.chain.leaf, neededAbove(rooted)),
      chain: chainWords(rooted.chain, rooted.root),
    })),
    served: shaken.flatMap(({ address, presented: [certificate] }) =>
      certificate === undefined
        ? []
        : [{ subject: target.subject, serverName: target.serverName, address, port: target.endpoint.port, certificate }],
    ),
  }
}
