import { expect, test } from '@jest/globals'
import { parseRenewalConf } from '../../../src/domain/certbot/renewal-conf.ts'
import { startCpuTime } from '../../support/cpu-time.ts'

const text = `# renew_before_expiry = 30 days
version = 2.1.0
archive_dir = /etc/letsencrypt/archive/quiz.example
fullchain = "/etc/letsencrypt/live/quiz.example/fullchain.pem"   # quoted

# Options used in the renewal process
[renewalparams]
authenticator = nginx
installer = nginx
renew_hook = "sh -c 'echo # no comment'" # a comment
webroot_path = /var/www,
what is this
[[webroot_map]]
authenticator = not this one
[other]
installer = nor this one
`

test('keys before the first section and those of renewalparams are read, other sections are not', () => {
  expect(parseRenewalConf(text)).toEqual({
    top: {
      version: '2.1.0',
      archive_dir: '/etc/letsencrypt/archive/quiz.example',
      fullchain: '/etc/letsencrypt/live/quiz.example/fullchain.pem',
    },
    parameters: {
      authenticator: 'nginx',
      installer: 'nginx',
      renew_hook: "sh -c 'echo # no comment'",
      webroot_path: '/var/www,',
    },
    strangeLines: [12],
  })
})

test('a megabyte without a line break, or of brackets, takes no time', () => {
  const cpuTime = startCpuTime()
  for (const hostile of [
    '['.repeat(1_000_000),
    `a = ${'"'.repeat(1_000_000)}`,
    `a = ${'\'"'.repeat(500_000)}`,
    `[${' '.repeat(1_000_000)}x`,
    Array.from({ length: 2_000 }, () => `[${' '.repeat(9_000)}x`).join('\n'),
  ])
    parseRenewalConf(hostile)
  expect(cpuTime()).toBeLessThan(2_000)
})
