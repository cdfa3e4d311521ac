import { describe, expect, test } from '@jest/globals'
import { failureOf, failureOfConnect, failureOfLookup, type Phase } from '../../../src/probes/net/fault.ts'

/** The table of docs/checks/endpoints.md for what cannot be made to happen on a test machine at will. */
const rows: readonly (readonly [string, Phase, string])[] = [
  ['ECONNREFUSED', 'connect', 'refused'],
  ['EHOSTUNREACH', 'connect', 'unreachable'],
  ['ETIMEDOUT', 'connect', 'timeout'],
  ['ECONNRESET', 'connect', 'reset'],
  ['EPIPE', 'first-byte', 'reset'],
  ['ENETUNREACH', 'connect', 'not seen'],
  ['ENETDOWN', 'connect', 'not seen'],
  ['EADDRNOTAVAIL', 'connect', 'not seen'],
  ['EACCES', 'connect', 'not seen'],
  ['EMFILE', 'connect', 'not seen'],
  ['ESOMETHINGNEW', 'connect', 'not seen'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'tls'],
  ['ECONNRESET', 'tls', 'reset'],
  ['ESOMETHINGNEW', 'tls', 'tls'],
  ['CERT_NOT_YET_VALID', 'tls', 'certificate'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls', 'certificate'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'certificate'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', 'certificate'],
]

describe('an error code', () => {
  test.each(rows)('%s while in %s is %s', (code, phase, expected) => {
    const failure = failureOf(code, phase)
    expect('fault' in failure ? failure.fault.kind : 'not seen').toBe(expected)
  })

  test.each([
    [['ENETUNREACH', 'ECONNREFUSED'], 'refused'],
    [['ECONNREFUSED', 'ENETUNREACH'], 'refused'],
    [['ENETUNREACH', 'ENETUNREACH'], 'not seen'],
    [[], 'not seen'],
  ])('of several addresses, %j, is %s', (codes, expected) => {
    const failure = failureOfConnect(codes)
    expect('fault' in failure ? failure.fault.kind : 'not seen').toBe(expected)
  })

  test.each([
    [['ENOTFOUND', 'ENODATA'], 'unresolved'],
    [['ENOTFOUND', 'ESERVFAIL'], 'not seen'],
    [['ETIMEOUT', 'ETIMEOUT'], 'not seen'],
    [['EAI_AGAIN'], 'not seen'],
  ])('of a look-up, %j, is %s', (codes, expected) => {
    const failure = failureOfLookup(codes)
    expect('fault' in failure ? failure.fault.kind : 'not seen').toBe(expected)
  })
})
