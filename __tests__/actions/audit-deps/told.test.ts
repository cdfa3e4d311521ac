import { describe, expect, test } from '@jest/globals'
import { commentText } from '../../../src/actions/audit-deps/comment-text.ts'
import { type AuditTotals, noTotals, overviewOf } from '../../../src/actions/audit-deps/overview.ts'
import { judgeApt } from '../../../src/actions/audit-deps/parts/os-updates/policy.ts'
import { adviceOf } from '../../../src/actions/audit-deps/parts/packages/advice.ts'
import { judgeIgnores } from '../../../src/actions/audit-deps/parts/packages/ignores.ts'
import {
  judgeAdvisory,
  judgeCleanChange,
  judgeCleanFile,
  judgeFiles,
  judgeNoBase,
  judgeNoFiles,
  judgeSourceTrouble,
} from '../../../src/actions/audit-deps/parts/packages/policy.ts'
import { rankAdvisory } from '../../../src/actions/audit-deps/rank.ts'
import { couldNotLook, saw } from '../../../src/contract/seen.ts'
import type { IgnoreEntry } from '../../../src/domain/packages/ignore.ts'
import type { Advisory } from '../../../src/domain/packages/match.ts'
import type { LockedPackage } from '../../../src/domain/packages/package.ts'
import { toldOf, toldOn } from '../../support/told.ts'

const page = toldOn('__tests__/actions/audit-deps/told.txt')

const place = (given: Partial<LockedPackage> = {}): LockedPackage => ({
  ecosystem: 'npm',
  name: 'leftpad',
  version: '1.0.0',
  scope: 'runtime',
  file: 'web/package-lock.json',
  tool: 'package-lock.json',
  line: 12,
  way: ['leftpad'],
  ...given,
})
const advisory = (given: Partial<Advisory> = {}): Advisory => ({
  ecosystem: 'npm',
  name: 'leftpad',
  version: '1.0.0',
  records: ['GHSA-aaaa'],
  ids: ['CVE-2026-1', 'GHSA-aaaa'],
  summary: 'it pads wrongly',
  severity: { name: 'high', score: 7.5, source: 'CVSS 3.1 7.5' },
  fixed: '1.0.1',
  url: 'https://osv.dev/vulnerability/GHSA-aaaa',
  places: [place()],
  ...given,
})
const by = (tool: string, way: readonly string[] = ['leftpad'], file = tool): Advisory => advisory({ places: [place({ tool, file, way })] })

type Options = Parameters<typeof rankAdvisory>[1]
const usual: Options = {
  severity: { runtime: 'high', dev: 'critical' },
  'unknown-severity': 'warning',
  'critical-packages': ['django'],
  'only-fixable': false,
}
const none = { kev: new Set<string>(), epss: new Map<string, number>(), troubles: [] }
const ranked = (one: Advisory, options: Partial<Options> = {}, exploited: Partial<typeof none> = {}): readonly string[] => {
  const rank = rankAdvisory(one, { ...usual, ...options }, { ...none, ...exploited })
  if (rank === undefined) return ['left out']
  const judged = judgeAdvisory(rank)
  return [...toldOf(judged), `certainty: ${judged.certainty}`]
}
const medium = { name: 'medium', score: undefined, source: 'GHSA' } as const
const unknown = { name: 'unknown', score: undefined, source: 'nobody' } as const

const entry = (given: Partial<IgnoreEntry> = {}): IgnoreEntry => ({
  id: 'CVE-2026-1',
  reason: 'not reachable',
  expires: '2026-12-31',
  line: 3,
  ...given,
})
const use = (daysLeft: number, used = true, complete = true, given: Partial<IgnoreEntry> = {}) =>
  toldOf(judgeIgnores('.ronde-ignore.yml', { entries: [], mistakes: [] }, [{ entry: entry(given), used, daysLeft }], complete))

const totals = (given: Partial<AuditTotals> = {}): AuditTotals => ({
  ...noTotals,
  packages: 214,
  files: [{ path: 'a', packages: 214 }],
  ...given,
})
const found = (given: Partial<AuditTotals> = {}) =>
  totals({
    vulnerabilities: [advisory()],
    sarif: [{ advisory: advisory(), status: 'critical', advice: 'run `npm update leftpad`' }],
    ...given,
  })
const compared = { base: '0123456789abcdef', before: 1, isWhole: true }
const overview = (given: AuditTotals) => {
  const { outputs, facts } = overviewOf(given)
  return [JSON.stringify(outputs), ...Object.entries(facts).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)]
}
const comment = (given: AuditTotals) =>
  commentText(given, 'https://github.example/run/1')
    .split('\n')
    .filter((line) => line !== '')

const now = Date.parse('2026-11-30T12:00:00Z')
const dayMs = 24 * 3_600_000
const pending = (count: number) =>
  Array.from({ length: count }, (_, nth) => ({ name: `lib${nth}`, installed: '1', next: '2', isSecurity: true }))
const apt = (count: number, listsAt: number | undefined = now) =>
  toldOf(judgeApt(saw({ updates: [...pending(count), { name: 'curl', installed: '7', next: '8', isSecurity: false }], listsAt }, now), now))

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['an advisory', () => ranked(advisory())],
  [
    'one of medium severity without a score, by way of another',
    () => ranked(advisory({ severity: medium, places: [place({ way: ['web', 'leftpad'] })] })),
  ],
  ['one for development', () => ranked(advisory({ places: [place({ scope: 'dev' })] }))],
  [
    'a critical one for development',
    () => ranked(advisory({ severity: { name: 'critical', score: 9.8, source: 'CVSS 3.1 9.8' }, places: [place({ scope: 'dev' })] })),
  ],
  ['one for development and for the run', () => ranked(advisory({ places: [place({ scope: 'dev' }), place({ line: 40 })] }))],
  ['one without a severity', () => ranked(advisory({ severity: unknown, summary: '' }))],
  ['one without a severity, which is ignored', () => ranked(advisory({ severity: unknown }), { 'unknown-severity': 'ignore' })],
  ['one without a fix', () => ranked(advisory({ fixed: undefined }))],
  ['one without a fix, where only what can be mended counts', () => ranked(advisory({ fixed: undefined }), { 'only-fixable': true })],
  [
    'malware, where only what can be mended counts',
    () => ranked(advisory({ fixed: undefined, records: ['MAL-2026-1'], severity: unknown }), { 'only-fixable': true }),
  ],
  [
    'one that is exploited',
    () =>
      ranked(
        advisory({ severity: medium }),
        {},
        {
          kev: new Set(['CVE-2026-1']),
          epss: new Map([
            ['CVE-2026-1', 0.0512],
            ['GHSA-aaaa', 0.0513],
          ]),
        },
      ),
  ],
  ['one that is likely to be exploited', () => ranked(advisory(), {}, { epss: new Map([['CVE-2026-1', 0.9512]]) })],
  ['one that is as likely as not worth a digit', () => ranked(advisory(), {}, { epss: new Map([['CVE-2026-1', 0.1]]) })],
  [
    'one of a critical package',
    () => ranked(advisory({ severity: medium, name: 'django', ecosystem: 'PyPI' }), { 'critical-packages': ['Django'] }),
  ],
  [
    'a word of a vendor on a critical package',
    () => ranked(advisory({ severity: medium, records: ['RHSA-2026:1'] }), { 'critical-packages': ['leftpad'] }),
  ],
  ['one at 21 places', () => ranked(advisory({ places: Array.from({ length: 21 }, (_, line) => place({ line: line + 1 })) })).slice(-4)],
  ['one at no place', () => ranked(advisory({ places: [] }))],

  ...[
    'requirements.txt',
    'pyproject.toml',
    'poetry.lock',
    'Pipfile.lock',
    'uv.lock',
    'pdm.lock',
    'package-lock.json',
    'yarn 1',
    'yarn berry',
    'pnpm-lock.yaml',
    'bun.lock',
    'image',
  ].map((tool): [string, () => readonly string[]] => [
    `how to mend by ${tool}`,
    () => [
      adviceOf(by(tool, ['leftpad'], 'web/lock')),
      adviceOf(by(tool, ['a', 'leftpad'], 'lock')),
      adviceOf({ ...by(tool), name: '$(touch x)' }),
    ],
  ]),
  ['how to mend without a way', () => [adviceOf(by('bun.lock', []))]],

  ['a file without any', () => toldOf(judgeCleanFile('a.lock', 1, ['an odd line']))],
  ['a file of two packages without any', () => toldOf(judgeCleanFile('a.lock', 2, []))],
  ['a change that brings one package', () => toldOf(judgeCleanChange(1, 0))],
  ['a change that brings nothing', () => toldOf(judgeCleanChange(2, 3))],
  [
    'one package that is not pinned',
    () => toldOf(judgeFiles({ packages: [], unpinned: [{ path: 'r.txt', line: 4, name: 'flask', wanted: '>=2' }], troubles: [] })),
  ],
  [
    'four packages that are not pinned, and a file that could not be read',
    () =>
      toldOf(
        judgeFiles({
          packages: [],
          unpinned: ['a', 'b', 'c', 'd'].map((name, line) => ({ path: 'r.txt', line: line + 1, name, wanted: 'any' })),
          troubles: [
            { path: 'b.lock', line: 7, cause: 'it is no JSON' },
            { path: 'b.lock', line: 9, cause: 'it is too long' },
          ],
        }),
      ),
  ],
  [
    '52 packages that are not pinned',
    () => [
      `${judgeFiles({ packages: [], unpinned: Array.from({ length: 52 }, (_, line) => ({ path: 'r.txt', line, name: 'a', wanted: 'any' })), troubles: [] })[0]?.evidence.length}`,
    ],
  ],
  ['a source that does not answer', () => toldOf(judgeSourceTrouble({ subject: 'osv', cause: 'status 503', advice: 'run it again' }))],
  ['no base', () => toldOf(judgeNoBase({ cause: 'no such commit', advice: 'fetch it' }))],
  ['no file', () => toldOf(judgeNoFiles())],

  ['an entry that ended yesterday', () => use(-1)],
  [
    'an entry that ended, in an audit that is not whole',
    () => use(-1, false, false, { package: 'leftpad', version: '1.0.0', path: 'web' }),
  ],
  ['an entry that ends today', () => use(0)],
  ['an entry that ends tomorrow', () => use(1)],
  ['an entry that ends in 14 days', () => use(14)],
  ['an entry that ends in 15 days', () => use(15)],
  ['an entry that nothing uses', () => use(15, false)],
  ['an entry that nothing uses, in an audit that is not whole', () => use(15, false, false)],
  [
    'an entry that is none',
    () => toldOf(judgeIgnores('.ronde-ignore.yml', { entries: [], mistakes: [{ line: 2, text: 'reason: missing' }] }, [], true)),
  ],

  ['an audit without files', () => overview(noTotals)],
  ['an audit of one file', () => overview(found({ critical: 1, ignored: 1, leftOut: 2, requests: 3 }))],
  [
    'an audit of two vulnerabilities in two files, beside a base',
    () =>
      overview(
        found({
          packages: 1,
          files: [
            { path: 'a', packages: 1 },
            { path: 'b', packages: 0 },
          ],
          vulnerabilities: [advisory(), advisory({ fixed: undefined, ids: [] })],
          compared,
        }),
      ),
  ],

  ['a comment on a change that brings nothing', () => comment(totals())],
  [
    'a comment on a change that brings nothing, where one was there before and one is accepted',
    () => comment(totals({ compared, ignored: 1 })),
  ],
  ['a comment on a change that brings one', () => comment(found())],
  [
    'a comment on a change that brings two, one of them critical',
    () =>
      comment(
        found({
          critical: 1,
          ignored: 2,
          compared: { ...compared, before: 2 },
          vulnerabilities: [
            advisory({ fixed: undefined, places: [place(), place({ way: ['web', 'leftpad'] })] }),
            advisory({ ids: ['A', 'B', 'C', 'D'] }),
          ],
        }),
      ),
  ],
  [
    'a comment with too many commands',
    () => [
      String(
        comment(
          found({
            sarif: Array.from({ length: 22 }, (_, nth) => ({ advisory: advisory(), status: 'warning' as const, advice: `do ${nth >> 0}` })),
          }),
        ).filter((line) => line.startsWith('- ')).length,
      ),
    ],
  ],
  ['a comment that is too long', () => comment(found({ vulnerabilities: Array.from({ length: 2_000 }, () => advisory()) })).slice(-2)],

  ['no update', () => apt(0)],
  ['one update', () => apt(1)],
  ['six updates, by lists of a week', () => apt(6, now - 7 * dayMs)],
  ['52 updates', () => [String(judgeApt(saw({ updates: pending(52), listsAt: now }, now), now)[0]?.evidence.length)]],
  ['lists of yesterday', () => apt(0, now - dayMs).slice(-3)],
  ['lists of eight days', () => apt(0, now - 8 * dayMs).slice(-4)],
  ['no lists', () => toldOf(judgeApt(saw({ updates: [], listsAt: undefined }, now), now)).slice(-4)],
  ['no apt', () => toldOf(judgeApt(couldNotLook('apt-get is not on this machine', 'leave it out'), now))],
]
describe('what people are told of dependencies', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})
