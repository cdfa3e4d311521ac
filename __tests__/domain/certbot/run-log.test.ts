import { describe, expect, test } from '@jest/globals'
import { parseRunLog } from '../../../src/domain/certbot/run-log.ts'
import { startCpuTime } from '../../support/cpu-time.ts'

const start = (more = '') => [
  '2026-11-26 07:00:00,100:DEBUG:certbot._internal.main:certbot version: 2.1.0',
  `2026-11-26 07:00:00,101:DEBUG:certbot._internal.main:Arguments: ['-q'${more}]`,
]
const renewal = (level: string, text: string) => `2026-11-26 07:00:01,000:${level}:certbot._internal.renewal:${text}`
const notified = (text: string) => `2026-11-26 07:00:01,000:DEBUG:certbot._internal.display.obj:Notifying user: ${text}`
const warning = (logger: string, text: string) => `2026-11-26 07:00:01,000:WARNING:${logger}:${text}`

const done = renewal('DEBUG', 'no renewal failures')
const renewed = notified('Congratulations, all renewals succeeded: ')

/** Lines of one start, and what is told of it. */
const rows: readonly (readonly [what: string, lines: readonly string[], told: object])[] = [
  ['nothing due', [...start(), notified('Certificate not yet due for renewal'), done], { outcome: 'nothing-due', dryRun: false }],
  ['a renewal', [...start(), renewed, done], { outcome: 'renewed', failures: [], hooks: [] }],
  [
    'a first certificate',
    [...start(), '2026-11-26 07:00:01,000:DEBUG:certbot._internal.storage:Writing certificate to /etc/letsencrypt/live/a/cert.pem.'],
    { outcome: 'renewed' },
  ],
  ['a dry run', [...start(", '--dry-run'"), renewed, done], { dryRun: true }],
  [
    'a failing hook of certbot 2',
    [...start(), warning('certbot.display.ops', "Hook 'deploy-hook' reported error code 7"), renewed, done],
    { outcome: 'renewed', hooks: [{ kind: 'deploy-hook', exitCode: 7 }] },
  ],
  [
    'a failing hook of certbot 1',
    [...start(), warning('certbot.compat.misc', 'deploy-hook command "/opt/x y" returned error code 127'), renewed, done],
    { outcome: 'renewed', hooks: [{ kind: 'deploy-hook', exitCode: 127 }] },
  ],
  [
    'a failure',
    [
      ...start(),
      renewal('ERROR', 'Failed to renew certificate quiz.example with error: Some challenges have failed.'),
      '2026-11-26 07:00:02,000:ERROR:certbot._internal.log:1 renew failure(s), 0 parse failure(s)',
    ],
    { outcome: 'failed', failures: [{ lineage: 'quiz.example', cause: 'Some challenges have failed.' }] },
  ],
  [
    'a broken configuration',
    [
      ...start(),
      renewal('ERROR', 'Renewal configuration file /etc/letsencrypt/renewal/quiz.example.conf is broken.'),
      '2026-11-26 07:00:02,000:ERROR:certbot._internal.log:0 renew failure(s), 1 parse failure(s)',
    ],
    { outcome: 'failed', failures: [{ lineage: 'quiz.example', cause: 'its renewal configuration cannot be used' }] },
  ],
  ['one that runs still', [...start(), renewal('INFO', 'Non-interactive renewal: random delay of 257 seconds')], { outcome: 'unfinished' }],
]

describe('a start of certbot in its log', () => {
  test.each(rows)('%s', (_what, lines, told) => {
    expect(parseRunLog(lines.join('\n'))).toMatchObject([told])
  })

  test('that only lists certificates is none', () => {
    expect(parseRunLog([...start(), notified('Found the following certs:')].join('\n'))).toEqual([])
  })

  test('several stand in one file in their order, and a head that was cut does not count', () => {
    const text = [renewed, ...start(), renewed, done, ...start(), done].join('\n')
    expect(parseRunLog(text).map((one) => one.outcome)).toEqual(['renewed', 'nothing-due'])
  })

  test('its times are those of the server', () => {
    expect(parseRunLog([...start(), done].join('\n'))[0]?.at).toBe(new Date(2026, 10, 26, 7, 0, 0, 100).getTime())
  })

  test('a hostile megabyte takes no time', () => {
    const lines = Array.from({ length: 10_000 }, () =>
      renewal('ERROR', `Failed to renew certificate ${'x'.repeat(80)} with error: ${'y'.repeat(20)}`),
    )
    const cpuTime = startCpuTime()
    const [run] = parseRunLog([...start(), ...lines, 'x'.repeat(1_000_000)].join('\n'))
    expect(cpuTime()).toBeLessThan(2_000)
    expect(run?.failures).toHaveLength(20)
  })
})
