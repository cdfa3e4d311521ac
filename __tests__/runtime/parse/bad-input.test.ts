import { describe, expect, test } from '@jest/globals'
import { createRedactor } from '../../../src/core/redact/redact.ts'
import { mistakesOf, parseTold, type Told } from '../../support/parse-run.ts'

/** The whole error of one bad file, below its headline. */
const inFile: readonly { what: string; file: string; lines: readonly string[] }[] = [
  {
    what: 'an unknown key in an endpoint',
    file: 'health-check:\n  endpoints:\n  - url: https://quiz.example\n    max-latncy: 200ms\n',
    lines: ['4:5  health-check.endpoints[0].max-latncy: unknown key; did you mean max-latency?'],
  },
  { what: 'an unknown section', file: 'helth-check: {}\n', lines: ['1:1  helth-check: unknown key; did you mean health-check?'] },
  { what: 'a word nobody knows', file: 'zzz: {}\n', lines: ['1:1  zzz: unknown key'] },
  {
    what: 'an unknown option',
    file: 'health-check: { quik: true }\n',
    lines: ['1:17  health-check.quik: unknown key; did you mean quick?'],
  },
  {
    what: 'an inverted threshold',
    file: 'health-check:\n  thresholds: { cpu: [95%, 80%], disk-free: [10%, 20%] }\n',
    lines: [
      '2:22  health-check.thresholds.cpu: warning 95 % is above critical 80 %',
      '2:45  health-check.thresholds.disk-free: warning 10 % is below critical 20 %',
    ],
  },
  {
    what: 'a threshold that is not one',
    file: 'health-check: { thresholds: { cpu: high } }\n',
    lines: ['1:36  health-check.thresholds.cpu: "high" is not a percentage such as 80%'],
  },
  {
    what: 'a threshold of three values',
    file: 'health-check: { thresholds: { cpu: [80%, 90%, 95%] } }\n',
    lines: ['1:36  health-check.thresholds.cpu: expected one or two values: [warning, critical]'],
  },
  {
    what: 'a wrong unit',
    file: 'health-check:\n  endpoints:\n    - { url: https://a.example, max-latency: 200MB }\n    - { url: https://b.example, max-latency: 200 }\n',
    lines: [
      '3:46  health-check.endpoints[0].max-latency: "200MB" is not a duration such as 200ms, 30s, 15m, 26h or 30d',
      '4:46  health-check.endpoints[1].max-latency: "200" has no unit; write 200ms, 200s or 200m',
    ],
  },
  {
    what: 'a duplicate endpoint beside another mistake',
    file: 'health-check:\n  endpoints:\n    - https://a.example\n    - quiz.example\n    - { name: again, url: https://a.example }\n',
    lines: [
      '4:7  health-check.endpoints[1]: "quiz.example" has no scheme; write https://quiz.example',
      '5:7  health-check.endpoints[2]: the same as endpoints[0]',
    ],
  },
  {
    what: 'an endpoint without its URL',
    file: 'health-check:\n  endpoints:\n    - name: home\n',
    lines: ['3:7  health-check.endpoints[0].url: missing'],
  },
  {
    what: 'an endpoint that is a number',
    file: 'health-check: { endpoints: [5] }\n',
    lines: ['1:29  health-check.endpoints[0]: expected text or a mapping, found 5'],
  },
  {
    what: 'an unknown check',
    file: 'health-check: { checks: [postgress] }\n',
    lines: ['1:26  health-check.checks[0]: "postgress" is not one of compose, endpoints, postgres; did you mean postgres?'],
  },
  {
    what: 'a word for a boolean',
    file: 'health-check: { quick: yes }\n',
    lines: ['1:24  health-check.quick: expected true or false, found "yes"'],
  },
  { what: 'a section that is a list', file: 'health-check: [quick]\n', lines: ['1:15  health-check: expected a mapping, found a list'] },
  {
    what: 'a common section that is text',
    file: 'compose: quiz\n',
    lines: ['1:10  compose: expected a mapping, found "quiz", such as { directory: /srv/quiz }'],
  },
  {
    what: 'a time zone of the other kind',
    file: 'time-zone: GMT+4\n',
    lines: ['1:12  time-zone: "GMT+4" is not an IANA zone or an offset such as +04:00'],
  },
  {
    what: 'a common option in a section',
    file: 'health-check: { time-zone: Mars }\n',
    lines: ['1:28  health-check.time-zone: "Mars" is not an IANA zone or an offset such as +04:00'],
  },
  {
    what: 'a secret that is not set',
    file: 'database: { url: "${DATABASE_URL}" }\n',
    lines: ['1:18  database.url: ${DATABASE_URL} is not set in the environment'],
  },
  {
    what: 'a secret of a header that is not set',
    file: 'health-check: { endpoints: [{ url: "https://a.example", headers: { Authorization: "Bearer ${API_TOKEN}" } }] }\n',
    lines: ['1:83  health-check.endpoints[0].headers["Authorization"]: ${API_TOKEN} is not set in the environment'],
  },
  {
    what: 'a database URL of another kind, which is not shown',
    file: 'database: { url: "mysql://quiz:hunter2@db/quiz" }\n',
    lines: [
      '1:18  database.url: expected a URL such as postgresql://user@host:5432/name (what is there is not shown: it may hold a password)',
    ],
  },
  {
    what: 'a name where nothing is replaced',
    file: 'health-check:\n  endpoints:\n    - { url: "http://127.0.0.1/x?t=${TOKEN}", name: "${NAME:-x}" }\nserver: "${SERVER}"\n',
    lines: [
      '3:14  health-check.endpoints[0].url: "${TOKEN}" stays as it is written; names are replaced only in secrets',
      '3:53  health-check.endpoints[0].name: "${NAME:-x}" stays as it is written; names are replaced only in secrets',
      '4:9   server: "${SERVER}" stays as it is written; names are replaced only in secrets',
    ],
  },
  {
    what: 'an expression of a workflow, wherever it stands',
    file:
      'health-check:\n  endpoints:\n    - { url: https://a.example, headers: { authorization: "Bearer ${{ secrets.T }}" } }\n' +
      'contacts: { technical: ["${{ vars.OPS }}"] }\nbackup: { root: "${{ github.workspace }}" }\n',
    lines: [
      '3:59  health-check.endpoints[0].headers["authorization"]: ${{ … }} is evaluated in workflows only; write ${T} and give it by `env:` of the step',
      '4:25  contacts.technical[0]: ${{ … }} is evaluated in workflows only; write the value itself, or give it as an input of the step',
      '5:17  backup.root: ${{ … }} is evaluated in workflows only; write the value itself, or give it as an input of the step',
    ],
  },
  {
    what: 'a default beside a name',
    file: 'health-check: { endpoints: [{ url: https://a.example, headers: { x: "${TOKEN:-none}" } }] }\n',
    lines: [
      '1:69  health-check.endpoints[0].headers.x: only ${NAME} is replaced: without a default, and with letters, digits and "_" in the name',
    ],
  },
  {
    what: 'a webhook that is none, which is not shown',
    file: 'notify:\n  - { slack: hello }\n  - { webhook: "ftp://ana:hunter2@quiz.example" }\n  - { ntfy: https://ntfy.example }\n  - { slack: "http://169.254.169.254/x" }\n',
    lines: [
      '2:14  notify[0].slack: its value is no URL (not shown: it is secret)',
      '3:16  notify[1]["webhook"]: its URL begins with neither https: nor http: (not shown: it is secret)',
      '4:13  notify[2].ntfy: its URL names no topic, such as https://ntfy.sh/quiz (not shown: it is secret)',
      '5:14  notify[3].slack: its address is one that Ronde never connects to (not shown: it is secret)',
    ],
  },
  {
    what: 'a window that is empty, and one on no day',
    file: 'maintenance:\n  - { from: "02:00", to: "02:00" }\n  - { days: [], from: "02:00", to: "04:00" }\n',
    lines: [
      '2:26  maintenance[0].to: `to` is `from`: the window would be empty; for a whole day write from 00:00 to 24:00',
      '3:13  maintenance[1].days: is empty: the window would be on no day',
    ],
  },
  {
    what: 'a season at a date that is in no calendar, with a round that is none',
    file: 'seasons: [{ name: campaign, from: 2026-02-30, to: 2026-12-24, rounds: [daly] }]\n',
    lines: [
      '1:35  seasons[0].from: "2026-02-30" is not a date such as 2026-12-01',
      '1:72  seasons[0].rounds[0]: there is no round "daly"; one of quick, daily, weekly, monthly, yearly, before-campaign; did you mean daily?',
    ],
  },
  {
    what: 'one value where a list stands',
    file: 'health-check:\n  checks: compose\n  endpoints: "[https://a.example]"\ncontacts: { technical: "@org/ops" }\n',
    lines: [
      '2:11  health-check.checks: expected a list, found "compose"; write [compose]',
      '3:14  health-check.endpoints: expected a list, found text (not shown: it may be secret); leave the quotes out',
      '4:24  contacts.technical: expected a list, found "@org/ops"; write ["@org/ops"]',
    ],
  },
  {
    what: 'servers without one',
    file: 'servers: {}\n',
    lines: ['1:10  servers: it names no server; write `host-1: {}` below it, or leave `servers:` out'],
  },
  {
    what: 'options of an action beside it in a round, the same action twice, and one that no round runs',
    file: 'rounds:\n  r:\n    - health-check:\n      quick: true\n    - backup\n    - backup\n    - silence\n',
    lines: [
      '4:14  rounds.r[0].quick: stands beside health-check; to be its option, indent it by two more',
      '6:7   rounds.r[2]: the same as rounds.r[1]',
      '7:7   rounds.r[3]: no round runs silence: it has a workflow of its own',
    ],
  },
  { what: 'a tab', file: 'health-check:\n\tquick: true\n', lines: ['2:1  a tab stands where only spaces may indent'] },
  { what: 'a duplicate key', file: 'server: a\nserver: b\n', lines: ['2:1  the key "server" stands in this mapping twice'] },
  {
    what: 'an unknown anchor',
    file: 'server: *nobody\n',
    lines: ['1:9  no anchor &nobody stands before this alias'],
  },
  {
    what: 'an alias of itself',
    file: 'health-check: &a\n  thresholds: *a\n',
    lines: ['2:15  this alias stands inside of what it repeats'],
  },
  {
    what: 'two documents',
    file: 'server: a\n---\nserver: b\n',
    lines: ['2:1  a second document starts here; one file holds one document'],
  },
  { what: 'a list', file: '- health-check\n', lines: ['1:1  expected a mapping such as "server: quiz-prod"'] },
  { what: 'text', file: 'health-check\n', lines: ['1:1  expected a mapping such as "server: quiz-prod"'] },
  { what: 'a tag', file: 'server: !!js/function x\n', lines: ['1:9  tags such as !name are not understood'] },
  {
    what: 'an unquoted mention',
    file: 'contacts:\n  technical: [@org/ops]\n',
    lines: ['2:15  a value that starts with "@" must be quoted'],
  },
  {
    what: 'an alias bomb',
    file: `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replaceAll(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    lines: ['1:1  aliases repeat too much (an alias bomb)'],
  },
  { what: 'a merge of something that is no mapping', file: '<<: 3\n', lines: ['1:1  `<<` merges something that is not a mapping'] },
  { what: 'very deep nesting', file: `a: ${'['.repeat(300)}${']'.repeat(300)}\n`, lines: ['1:202  nested too deeply'] },
  {
    what: 'a season that ends before it starts',
    file: 'seasons: [{ name: campaign, from: 2026-12-24, to: 2026-12-01, rounds: [quick] }]\n',
    lines: ['1:35  seasons[0].from: `from` is after `to`'],
  },
]

describe('a bad ronde.yml is told with line, column and what was expected', () => {
  test.each(inFile)('$what', async ({ file, lines }) => {
    const [headline, ...told] = await mistakesOf({ file })
    expect(told.map((line) => line.trim())).toEqual(lines)
    expect(headline).toBe(`.github/ronde.yml has ${lines.length === 1 ? '1 mistake' : `${lines.length} mistakes`}:`)
  })

  test.each(inFile)('$what: the log redacts nothing of it', ({ lines }) => {
    expect(lines.map(createRedactor().redact)).toEqual(lines)
  })
})

const inInputs: readonly (Told & { what: string; lines: readonly string[] })[] = [
  {
    what: 'an undeclared input',
    inputs: { endpoint: 'https://a.example' },
    lines: ['input endpoint: there is no such input; did you mean endpoints?'],
  },
  {
    what: 'an undeclared empty input',
    inputs: { 'database url': '' },
    lines: ['input database_url: there is no such input; did you mean database-url?'],
  },
  {
    what: 'a URL without a scheme, with its line',
    inputs: { endpoints: 'https://a.example\nquiz.example' },
    lines: ['input endpoints, line 2: "quiz.example" has no scheme; write https://quiz.example'],
  },
  {
    what: 'credentials in a bad URL are masked',
    inputs: { endpoints: 'https://quiz:hunter2@a.example:99999' },
    lines: ['input endpoints, line 1: "https://***@a.example:99999" is not a URL such as https://quiz.example/'],
  },
  {
    what: 'an unknown key in a YAML input',
    inputs: { endpoints: '- url: https://a.example\n  max-latncy: 1s' },
    lines: ['input endpoints, line 2: endpoints[0].max-latncy: unknown key; did you mean max-latency?'],
  },
  {
    what: 'a tab in a YAML input',
    inputs: { thresholds: 'cpu:\n\t- 80%' },
    lines: ['input thresholds, line 2: a tab stands where only spaces may indent'],
  },
  { what: 'a wrong boolean', inputs: { quick: 'yes' }, lines: ['input quick: expected true or false, found "yes"'] },
  { what: 'a wrong number', inputs: { attempts: 'many' }, lines: ['input attempts: expected a number, found "many"'] },
  { what: 'a number that is too small', inputs: { attempts: '0' }, lines: ['input attempts: 0 is too little; at least 1'] },
  {
    what: 'a status nobody knows',
    inputs: { 'fail-on': 'error' },
    lines: ['input fail-on: "error" is not one of warning, critical, never'],
  },
  {
    what: 'a relative folder of the state',
    inputs: { 'state-dir': 'state' },
    lines: ['input state-dir: "state" is not an absolute path, since the workspace is wiped'],
  },
  { what: 'a deadline without a unit', inputs: { timeout: '30' }, lines: ['input timeout: "30" has no unit; write 30ms, 30s or 30m'] },
  {
    what: 'incidents that are neither wanted nor not',
    inputs: { incidents: 'maybe' },
    lines: ['input incidents: expected true or false, found "maybe"'],
  },
  { what: 'dry-run of an action that changes nothing', inputs: { 'dry-run': 'true' }, lines: ['input dry-run: there is no such input'] },
  { what: 'a secret that is not set', inputs: { password: '${PW}' }, lines: ['input password: ${PW} is not set in the environment'] },
  {
    what: 'a secret that is empty',
    inputs: { password: '${PW}' },
    environment: { PW: '' },
    lines: ['input password: ${PW} is empty in the environment'],
  },
  {
    what: '${NAME} where nothing is replaced',
    inputs: { endpoints: '${HOME}' },
    environment: { HOME: 'https://a.example' },
    lines: ['input endpoints, line 1: "${HOME}" stays as it is written; names are replaced only in secrets'],
  },
]

describe('a bad input is told by its name', () => {
  test.each(inInputs)('$what', async (row) => {
    expect(await mistakesOf(row)).toEqual(row.lines)
  })
})

describe('all mistakes at once', () => {
  test('of the file, of its covered parts and of the inputs, as page by page people read them', async () => {
    const file = `server: quiz-prod
health-check:
  endpoints:
  - url: https://quiz.example
    max-latncy: 200ms
  thresholds:
    cpu: [95%, 80%]
  time-zone: "GMT+4"
`
    expect(await mistakesOf({ file, inputs: { endpoints: 'https://a.example\nquiz.example', quik: 'true' } })).toEqual([
      '.github/ronde.yml has 3 mistakes:',
      '  5:5   health-check.endpoints[0].max-latncy: unknown key; did you mean max-latency?',
      '  7:10  health-check.thresholds.cpu: warning 95 % is above critical 80 %',
      '  8:14  health-check.time-zone: "GMT+4" is not an IANA zone or an offset such as +04:00',
      'input endpoints, line 2: "quiz.example" has no scheme; write https://quiz.example',
      'input quik: there is no such input; did you mean quick?',
    ])
  })

  test('a broken file does not hide the mistakes of the inputs, nor invent missing options', async () => {
    const told = await mistakesOf({ file: 'health-check:\n\tquick: true\n', inputs: { timeout: '30' } })
    expect(told).toEqual([
      '.github/ronde.yml has 1 mistake:',
      '  2:1  a tab stands where only spaces may indent',
      'input timeout: "30" has no unit; write 30ms, 30s or 30m',
    ])
  })
})

describe('the configuration file', () => {
  test('a named one that is missing is a mistake', async () => {
    const [line] = await mistakesOf({ inputs: { config: 'ops/ronde.yml' } })
    expect(line).toMatch(/^input config: there is no file \/.*\/ops\/ronde\.yml; did the job check out the repository\?$/)
  })

  test('one over 1 MiB is a mistake', async () => {
    expect(await mistakesOf({ file: `# ${'x'.repeat(1024 * 1024)}\n` })).toEqual(['.github/ronde.yml: is larger than 1 MiB'])
  })

  test('a folder is a mistake', async () => {
    expect(await mistakesOf({ inputs: { config: '.github' } })).toEqual(['.github: cannot be read (EISDIR)'])
  })
})

test.each(['.github/ronde.yaml', 'ronde.yml', 'ronde.yaml'])('a configuration at %s is not silently left unread', async (at) => {
  const { notices } = await parseTold({ at, file: 'health-check: { endpoints: [https://quiz.example] }\n' })
  expect(notices).toEqual([`${at} is not read: rename it to .github/ronde.yml, or name it by the input config`])
})

test.each(['INPUT_TOKEN', 'ACTIONS_RUNTIME_TOKEN', 'RONDE_ENV'])('%s belongs to the runner and is given to no server', async (name) => {
  const file = `health-check:\n  endpoints:\n    - { url: https://a.example, headers: { x: "\${${name}}" } }\n`
  const inputs: Readonly<Record<string, string>> = name === 'INPUT_TOKEN' ? { token: 'of-the-job' } : {}
  const environment: Readonly<Record<string, string>> = name === 'INPUT_TOKEN' ? {} : { [name]: 'A=of-the-job' }
  const lines = await mistakesOf({ file, inputs, environment })
  expect(lines.join('\n')).toContain(`\${${name}} is not set in the environment`)
  expect(lines.join('\n')).not.toContain('of-the-job')
})
