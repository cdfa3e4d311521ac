import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Compose, Container } from '../../../src/contract/compose.ts'
import type { DatabaseOptions } from '../../../src/contract/database.ts'
import { couldNotLook, type Seen, saw } from '../../../src/contract/seen.ts'
import { createConnect } from '../../../src/tools/connect/connect.ts'
import { isPostgresImage } from '../../../src/tools/connect/database-image.ts'
import { container as anyContainer, ended } from '../../support/compose.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-connect-'))
  await writeFile(join(folder, 'password'), 'from a file\n')
  await writeFile(join(folder, 'ca.pem'), 'a certificate')
  await symlink(join(folder, 'password'), join(folder, 'link'))
  await symlink(folder, join(folder, 'linked-folder'))
})
afterAll(() => rm(folder, { recursive: true }))

const container = (given: Partial<Container> = {}): Container =>
  anyContainer({ service: 'db', image: 'postgres:17', addresses: ['172.18.0.2'], ...given })

type World = {
  readonly containers?: Seen<readonly Container[]>
  readonly services?: string
  /** What `docker exec … cat` finds, by path. */
  readonly files?: Readonly<Record<string, string>>
}

/** The compose project as a value: what it would answer, and what it was asked. */
const project = ({ containers = saw([], 0), services = '', files = {} }: World) => {
  const asked: string[] = []
  const compose: Compose = {
    project: async () => saw({ name: 'quiz', directory: '/srv/quiz', files: [], from: 'labels' }, 0),
    containers: async () => {
      asked.push('containers')
      return containers
    },
    run: async () => ended(0, { stdout: services }),
    docker: async (args) => {
      asked.push(args.join(' '))
      const text = files[args.at(-1) ?? '']
      return text === undefined ? ended(1) : ended(0, { stdout: text })
    },
  }
  return { compose, asked }
}

const locate = async (options: DatabaseOptions, world: World = {}) => {
  const secrets: string[] = []
  const { compose, asked } = project(world)
  const connect = createConnect({ options, compose, secrets: { add: (secret) => secrets.push(secret) }, userName: () => 'runner' })
  return { location: await connect.postgres(), secrets, asked, connect }
}

const targetOf = async (options: DatabaseOptions, world: World = {}) => {
  const { location } = await locate(options, world)
  if (!location.seen || location.value.kind !== 'target') throw new Error(`no target: ${JSON.stringify(location)}`)
  return location.value.target
}
const running = (given: Partial<Container> = {}): World => ({ containers: saw([container(given)], 0) })

describe('what libpq would keep and Ronde does not', () => {
  test.each([
    ['channel_binding=require', 'channel_binding'],
    ['channel_binding=require&sslmode=require', 'channel_binding'],
    ['gssencmode=require', 'gssencmode'],
    ['requirepeer=postgres', 'requirepeer'],
    ['service=quiz', 'service'],
    ['ssl_min_protocol_version=TLSv1.3', 'ssl_min_protocol_version'],
    ['sslcrl=/etc/ssl/crl.pem', 'sslcrl'],
    ['sslcrldir=/etc/ssl/crl', 'sslcrldir'],
  ])('%s is refused, not passed over', async (query, name) => {
    const { location, secrets } = await locate({ url: `postgres://quiz:s3cret-pw@db.example/game?${query}` })
    expect(location).toMatchObject({ seen: false, cause: `database.url: Ronde does not keep its ${name}` })
    expect(secrets).toContain('s3cret-pw')
  })

  test.each([
    'channel_binding=prefer',
    'channel_binding=require&sslmode=verify-full',
    'ssl_min_protocol_version=TLSv1.2',
    'gssencmode=disable',
  ])('%s asks for nothing that is not kept', async (query) =>
    expect(await targetOf({ url: `postgres://quiz@db.example/game?${query}` })).toMatchObject({ host: 'db.example' }),
  )
})

describe('database.url', () => {
  test.each([
    ['postgres://quiz:pw@db.example:5433/game', { host: 'db.example', port: 5433, user: 'quiz', password: 'pw', database: 'game' }],
    ['postgres://quiz@db.example', { port: 5432, user: 'quiz', password: undefined, database: 'quiz' }],
    ['postgres://', { host: 'localhost', user: 'runner', database: 'runner' }],
    ['postgres:///game?host=/run/postgresql', { host: '/run/postgresql', database: 'game', subject: '/run/postgresql:5432/game' }],
    ['postgres://u@[::1]/game', { host: '::1', subject: '[::1]:5432/game' }],
    [
      'host=h hostaddr=10.0.0.1 dbname=game sslmode=verify-full',
      { host: '10.0.0.1', ssl: { mode: 'verify-full', servername: 'h' }, subject: 'h:5432/game' },
    ],
    ['postgres://h/game', { ssl: { mode: 'prefer' }, subject: 'h:5432/game', service: undefined }],
    ['postgres://h/game?sslmode=disable', { ssl: { mode: 'disable' } }],
    ['postgres://h/game?sslmode=no-verify', { ssl: { mode: 'require' } }],
    ['postgres://h/game?sslmode=require&sslrootcert=system', { ssl: { mode: 'verify-full' } }],
  ])('%s', async (url, expected) => {
    expect(await targetOf({ url })).toMatchObject(expected)
  })

  test('an authority makes sslmode=require look at the certificate', async () => {
    const target = await targetOf({ url: `postgres://h/game?sslmode=require&sslrootcert=${join(folder, 'ca.pem')}` })
    expect(target.ssl).toEqual({ mode: 'verify-ca', ca: 'a certificate' })
  })

  test('its password is masked decoded and as it is written', async () => {
    const { secrets } = await locate({ url: 'postgres://u:p%40ss%2fword@h/d' })
    expect(secrets).toEqual(expect.arrayContaining(['p@ss/word', 'p%40ss%2fword']))
  })

  test.each([
    ['a port that is none', 'postgres://u:secret@h:x/d', /port is not a number/],
    ['an sslmode that is none', 'postgres://u:secret@h/d?sslmode=verify', /disable, allow, prefer/],
    ['an authority that is not there', 'postgres://u:secret@h/d?sslrootcert=/nowhere.pem', /nowhere.pem cannot be read \(ENOENT\)/],
    ['an authority that is no file', 'postgres://u:secret@h/d?sslrootcert=/dev/zero', /not a file/],
  ])('%s is told without the password', async (_, url, cause) => {
    const { location } = await locate({ url })
    expect(location).toMatchObject({ seen: false, cause: expect.stringMatching(cause), advice: expect.any(String) })
    expect(JSON.stringify(location)).not.toContain('secret')
  })

  test('goes before the service', async () => {
    expect(await targetOf({ url: 'postgres://h/d', service: 'db' }, running())).toMatchObject({ host: 'h', service: undefined })
  })

  test("an application's URL that names the service is followed to its container, with its own role", async () => {
    const target = await targetOf(
      { url: 'postgres://app:pw@db:5432/game', service: 'db' },
      running({ postgresEnvironment: { POSTGRES_USER: 'root' } }),
    )
    expect(target).toMatchObject({
      host: '172.18.0.2',
      user: 'app',
      password: 'pw',
      database: 'game',
      subject: 'service/db',
      service: 'db',
    })
  })
})

describe('database.service', () => {
  test.each([
    ['the defaults of the image', {}, {}, { user: 'postgres', database: 'postgres', password: undefined, port: 5432 }],
    ['its user names its database', { POSTGRES_USER: 'quiz' }, {}, { user: 'quiz', database: 'quiz' }],
    [
      'everything told',
      { POSTGRES_USER: 'quiz', POSTGRES_DB: 'game', POSTGRES_PASSWORD: 'pw', POSTGRES_PORT: '5433' },
      {},
      { user: 'quiz', database: 'game', password: 'pw', port: 5433 },
    ],
    [
      'the configuration goes first',
      { POSTGRES_USER: 'quiz', POSTGRES_DB: 'game' },
      { name: 'other', user: 'ronde' },
      { user: 'ronde', database: 'other' },
    ],
    [
      "Bitnami's names",
      { POSTGRESQL_USERNAME: 'quiz', POSTGRESQL_DATABASE: 'game', POSTGRESQL_PASSWORD: 'pw' },
      {},
      { user: 'quiz', database: 'game', password: 'pw' },
    ],
    ['a port that is none', { POSTGRES_PORT: 'x' }, {}, { port: 5432 }],
  ])('%s', async (_, postgresEnvironment: Record<string, string>, options, expected) => {
    const target = await targetOf({ service: 'db', ...options }, running({ postgresEnvironment }))
    expect(target).toMatchObject({ host: '172.18.0.2', subject: 'service/db', service: 'db', ...expected })
  })

  test('the password is masked', async () => {
    const { secrets } = await locate({ service: 'db' }, running({ postgresEnvironment: { POSTGRES_PASSWORD: 'a secret' } }))
    expect(secrets).toEqual(['a secret'])
  })

  const secretFile = { POSTGRES_PASSWORD_FILE: '/run/secrets/password' }

  test('a password file that is mounted by itself is read on the host', async () => {
    const mounts = { '/run/secrets/password': join(folder, 'password') }
    const { location, secrets, asked } = await locate({ service: 'db' }, running({ postgresEnvironment: secretFile, mounts }))
    expect(location).toMatchObject({ value: { target: { password: 'from a file' } } })
    expect(secrets).toEqual(['from a file'])
    expect(asked).toEqual(['containers'])
  })

  test.each([
    ['is not mounted by itself', (): Record<string, string> => ({ '/run/secrets': folder })],
    ['cannot be read on the host', () => ({ '/run/secrets/password': join(folder, 'absent') })],
    ['was replaced by a link to a file of the host', () => ({ '/run/secrets/password': join(folder, 'link') })],
    ['lies behind a link', () => ({ '/run/secrets/password': join(folder, 'linked-folder', 'password') })],
  ])('a password file that %s is read by the container', async (_, mounts) => {
    const world = { ...running({ postgresEnvironment: secretFile, mounts: mounts() }), files: { '/run/secrets/password': 'from within\n' } }
    const { location, secrets, asked } = await locate({ service: 'db' }, world)
    expect(location).toMatchObject({ value: { target: { password: 'from within' } } })
    expect(secrets).toEqual(['from within'])
    expect(asked).toContain('exec db0123456789abcdef cat -- /run/secrets/password')
  })

  test.each([
    ['of its environment', { POSTGRES_PASSWORD: 'x'.repeat(5_000) }, {}],
    ['of its file', secretFile, { files: { '/run/secrets/password': 'x'.repeat(5_000) } }],
  ])(
    'a password %s that is longer than any is not taken, and never becomes a secret to be hidden',
    async (_, postgresEnvironment, files) => {
      const { location, secrets } = await locate({ service: 'db' }, { ...running({ postgresEnvironment }), ...files })
      expect(location).toMatchObject({ seen: false, cause: 'POSTGRES_PASSWORD of service db is longer than 4096 characters' })
      expect(secrets).toEqual([])
    },
  )

  test('a mounted pipe is never waited for', async () => {
    await symlink('/dev/zero', join(folder, 'endless'))
    const mounts = { '/run/secrets/password': join(folder, 'endless') }
    const { location } = await locate({ service: 'db' }, running({ postgresEnvironment: secretFile, mounts }))
    expect(location).toMatchObject({ seen: false, cause: expect.stringContaining('POSTGRES_PASSWORD_FILE of service db') })
  })

  test.each([
    [
      'exited',
      { state: 'exited', exitCode: 137, oomKilled: true },
      'container quiz-db-1 is exited with code 137, killed for want of memory',
    ],
    ['paused', { state: 'paused' }, 'container quiz-db-1 is paused'],
    ['created', { state: 'created' }, 'container quiz-db-1 is created'],
  ])('a container that is %s is down', async (_, given, cause) => {
    const { location } = await locate({ service: 'db' }, running(given))
    expect(location).toMatchObject({ seen: true, value: { kind: 'down', subject: 'service/db', service: 'db', cause } })
  })

  test('a declared service without a container is down', async () => {
    const { location } = await locate({ service: 'db' }, { services: 'web\ndb\n' })
    expect(location).toMatchObject({ value: { kind: 'down', cause: 'service db has no container' } })
  })

  test('a one-off container and a stopped twin are passed over', async () => {
    const all = [
      container({ oneOff: true, addresses: ['10.0.0.1'] }),
      container({ state: 'exited' }),
      container({ addresses: ['10.0.0.3'] }),
    ]
    expect(await targetOf({ service: 'db' }, { containers: saw(all, 0) })).toMatchObject({ host: '10.0.0.3' })
  })

  test('a misspelt service is told with the names of all services', async () => {
    const { location } = await locate({ service: 'bd' }, { ...running(), services: 'web\ndb\n' })
    expect(location).toMatchObject({
      seen: false,
      cause: 'database.service: "bd" is no service of the compose project; its services: db, web',
    })
  })

  test('a container without a network says what to configure', async () => {
    const { location } = await locate({ service: 'db' }, running({ addresses: [] }))
    expect(location).toMatchObject({ seen: false, advice: 'set database.url to where db can be reached' })
  })

  test('what hides the containers hides the database, with the same advice', async () => {
    const why = couldNotLook('not permitted to use the Docker engine', 'join the group')
    expect((await locate({ service: 'db' }, { containers: why })).location).toEqual(why)
  })
})

describe('nothing configured', () => {
  test('the only container of PostgreSQL is taken', async () => {
    const all = [container({ service: 'web', image: 'quiz/web' }), container()]
    expect(await targetOf({}, { containers: saw(all, 0) })).toMatchObject({ subject: 'service/db' })
  })

  test('several are listed, not guessed', async () => {
    const all = [container({ service: 'db' }), container({ service: 'analytics', image: 'timescale/timescaledb:2-pg16' })]
    const { location } = await locate({}, { containers: saw(all, 0) })
    expect(location).toMatchObject({ seen: false, cause: 'several services look like PostgreSQL: analytics, db' })
  })

  test('none is none', async () => {
    const { location } = await locate({}, { containers: saw([container({ image: 'redis:7' })], 0) })
    expect(location).toMatchObject({ seen: true, value: { kind: 'none' } })
  })

  test('containers that cannot be listed make it none as well, and say why', async () => {
    const { location } = await locate({}, { containers: couldNotLook('the Docker engine is not running', 'start it') })
    expect(location).toMatchObject({ value: { kind: 'none', why: { cause: 'the Docker engine is not running', advice: 'start it' } } })
  })

  test('it is looked for once, whoever asks', async () => {
    const { connect, asked } = await locate({}, running())
    await Promise.all([connect.postgres(), connect.postgres()])
    expect(asked).toEqual(['containers'])
  })
})

describe('an image is PostgreSQL by the last part of its name', () => {
  test.each([
    ['postgres', true],
    ['postgres:17-alpine', true],
    ['docker.io/library/postgres:17@sha256:0123', true],
    ['localhost:5000/team/postgres:17', true],
    ['postgis/postgis:16-3.4', true],
    ['timescale/timescaledb-ha:pg16', true],
    ['pgvector/pgvector:pg17', true],
    ['bitnami/postgresql:16', true],
    ['prometheuscommunity/postgres-exporter', false],
    ['postgrest/postgrest', false],
    ['team/postgres-backup:1', false],
    ['postgres/pgadmin4', false],
    ['sha256:0123', false],
    ['', false],
  ])('%s: %s', (image, yes) => {
    expect(isPostgresImage(image)).toBe(yes)
  })
})
