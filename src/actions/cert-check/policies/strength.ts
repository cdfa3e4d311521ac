import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import { advise, type CertificatePlace, judged } from './where.ts'

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

/** Keys and signatures of all that is needed; a self-signed leaf counts by its signature too, for nobody has it beforehand. `others`: what nobody needs warns. */
export const judgeStrength = (
  needed: readonly Certificate[],
  where: CertificatePlace,
  others: readonly Certificate[] = [],
): JudgedFinding<'cert.strength'> => {
  const [leaf] = needed
  const own = leaf?.selfSigned === true && leaf.signature.weak ? [`${leaf.subject}: signed by ${leaf.signature.algorithm}`] : []
  const weak = [...own, ...needed.flatMap(weaknessesOf)]
  const spare = weak.length > 0 ? [] : others.flatMap(weaknessesOf)
  const all = [...weak, ...spare]
  const seen = leaf === undefined ? '' : `key ${keyWords(leaf)}, signed by ${leaf.signature.algorithm}`
  const renewed = advise('get a certificate with a new key from an authority of today', where.renew)
  const shortened = advise('take it out of the file: nothing needs it', where.show)
  return judged(where, {
    id: 'cert.strength',
    status: weak.length > 0 ? 'critical' : spare.length > 0 ? 'warning' : 'ok',
    title: all.length > 0 ? 'key or signature is too weak' : 'key and signature are strong',
    observed: all.length > 0 ? all.slice(0, 3).join('; ') : seen,
    expected: `RSA of ${leastRsaBits} bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1`,
    advice: weak.length > 0 ? renewed : spare.length > 0 ? shortened : '',
    evidence: all,
  })
}
