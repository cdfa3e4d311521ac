import { createHash } from 'node:crypto'
import type { JudgedFinding } from '../../../../contract/finding.ts'
import { byTag, type CasesByTag } from '../../../../core/by-tag.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { CertificateFile, Lineage, LineageKey, LiveFolder } from '../../../../domain/certbot/lineage.ts'
import type { Certificate } from '../../../../domain/x509/certificate.ts'
import { type CertbotFinding, type LetsencryptSubject, told, unseen } from './about.ts'

/** Undefined for a kind of key that this OpenSSL does not know. */
const publicKeySha256 = (certificate: Certificate | undefined): string | undefined => {
  try {
    const spki = certificate?.x509.publicKey.export({ type: 'spki', format: 'der' })
    return spki === undefined ? undefined : createHash('sha256').update(spki).digest('hex')
  } catch {
    // The judgement of the file itself tells of it.
    return undefined
  }
}

const renewCommand = (name: string): string => {
  const command = shellCommand(['sudo', 'certbot', 'renew', '--cert-name', { kind: 'host', name }, '--force-renewal'])
  return command === undefined ? 'renew it with certbot renew --force-renewal' : `run: ${command}`
}

type KeyWords = Pick<JudgedFinding, 'status' | 'title' | 'observed'> & Partial<Omit<JudgedFinding, 'id'>>

const keyWords: CasesByTag<LineageKey, 'kind', [expected: string, name: string], KeyWords> = {
  read: ({ publicKeySha256: found }, expected, name) =>
    found === expected
      ? { status: 'ok', title: `${name}: key and certificate match`, observed: 'the key has the public key of the certificate' }
      : {
          status: 'critical',
          title: `${name}: key and certificate do not match`,
          observed: 'the key is that of another certificate: a web server refuses the pair at its next start or reload',
          advice: renewCommand(name),
        },
  // Only root may read a key, and it shall stay so.
  'not-permitted': (_key, _expected, name) => ({
    status: 'ok',
    cleared: false,
    title: `${name}: key not checked`,
    observed: 'the private key may be read by root only, as it should',
    notChecked: 'whether the private key belongs to the certificate',
    advice: 'nginx -t tells it as well (option nginx-service)',
  }),
  absent: (_key, _expected, name) => ({
    status: 'critical',
    title: `${name}: no private key`,
    observed: 'privkey.pem is not there',
    advice: renewCommand(name),
  }),
  'no-key': (_key, _expected, name) => ({
    status: 'critical',
    title: `${name}: no private key`,
    observed: 'privkey.pem holds no private key that can be read without a pass phrase',
    advice: renewCommand(name),
  }),
}

/** Key and certificate of a lineage are a pair; compared by their public keys. */
export const judgeKey = ({ name }: Lineage, live: LiveFolder, { asked }: LetsencryptSubject): CertbotFinding => {
  const where = { id: 'certbot.key', subject: `lineage/${name}` } as const
  const { cert, key } = live
  if (!cert.seen) return unseen(where, cert, asked)
  const expected = publicKeySha256(cert.value[0])
  if (expected === undefined)
    return unseen(where, { cause: 'cert.pem has a kind of key that is not known here', advice: renewCommand(name) }, asked)
  return told({ ...where, expected: 'the private key of the certificate', ...byTag('kind', keyWords, key, expected, name) })
}

const printsOf = (file: CertificateFile): readonly string[] => (file.seen ? file.value.map((one) => one.sha256) : [])

const same = (one: readonly string[], other: readonly string[]) => one.join(' ') === other.join(' ')

const unreadableOf = ({ cert, chain, fullchain }: LiveFolder) => [fullchain, cert, chain].find((file) => !file.seen)

const chainProblem = (live: LiveFolder): string => {
  const [cert, chain, full] = [printsOf(live.cert), printsOf(live.chain), printsOf(live.fullchain)]
  if (same(full, cert)) return 'fullchain.pem holds the certificate alone, without the chain'
  if (same(full, [...chain, ...cert])) return 'fullchain.pem begins with the chain; the certificate must come first'
  if (full[0] !== cert[0]) return 'fullchain.pem begins with another certificate than cert.pem'
  return 'fullchain.pem holds another chain than chain.pem'
}

/** The full chain is the certificate and then its chain, nothing else. */
export const judgeFullchain = ({ name }: Lineage, live: LiveFolder, { asked }: LetsencryptSubject): CertbotFinding => {
  const where = { id: 'certbot.fullchain', subject: `lineage/${name}` } as const
  const unreadable = unreadableOf(live)
  if (unreadable?.seen === false) return unseen(where, unreadable, asked)
  const { cert, chain, fullchain } = live
  const good = same(printsOf(fullchain), [...printsOf(cert), ...printsOf(chain)])
  return told({
    ...where,
    status: good ? 'ok' : 'critical',
    title: `${name}: ${good ? 'fullchain in order' : 'fullchain is not certificate and chain'}`,
    observed: good ? `the certificate, then ${printsOf(chain).length} of its chain` : chainProblem(live),
    expected: 'cert.pem, then chain.pem',
    advice: good ? '' : renewCommand(name),
  })
}
