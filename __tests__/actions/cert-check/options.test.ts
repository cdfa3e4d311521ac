import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { action } from '../../../src/actions/cert-check/action.ts'
import { options } from '../../../src/actions/cert-check/options.ts'
import { showCommand, targetsOf } from '../../../src/actions/cert-check/parts/endpoints/target.ts'
import type { Registry } from '../../../src/contract/registry.ts'
import { actions } from '../../../src/registry.generated.ts'
import { parsedOptions } from '../../support/cert-check.ts'
import { mistakesOf, parseTold } from '../../support/parse-run.ts'

const schema = z.strictObject(options)
const one = (written: unknown) => schema.parse({ endpoints: [written] }).endpoints?.[0]

describe('an endpoint', () => {
  test.each([
    ['quiz.example', { host: 'quiz.example', port: 443 }],
    ['Quiz.Example.:8443', { host: 'quiz.example', port: 8443 }],
    ['[::1]:443', { host: '::1', port: 443 }],
    ['[2001:db8::1]', { host: '2001:db8::1', port: 443 }],
    ['192.0.2.1:443', { host: '192.0.2.1', port: 443 }],
    ['bücher.example', { host: 'xn--bcher-kva.example', port: 443 }],
    ['smtp.quiz.example:587?starttls=smtp', { host: 'smtp.quiz.example', port: 587, starttls: 'smtp' }],
    ['db?starttls=postgres', { host: 'db', port: 5432, starttls: 'postgres' }],
    ['10.0.0.1:443?servername=quiz.example', { host: '10.0.0.1', port: 443, servername: 'quiz.example' }],
    [{ host: 'quiz.example' }, { host: 'quiz.example', port: 443 }],
    [
      { host: 'mail', starttls: 'imap', servername: 'mail.quiz.example' },
      { host: 'mail', port: 143, starttls: 'imap', servername: 'mail.quiz.example' },
    ],
    ['https://quiz.example/', { host: 'quiz.example', port: 443 }],
    ['HTTPS://quiz.example:8443', { host: 'quiz.example', port: 8443 }],
    ['https://[::1]/', { host: '::1', port: 443 }],
  ])('%p', (written, expected) => {
    expect(one(written)).toMatchObject(expected)
  })

  test.each([
    ['quiz.example:70000', 'port 70000 is not a number from 1 to 65535'],
    ['quiz.example:0', 'port 0 is not a number from 1 to 65535'],
    ['quiz.example:https', 'port https is not a number from 1 to 65535'],
    ['https://quiz.example/api/health', '"https://quiz.example/api/health" has a path or more; write quiz.example:443'],
    ['https://ana:hunter2@quiz.example/', '"https://***@quiz.example/" has a path or more; write quiz.example:443'],
    ['smtps://mail.example:465', '"smtps://mail.example:465" has a scheme; write mail.example:465'],
    ['::1', 'an IPv6 address stands in brackets; write [::1]:443'],
    ['::1:9547', 'an IPv6 address stands in brackets; write [::1:9547]:443'],
    ['two.example :9545', '"two.example :9545" is not an endpoint such as quiz.example:443 or smtp.quiz.example:587?starttls=smtp'],
    ['[::1::2]:443', '"::1::2" is not an IPv6 address'],
    ['user@quiz.example', '"user@quiz.example" is not an endpoint such as quiz.example:443'],
    ['quiz.example/path', '"quiz.example/path" is not an endpoint such as quiz.example:443'],
    ['quiz..example', '"quiz..example" is not a host name or an address'],
    ['-quiz.example', '"-quiz.example" is not a host name or an address'],
    ['2130706433', '"2130706433" is not a host name or an address; write 127.0.0.1'],
    ['quiz.example?starttls=smtps', 'starttls "smtps" is not one of smtp, imap, pop3, ftp, ldap, postgres, mysql; did you mean smtp?'],
    ['quiz.example?server-name=x', '"server-name" is not one of starttls, servername; did you mean servername?'],
    ['quiz.example?servername=a b', '"quiz.example?servername=a b" is not an endpoint'],
  ])('%p is a mistake, with what to write', async (written, message) => {
    const lines = await mistakesOf({ action, inputs: { endpoints: written } })
    expect(lines.join('\n')).toContain(`input endpoints, line 1: ${message}`)
  })

  test('of files means nothing with **', async () => {
    expect((await mistakesOf({ action, inputs: { files: '/etc/**/x.pem' } })).join()).toContain('input files, line 1: holds `**`')
  })

  test('that is an IPv6 address needs no YAML as an input, and every mistake is told at once with its line', async () => {
    const run = await parseTold({ action, inputs: { endpoints: '[::1]:443\nquiz.example' } })
    expect(run.options['endpoints']).toMatchObject([{ host: '::1' }, { host: 'quiz.example' }])
    expect(await mistakesOf({ action, inputs: { endpoints: 'a.example:0\nb.example\nhttp://c.example', 'ca-file': 'ca.pem' } })).toEqual([
      'input endpoints, line 1: port 0 is not a number from 1 to 65535',
      'input endpoints, line 3: "http://c.example" has a scheme; write c.example:443',
      expect.stringContaining('input ca-file: "ca.pem" is not an absolute path'),
    ])
  })

  test('that stands there twice is a mistake; the same place by two names is not', () => {
    expect(schema.safeParse({ endpoints: ['quiz.example', 'QUIZ.example:443'] }).success).toBe(false)
    const targets = targetsOf(parsedOptions({ endpoints: ['10.0.0.1?servername=a.example', '10.0.0.1?servername=b.example'] }))
    expect(targets.map((target) => target.subject)).toEqual(['10.0.0.1:443', '10.0.0.1:443 (b.example)'])
  })
})

test('braces are no part of a pattern, and are told once', async () => {
  const lines = await mistakesOf({ action, inputs: { files: '/etc/ssl/*.{crt,pem}' } })
  expect(lines).toEqual([expect.stringMatching(/^input files, .*braces, which are no part of a pattern/)])
})

describe('without endpoints of its own', () => {
  test('those of health-check that speak HTTPS from here are taken, each place once', () => {
    const borrowed = [
      { url: 'https://quiz.example/' },
      { url: 'https://quiz.example/api/health', ca: '/etc/ca.pem' },
      { url: 'http://plain.example/' },
      { url: 'tcp://db:5432' },
      { url: 'https://inside.example/', from: 'web' },
      { url: 'https://unverified.example/', 'tls-verify': false },
      { url: 'https://[::1]:8443/', 'server-name': 'Quiz.example' },
    ]
    const targets = targetsOf({ ...parsedOptions({}), 'health-check': { endpoints: borrowed } })
    expect(targets.map(({ subject, serverName, asked }) => [subject, serverName, asked])).toEqual([
      ['quiz.example:443', 'quiz.example', false],
      ['[::1]:8443', 'quiz.example', false],
    ])
  })

  test('they come from ronde.yml, with the override of the server; a secret in them need not be set', async () => {
    const file = `
health-check: { endpoints: [{ url: "https://quiz.example/", headers: { Authorization: "Bearer \${NOT_SET}" } }] }
servers: { a: {}, b: { health-check: { endpoints: ["https://b.example/"] } } }
`
    const of = async (server: string) => (await parseTold({ action, file, inputs: { server } })).options['health-check']
    expect(await of('a')).toMatchObject({ endpoints: [{ url: 'https://quiz.example/' }] })
    expect(await of('b')).toMatchObject({ endpoints: [{ url: 'https://b.example/' }] })
  })

  test.each([
    ['cert-check: {}\n', []],
    ['health-check: {}\n', ['health-check']],
    ['servers: { a: { health-check: {} } }\n', ['health-check']],
  ])('of %j loads only who lends: that costs every start', async (file, loads) => {
    const asked: string[] = []
    const registry: Registry = {
      ...actions,
      'health-check': () => {
        asked.push('health-check')
        return actions['health-check']?.() ?? Promise.reject(new Error('gone'))
      },
    }
    await parseTold({ action, file, registry, inputs: file.startsWith('servers') ? { server: 'a' } : {} })
    expect([...new Set(asked)]).toEqual(loads)
  })

  test('a mistake in what is borrowed is told at its place', async () => {
    const lines = await mistakesOf({ action, file: 'health-check:\n  endpoints: [quiz.example]\n' })
    expect(lines.join('\n')).toContain('2:15  health-check.endpoints[0]: "quiz.example" has no scheme')
  })
})

test.each([
  ['quiz.example', 'openssl s_client -connect quiz.example:443 -servername quiz.example -showcerts'],
  ['[::1]:443', "openssl s_client -connect '[::1]:443' -showcerts"],
  [
    '10.0.0.1:25?starttls=smtp&servername=m.example',
    'openssl s_client -connect 10.0.0.1:25 -servername m.example -starttls smtp -showcerts',
  ],
])('%s is shown by a command that can be pasted', (written, command) => {
  const [target] = targetsOf(parsedOptions({ endpoints: [written] }))
  expect(target && showCommand(target)).toBe(command)
})
