import { describe, expect, test } from '@jest/globals'
import { follow, type RedirectPolicy, shownUrl } from '../../../src/probes/http/redirect.ts'

const hop = (url: string, method = 'GET', body?: string) => ({ url: new URL(url), method, headers: { Cookie: 'a=b' }, body })

describe('a redirect', () => {
  const rows: readonly (readonly [string, string, RedirectPolicy, string])[] = [
    ['http://a.example/x', '/y', 'same-origin', 'http://a.example/y'],
    ['http://a.example/x', '//a.example/y#part', 'same-origin', 'http://a.example/y'],
    ['http://a.example/', 'https://a.example/', 'same-origin', 'https://a.example/'],
    ['http://a.example:8080/', 'https://a.example/', 'same-origin', 'refused'],
    ['https://a.example/', 'http://a.example/', 'same-origin', 'refused'],
    ['https://a.example/', 'https://b.example/', 'same-origin', 'refused'],
    ['https://a.example/', 'https://b.example/', 'any', 'https://b.example/'],
    ['https://a.example/', 'https://user:pass@b.example/', 'any', 'https://b.example/'],
    ['https://u:p@a.example/', '/y', 'same-origin', 'https://u:p@a.example/y'],
    ['https://a.example/', 'javascript:alert(1)', 'any', 'refused'],
    ['https://a.example/', 'http://[', 'any', 'refused'],
    ['https://a.example/', '/y', 'none', 'final'],
  ]
  test.each(rows)('from %s to %s under %s leads to %s', (from, location, policy, expected) => {
    const next = follow(hop(from), { status: 302, location }, policy)
    expect('to' in next ? next.to.url.href : Object.keys(next)[0]).toBe(expected)
  })

  test.each([
    [301, 'POST', 'GET', undefined],
    [303, 'POST', 'GET', undefined],
    [307, 'POST', 'POST', 'data'],
    [308, 'POST', 'POST', 'data'],
    [302, 'HEAD', 'HEAD', undefined],
  ])('with %i turns %s into %s', (status, method, expected, body) => {
    const next = follow(hop('http://a.example/', method, 'data'), { status, location: '/y' }, 'same-origin')
    expect(next).toMatchObject({ to: { method: expected, body } })
  })

  test('without a location, or with another status, is the answer', () => {
    expect(follow(hop('http://a.example/'), { status: 302, location: undefined }, 'any')).toEqual({ final: true })
    expect(follow(hop('http://a.example/'), { status: 304, location: '/y' }, 'any')).toEqual({ final: true })
  })
})

test('a URL is shown without credentials, query values and fragment', () => {
  expect(shownUrl(new URL('https://user:pass@a.example:8443/p?token=abc&b=%2F&token=d#x'))).toBe('https://a.example:8443/p?token=…&b=…')
})
