import { describe, expect, test } from '@jest/globals'
import { again, lyingContainer, oneLine } from '../support/lying-programs.ts'
import { runRonde, temporaryFolder } from '../support/ronde.ts'

/** What `nginx -t` does in its container, and what is told of it. */
const cases: readonly (readonly [does: string, script: string, told: RegExp])[] = [
  ['prints without end', again('nginx: [emerg] x'), /^unknown/],
  ['complains without end', `${again('nginx: [warn] x')} >&2`, /^unknown/],
  ['drips', 'while :; do printf x; sleep 0.1; done', /^unknown/],
  ['ignores SIGTERM', 'trap "" TERM; while :; do sleep 1; done', /^unknown/],
  ['prints a line of 300 MB and fails', `${oneLine(300_000_000, 'nginx: [emerg] ')} >&2; exit 1`, /^critical/],
  ['prints two million warnings and is content', `${again('nginx: [warn] x', 2_000_000)} >&2; exit 0`, /^ok/],
  [
    'speaks to the runner',
    'printf "::error::evil\\n##[error]evil\\nnginx: [emerg] ::error::evil\\n::stop-commands::x\\n" >&2; exit 1',
    /^critical/,
  ],
  ['prints what is no text', 'head -c 20000000 /dev/urandom >&2; exit 1', /^critical/],
  ['says nothing and fails', 'exit 1', /^critical.*no words/],
  ['is ended by a signal', 'kill -SEGV $$', /^unknown|^critical/],
]

describe('an nginx that', () => {
  test.each(cases)(
    '%s is one finding of its service, and the endpoint beside it is told',
    async (_, script, told) => {
      await using folder = await temporaryFolder()
      lyingContainer(folder.path, script)
      const startedAt = performance.now()
      const ran = await runRonde('cert-check', {
        inputs: { 'fail-on': 'never' },
        files: {
          '.github/ronde.yml':
            'compose: { project: quiz }\ncert-check: { nginx-service: web, timeout: 8s, letsencrypt: false, endpoints: ["127.0.0.1:1"] }\n',
        },
        environment: { PATH: `${folder.path}:${process.env['PATH'] ?? ''}` },
        timeoutMs: 60_000,
      })
      expect([ran.signal, ran.exitCode, ran.log.includes('a bug of Ronde')]).toEqual([null, 0, false])
      const own = ran.findings.filter((one) => one.check === 'nginx')
      expect(own.map((one) => `${one.status} ${one.subject} ${one.observed}`)).toEqual([expect.stringMatching(told)])
      expect(ran.findings.find((one) => one.id === 'tls.reachable')).toMatchObject({ status: 'critical', subject: '127.0.0.1:1' })
      expect(ran.stdout).not.toMatch(/^::error::evil|^##\[error\]evil|^::stop-commands::x/m)
      expect(performance.now() - startedAt).toBeLessThan(30_000)
    },
    90_000,
  )
})
