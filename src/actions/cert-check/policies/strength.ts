import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import { advise, type CertificatePlace, type JudgedFact, judged } from './where.ts'

const leastRsaBits = 2048
const leastEcBits = 256

/** Key types that are strong by themselves. */
const strong = /^(ed25519|ed448|ml-dsa|slh-dsa)/

const keyWords = ({ key }: Certificate): string => {
  if (key.type === 'rsa' || key.type === 'rsa-pss') return `RSA ${key.bits} bits`
  return key.type === 'ec' ? `EC ${key.curve}` : key.type.replace(/^ed/, 'Ed')
}

const keyWeakness = (certificate: Certificate): string | undefined => {
  const { type, bits } = certificate.key
  if (strong.test(type)) return undefined
  const enough = type === 'ec' ? bits >= leastEcBits : (type === 'rsa' || type === 'rsa-pss') && bits >= leastRsaBits
  return enough ? undefined : `key ${keyWords(certificate)}`
}

/** A root's own signature protects nothing: whoever trusts it has it already. */
const weaknessesOf = (certificate: Certificate): readonly string[] => {
  const { signature, selfSigned, subject } = certificate
  const found = [keyWeakness(certificate), signature.weak && !selfSigned ? `signed by ${signature.algorithm}` : undefined]
  return found.filter((one) => one !== undefined).map((one) => `${subject}: ${one}`)
}

type Told = Omit<JudgedFact<'cert.strength'>, 'id' | 'expected'>

const tooWeak = (weak: readonly string[]): Pick<Told, 'title' | 'observed' | 'evidence'> => ({
  title: 'key or signature is too weak',
  observed: weak.slice(0, 3).join('; '),
  evidence: weak,
})

const strengthWords = (needed: readonly Certificate[], others: readonly Certificate[], { renew, show }: CertificatePlace): Told => {
  const [leaf] = needed
  const own = leaf?.selfSigned === true && leaf.signature.weak ? [`${leaf.subject}: signed by ${leaf.signature.algorithm}`] : []
  const [weak, spare] = [[...own, ...needed.flatMap(weaknessesOf)], others.flatMap(weaknessesOf)]
  if (weak.length > 0)
    return { status: 'critical', ...tooWeak(weak), advice: advise('get a certificate with a new key from an authority of today', renew) }
  if (spare.length > 0) return { status: 'warning', ...tooWeak(spare), advice: advise('take it out of the file: nothing needs it', show) }
  const observed = leaf === undefined ? '' : `key ${keyWords(leaf)}, signed by ${leaf.signature.algorithm}`
  return { status: 'ok', title: 'key and signature are strong', observed, advice: '' }
}

/** Keys and signatures of all that is needed; a self-signed leaf counts by its signature too, for nobody has it beforehand. `others`: what nobody needs warns. */
export const judgeStrength = (
  needed: readonly Certificate[],
  where: CertificatePlace,
  others: readonly Certificate[] = [],
): JudgedFinding<'cert.strength'> =>
  judged(where, {
    id: 'cert.strength',
    expected: `RSA of ${leastRsaBits} bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1`,
    ...strengthWords(needed, others, where),
  })
