import { expect, test } from '@jest/globals'
import { judgeNginx } from '../../../../../src/actions/cert-check/parts/nginx/policy.ts'

const said = (at: string, process: number) =>
  judgeNginx('web', {
    kind: 'ran',
    logs: undefined,
    finished: {
      ended: 'exit',
      exitCode: 1,
      stdout: '',
      stderr: `${at} [warn] ${process}#${process}: old\n${at} [emerg] ${process}#${process}: *3 unknown directive "x" in /etc/nginx/nginx.conf:3\nnginx: test failed\n`,
      truncated: false,
      durationMs: 1,
    },
  })

test('what nginx says of its configuration is the same at each run, without its clock and the number of its process', () => {
  const finding = said('2026/11/30 11:49:04', 28_560)
  expect(finding.observed).toBe('[emerg] unknown directive "x" in /etc/nginx/nginx.conf:3')
  expect(finding.evidence).toEqual(['[warn] old', finding.observed, 'nginx: test failed'])
  expect(said('2026/12/01 00:00:00', 7)).toEqual(finding)
})
