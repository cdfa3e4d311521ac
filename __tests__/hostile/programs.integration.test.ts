import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { runRonde, temporaryFolder } from '../support/ronde.ts'

/** A `docker` that does this to every call; the engine's owner could put it there, and a broken engine behaves like it. */
const cases = [
  ['prints without end', 'exec yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
  ['complains without end', 'exec yes "env file unknown flag x" >&2'],
  [
    'complains in one endless line, then fails',
    'head -c 60000000 /dev/zero | tr "\\0" " " | sed "s/ /env file validating unknown flag /g" >&2; exit 1',
  ],
  ['prints a gigabyte of zeros, then ends well', 'head -c 1000000000 /dev/zero'],
  ['drips', 'while :; do printf x; done'],
  ['ignores SIGTERM', 'trap "" TERM; while :; do sleep 1; done'],
  ['leaves a grandchild that holds its pipes', 'setsid sleep 300 & exit 0'],
  ['prints deep JSON', 'head -c 4000000 /dev/zero | tr "\\0" "["'],
  ['prints four million values', 'printf "["; yes 0, | head -n 3000000 | tr -d "\\n"; printf "0]"'],
  ['prints a million lines that are no JSON', 'yes "[1]" | head -n 1000000'],
] as const

test.each(cases)(
  'a docker that %s makes a look at compose unknown, and the rest is told',
  async (_, script) => {
    await using folder = await temporaryFolder()
    const docker = join(folder.path, 'docker')
    await writeFile(docker, `#!/bin/sh\n${script}\n`)
    await chmod(docker, 0o755)
    const { findings, exitCode, signal, reports, orphans } = await runRonde('health-check', {
      files: {
        '.github/ronde.yml':
          'compose: { project: quiz }\nhealth-check: { checks: [compose, endpoints], timeout: 8s, endpoints: [{ url: "tcp://127.0.0.1:1", attempts: 1 }] }\n',
      },
      environment: { PATH: `${folder.path}:${process.env['PATH'] ?? ''}` },
      timeoutMs: 120_000,
    })
    expect({ exitCode, signal, status: reports[0]?.status }).toEqual({ exitCode: 1, signal: null, status: 'critical' })
    expect(findings.filter((one) => one.status === 'unknown').length).toBeGreaterThan(0)
    expect(findings.some((one) => one.subject.includes('127.0.0.1:1') && one.status === 'critical')).toBe(true)
    expect(orphans.filter((one) => !one.includes('sleep 300'))).toEqual([])
  },
  150_000,
)
