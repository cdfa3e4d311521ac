import { describe, expect, test } from '@jest/globals'
import { changeAction, mistakesOf, parseTold, type Told } from '../../support/parse-run.ts'

const url = (one: string) => ({ url: one, name: one })

describe('inputs become options', () => {
  const cases: readonly { what: string; inputs: Readonly<Record<string, string>>; options: Readonly<Record<string, unknown>> }[] = [
    {
      what: 'one URL a line',
      inputs: { endpoints: 'https://a.example\n\n  tcp://db:5432  \n' },
      options: { endpoints: [url('https://a.example'), url('tcp://db:5432')] },
    },
    {
      what: 'URLs separated by commas, a comma inside of one kept',
      inputs: { endpoints: 'https://a.example/?x=1,2, https://b.example' },
      options: { endpoints: [url('https://a.example/?x=1,2'), url('https://b.example')] },
    },
    {
      what: 'a YAML list',
      inputs: { endpoints: '- url: https://a.example\n  max-latency: 200ms' },
      options: { endpoints: [{ url: 'https://a.example', 'max-latency': 200 }] },
    },
    { what: 'a YAML flow list', inputs: { endpoints: '[https://a.example]' }, options: { endpoints: [url('https://a.example')] } },
    { what: 'names separated by commas', inputs: { checks: 'compose, postgres' }, options: { checks: ['compose', 'postgres'] } },
    { what: 'names one a line', inputs: { checks: 'compose\r\npostgres\r\n' }, options: { checks: ['compose', 'postgres'] } },
    { what: 'a boolean', inputs: { quick: 'TRUE' }, options: { quick: true } },
    { what: 'a number', inputs: { attempts: ' 5 ' }, options: { attempts: 5 } },
    { what: 'an empty one counts as not given', inputs: { attempts: '', endpoints: ' \n' }, options: { attempts: 3, endpoints: [] } },
    {
      what: 'a structure as YAML',
      inputs: { thresholds: 'disk-free: { warning: 20%, critical: 10%, clear: 22% }' },
      options: {
        thresholds: {
          cpu: { warning: 0.8, critical: 0.95, clear: 0.8, worse: 'above' },
          'disk-free': { warning: 0.2, critical: 0.1, clear: 0.22, worse: 'below' },
        },
      },
    },
    {
      what: 'flattened common options',
      inputs: {
        'compose-directory': '/srv/quiz',
        'compose-files': 'a.yml, b.yml',
        'database-service': 'db',
        'time-zone': 'Indian/Reunion',
      },
      options: {
        compose: { directory: '/srv/quiz', files: ['a.yml', 'b.yml'] },
        database: { service: 'db' },
        'time-zone': 'Indian/Reunion',
      },
    },
  ]
  test.each(cases)('$what', async ({ inputs, options }) => {
    const run = await parseTold({ inputs })
    expect(run.options).toMatchObject(options)
  })
})

describe('precedence: default, common part, server, section, input', () => {
  const file = `
server: quiz-prod
time-zone: "+01:00"
compose: { directory: /srv/quiz, project: quiz }
servers:
  quiz-prod:
    time-zone: "+02:00"
    compose: { project: prod }
    health-check: { attempts: 5, checks: [postgres] }
  quiz-staging: { runner-labels: [staging] }
health-check:
  attempts: 4
  checks: [compose, endpoints]
  time-zone: "+03:00"
  thresholds: { cpu: [70%, 80%], disk-free: [30%, 10%] }
`
  const rows: readonly { what: string; inputs: Readonly<Record<string, string>>; options: Readonly<Record<string, unknown>> }[] = [
    { what: "a section's common option beats the server's", inputs: {}, options: { 'time-zone': '+03:00' } },
    {
      what: 'mappings are merged, lists are replaced',
      inputs: {},
      options: { compose: { directory: '/srv/quiz', project: 'prod' }, checks: ['postgres'] },
    },
    { what: "the server's section beats the section", inputs: {}, options: { attempts: 5 } },
    { what: 'another server has its own', inputs: { server: 'quiz-staging' }, options: { attempts: 4, checks: ['compose', 'endpoints'] } },
    {
      what: 'an input beats all',
      inputs: { attempts: '6', 'time-zone': 'UTC', 'compose-project': 'x' },
      options: { attempts: 6, 'time-zone': 'UTC', compose: { directory: '/srv/quiz', project: 'x' } },
    },
    {
      what: 'a part of a structure is laid over the rest',
      inputs: { thresholds: 'cpu: [50%, 60%]' },
      options: { thresholds: { cpu: { warning: 0.5 }, 'disk-free': { warning: 0.3 } } },
    },
  ]
  test.each(rows)('$what', async ({ inputs, options }) => {
    expect((await parseTold({ file, inputs })).options).toMatchObject(options)
  })

  test('a server that is not in servers: is a mistake that lists them', async () => {
    expect(await mistakesOf({ file, inputs: { server: 'quiz-prd' } })).toEqual([
      'input server: the server "quiz-prd" is not one of quiz-prod, quiz-staging; did you mean quiz-prod?',
    ])
  })

  test('the host is not guessed to be one of several servers', async () => {
    expect(await mistakesOf({ file: 'servers: { a: {}, b: {} }\n' })).toEqual([
      '.github/ronde.yml has 1 mistake:',
      '  1:10  servers: the server "host-1" is not one of a, b; name it with the input server',
    ])
  })
})

describe('what every run is told', () => {
  test('nothing at all gives the defaults', async () => {
    expect(await parseTold({})).toMatchObject({
      server: 'host-1',
      failOn: 'critical',
      incidents: false,
      token: undefined,
      timeoutMs: undefined,
      dryRun: false,
      stateDir: undefined,
      notices: [],
      secrets: [],
      round: undefined,
      options: { quick: false, attempts: 3, compose: {}, database: {}, 'time-zone': 'UTC' },
    })
  })

  test('the inputs of the run', async () => {
    const inputs = { server: 's', 'fail-on': 'never', token: 't0ken', 'report-file': '/r.json', timeout: '2m', 'state-dir': '/s' }
    const run = await parseTold({ inputs, file: 'server: other\nstate-dir: /file\n' })
    expect(run).toMatchObject({
      server: 's',
      failOn: 'never',
      token: 't0ken',
      reportFile: '/r.json',
      timeoutMs: 120_000,
      stateDir: '/s',
      secrets: ['t0ken'],
    })
  })

  test('the common part is there for the runtime', async () => {
    const run = await parseTold({
      file: 'state-dir: /s\ncontacts: { technical: ["@org/ops"] }\nhost: false\n',
      inputs: { 'compose-project': 'quiz' },
    })
    expect(run.common).toMatchObject({
      'state-dir': '/s',
      contacts: { technical: ['@org/ops'] },
      host: false,
      compose: { project: 'quiz' },
      incidents: { settle: 600_000 },
    })
    expect(run.stateDir).toBe('/s')
  })

  test('an empty file, an empty section and keys without a value count as not given', async () => {
    for (const file of ['', '# nothing\n', 'health-check:\nserver:\n', 'health-check:\n  attempts:\n']) {
      expect((await parseTold({ file })).options).toMatchObject({ attempts: 3 })
    }
  })

  test('a section may have a deadline, an input comes before it', async () => {
    const file = 'health-check: { timeout: 3m }\n'
    expect((await parseTold({ file })).timeoutMs).toBe(180_000)
    expect((await parseTold({ file, inputs: { timeout: '1m' } })).timeoutMs).toBe(60_000)
  })

  test('what this release leaves out is told, not refused', async () => {
    const file = `
cert-check: { whatever: [1] }
backup: { nonsense: true }
purge-verify:
seasons: [{ name: campaign, from: 2026-12-01, to: 2026-12-24, rounds: [quick] }]
incidents: { enabled: true }
rounds: { quick: [health-check], daily: [health-check, db-maintain] }
`
    expect((await parseTold({ file })).notices).toEqual(['not in this release, ignored: cert-check, db-maintain, seasons'])
  })

  test.each([
    { who: 'neither', file: '', input: '', told: [false, 'critical'] },
    { who: 'the file', file: 'incidents: { enabled: true }', input: '', told: [true, 'never'] },
    { who: 'the input', file: '', input: 'true', told: [true, 'never'] },
    { who: 'the file but not the input', file: 'incidents: { enabled: true }', input: 'false', told: [false, 'critical'] },
  ])('incidents that $who wants, and when the step then fails', async ({ file, input, told }) => {
    const run = await parseTold({ file: `${file}\n`, inputs: { incidents: input } })
    expect([run.incidents, run.failOn]).toEqual(told)
  })

  test('an action that needs an option asks for it where it would be written', async () => {
    expect(await mistakesOf({ action: changeAction })).toEqual(['input root: missing'])
    expect(await mistakesOf({ action: changeAction, file: 'backup: { kinds: [volumes] }\n' })).toEqual([
      '.github/ronde.yml has 1 mistake:',
      '  1:1  backup.root: missing',
    ])
    expect(
      (await parseTold({ action: changeAction, file: 'backup: { kinds: [volumes] }\n', inputs: { root: '/b', 'dry-run': 'true' } })).dryRun,
    ).toBe(true)
  })

  test('anchors and merge keys of YAML work', async () => {
    const file =
      'health-check:\n  endpoints:\n    - &a { url: https://a.example, max-latency: 1s }\n    - { <<: *a, url: https://b.example }\n'
    expect((await parseTold({ file })).options['endpoints']).toEqual([
      { url: 'https://a.example', 'max-latency': 1000 },
      { url: 'https://b.example', 'max-latency': 1000 },
    ])
  })
})

describe('secrets', () => {
  const rows: readonly (Told & { what: string; secrets: readonly string[] })[] = [
    {
      what: 'the password of a database URL, raw and decoded, and the URL that the environment gave',
      file: 'database: { url: "${DSN}" }\n',
      environment: { DSN: 'postgresql://quiz:p%40ss@db/quiz' },
      secrets: ['postgresql://quiz:p%40ss@db/quiz', 'postgresql://quiz:p@ss@db/quiz', 'p%40ss', 'p@ss'],
    },
    {
      what: 'the password of a database URL as an input',
      inputs: { 'database-url': 'postgres://quiz:hunter2@db/quiz?sslmode=require' },
      secrets: ['hunter2'],
    },
    {
      what: 'the password parameter of a database URL',
      inputs: { 'database-url': 'postgres:///quiz?user=quiz&password=hunter2' },
      secrets: ['hunter2'],
    },
    { what: 'the password of an endpoint', inputs: { endpoints: 'https://quiz:hunter2@a.example' }, secrets: ['hunter2'] },
    { what: 'the token of an endpoint', inputs: { endpoints: 'https://t0ken@a.example' }, secrets: ['t0ken'] },
    { what: 'a literal password', inputs: { password: 'hunter2' }, secrets: ['hunter2'] },
    {
      what: 'a name in RONDE_ENV',
      inputs: { password: '${PW}' },
      environment: { RONDE_ENV: 'A=1\nPW="hunter 2"\n' },
      secrets: ['hunter 2'],
    },
    {
      what: 'only what was put into a header',
      file: 'health-check: { endpoints: [{ url: https://a.example, headers: { authorization: "Bearer ${TOKEN}", accept: text/html } }] }\n',
      environment: { TOKEN: 't0ken' },
      secrets: ['t0ken'],
    },
    {
      what: 'of a webhook',
      file: 'notify: [{ slack: "${HOOK}" }]\n',
      environment: { HOOK: 'https://hooks.example/abc' },
      secrets: ['https://hooks.example/abc'],
    },
  ]
  test.each(rows)('$what', async (row) => {
    expect((await parseTold(row)).secrets.toSorted()).toEqual(row.secrets.toSorted())
  })

  test('the value takes the place of its name', async () => {
    const run = await parseTold({ file: 'database: { url: "${DSN}" }\n', environment: { DSN: 'postgres://quiz@db/quiz' } })
    expect(run.options['database']).toEqual({ url: 'postgres://quiz@db/quiz' })
    expect(run.common.database).toEqual({ url: 'postgres://quiz@db/quiz' })
  })

  test('a name that an input covers need not be set', async () => {
    const run = await parseTold({ file: 'database: { url: "${DSN}" }\n', inputs: { 'database-url': 'postgres://quiz@db/quiz' } })
    expect(run.options['database']).toEqual({ url: 'postgres://quiz@db/quiz' })
  })
})

describe('a round', () => {
  const file = `
rounds:
  quick: [{ health-check: { quick: true, timeout: 5s } }]
  daily: [health-check, { backup: { kinds: [database] } }, cert-check]
backup: { root: /b, kinds: [volumes] }
health-check: { attempts: 2 }
`
  const round = (name: string, text: string | undefined = file) => ({
    action: 'round' as const,
    inputs: { round: name },
    ...(text === undefined ? {} : { file: text }),
  })

  test('has an entry for each action, its options laid over those of the section', async () => {
    const run = await parseTold(round('quick'))
    expect(
      run.round?.entries.map(({ action, options, timeoutMs }) => [action.name, options['quick'], options['attempts'], timeoutMs]),
    ).toEqual([['health-check', true, 2, 5000]])
    expect(run.notices).toEqual(['not in this release, ignored: cert-check'])
  })

  test.each([
    { what: 'unknown', told: round('quik'), lines: ['input round: there is no round "quik"; one of quick, daily; did you mean quick?'] },
    { what: 'not named', told: { action: 'round' as const, file }, lines: ['input round: missing; one of quick, daily'] },
    {
      what: 'with an action of a later release',
      told: round('daily'),
      lines: ['.github/ronde.yml has 1 mistake:', '  4:60  rounds.daily[2]: cert-check is not in this release'],
    },
    {
      what: 'with an unknown action',
      told: round('a', 'rounds: { a: [helth-check] }\n'),
      lines: ['.github/ronde.yml has 1 mistake:', '  1:15  rounds.a[0]: there is no action "helth-check"; did you mean health-check?'],
    },
    {
      what: 'with a mistake in an entry',
      told: round('quick', 'rounds:\n  quick:\n    - health-check: { quik: true }\n'),
      lines: ['.github/ronde.yml has 1 mistake:', '  3:23  rounds.quick[0].health-check.quik: unknown key; did you mean quick?'],
    },
    {
      what: 'with two actions in an entry',
      told: round('a', 'rounds: { a: [{ health-check: {}, backup: {} }] }\n'),
      lines: [
        '.github/ronde.yml has 1 mistake:',
        '  1:15  rounds.a[0]: expected one action with its options: { health-check: { quick: true } }',
      ],
    },
    {
      what: 'with a section that lacks what is needed',
      told: round('a', 'rounds: { a: [backup] }\n'),
      lines: ['.github/ronde.yml has 1 mistake:', '  1:15  backup.root: missing; the round a runs backup'],
    },
    { what: 'without an entry', told: round('a', 'rounds: { a: [] }\n'), lines: ['input round: the round a is empty'] },
    {
      what: 'of the defaults with nothing configured',
      told: { action: 'round' as const, inputs: { round: 'weekly' } },
      lines: ['input round: the round weekly has nothing to run: none of backup, db-maintain is configured and in this release'],
    },
    {
      what: 'given the input of a single action',
      told: { action: 'round' as const, inputs: { round: 'quick', endpoints: 'https://a.example' } },
      lines: ['input endpoints: there is no such input'],
    },
  ])('$what is told', async ({ told, lines }) => {
    expect(await mistakesOf(told)).toEqual(lines)
  })

  test('without rounds: the defaults are those of what is configured', async () => {
    const names = async (name: string, text?: string) =>
      (await parseTold(round(name, text))).round?.entries.map(({ action, options }) => [action.name, options['quick'] ?? options['kinds']])
    expect(await names('quick', '')).toEqual([['health-check', true]])
    expect(await names('daily', '')).toEqual([['health-check', false]])
    expect(await names('daily', 'backup: { root: /b }\n')).toEqual([
      ['health-check', false],
      ['backup', ['database']],
    ])
  })

  test("a server's rounds are laid over the others", async () => {
    const text = `${file}servers: { s: { rounds: { quick: [{ health-check: { quick: false } }] } } }\n`
    const run = await parseTold({ ...round('quick', text), inputs: { round: 'quick', server: 's' } })
    expect(run.round?.entries[0]?.options).toMatchObject({ quick: false, attempts: 2 })
  })

  test('another action can be asked for with options laid over its own', async () => {
    const run = await parseTold(round('quick'))
    expect((await run.optionsFor('backup', { kinds: ['database'] })).options).toMatchObject({ root: '/b', kinds: ['database'] })
    await expect(run.optionsFor('backup', { kinds: ['nonsense'] })).rejects.toThrow(
      'options given by another action: kinds[0]: "nonsense" is not one of database, volumes',
    )
  })
})
