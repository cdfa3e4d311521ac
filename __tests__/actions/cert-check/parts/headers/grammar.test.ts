import { expect, test } from '@jest/globals'
import { hstsSeconds, isFramingLimited, isNosniff, referrerPolicy } from '../../../../../src/actions/cert-check/parts/headers/grammar.ts'

test.each([
  ['max-age=31536000', 31_536_000],
  ['max-age=31536000; includeSubDomains; preload', 31_536_000],
  ['includeSubDomains; max-age="31536000"', 31_536_000],
  [' max-age = 31536000 ; includeSubDomains ', 31_536_000],
  ['MAX-AGE=1;', 1],
  [';; max-age=1 ;;', 1],
  ['max-age=31536000, max-age=0', 31_536_000],
  ['x="a, b"; max-age=7', 7],
  ['max-age=31536000abc', 0],
  ['max-age=31536000; max-age=0', 0],
  ['max-age=1; includeSubDomains; includesubdomains', 0],
  ['max-age=', 0],
  ['max-age', 0],
  ['max-age=-1', 0],
  ['max-age=1 2', 0],
  ['includeSubDomains', 0],
  ['max-age="1', 0],
  ['', 0],
])('HSTS %j is %d s', (header, seconds) => {
  expect(hstsSeconds(header)).toBe(seconds)
})

test.each([
  ['DENY', '', true],
  ['sameorigin', '', true],
  ['ALLOW-FROM https://a.example', '', false],
  ['DENY-x', '', false],
  ['', '', false],
  ['', "frame-ancestors 'none'", true],
  ['', "default-src 'self'; frame-ancestors https://a.example", true],
  ['', 'frame-ancestors', true],
  ['', 'frame-ancestors *', false],
  ['', 'frame-ancestors https:', false],
  ['', "frame-ancestors 'self' https://*", false],
  ['', "frame-ancestors *, frame-ancestors 'none'", true],
  ['', "frame-ancestors *; frame-ancestors 'none'", false],
  // Where a policy names ancestors, browsers do not read the older header.
  ['DENY', 'frame-ancestors *', false],
  ['DENY', "default-src 'self'", true],
])('X-Frame-Options %j with the policy %j limits framing: %s', (frames, policy, limited) => {
  expect(isFramingLimited(frames, policy)).toBe(limited)
})

test.each([
  ['nosniff', true],
  [' NoSniff , x', true],
  ['nosniff-x', false],
  ['x, nosniff', false],
])('X-Content-Type-Options %j: %s', (header, good) => {
  expect(isNosniff(header)).toBe(good)
})

test.each([
  ['unsafe-url, strict-origin-when-cross-origin', 'strict-origin-when-cross-origin'],
  ['no-referrer, unsafe-url', 'unsafe-url'],
  ['same-origin, of-tomorrow', 'same-origin'],
  ['of-tomorrow', undefined],
  ['', undefined],
])('Referrer-Policy %j is %s', (header, policy) => {
  expect(referrerPolicy(header)).toBe(policy)
})
