import { formatBytes } from '../../core/quantity.ts'
import { counted } from '../../core/render/headline.ts'
import { plainLine } from '../../core/text/plain.ts'
import { shellCommand } from '../../core/text/shell-command.ts'
import type { BackupManifest, BackupProof } from './manifest.ts'
import { nameOf } from './stored.ts'

/** The newest whole backup of one source. */
export type NewestBackup = {
  /** Absolute. */
  readonly path: string
  readonly manifest: BackupManifest
  readonly proof: BackupProof | undefined
}

export type RestoreAdvice = {
  readonly server: string
  readonly root: string
  readonly publicKey: string
  readonly newest: readonly NewestBackup[]
}

const longest = 200
const plain = (text: string): string => plainLine(text, longest).replaceAll('`', "'")

const proofWords = ({ proof }: NewestBackup): string => {
  if (proof === undefined) return 'its proof cannot be read'
  return proof.verified ? `proven ${proof.at}` : `**not proven**: ${plain(proof.failures[0] ?? '')}`
}

const factsOf = (one: NewestBackup): string => {
  const { manifest } = one
  const bytes = formatBytes(manifest.artifacts.reduce((sum, { bytes: own }) => sum + own, 0))
  const rows =
    manifest.kind === 'database'
      ? `, ${counted(
          manifest.relations.reduce((sum, { rows: own }) => sum + own, 0),
          'row',
        )}`
      : ''
  return `taken ${manifest.startedAt}, ${bytes}${rows}, ${proofWords(one)}`
}

const code = (lines: readonly string[]): readonly string[] => ['```sh', ...lines, '```', '']

const check = ({ manifest }: NewestBackup): readonly string[] => [
  ...['manifest', 'verify'].map(
    (name) => `openssl pkeyutl -verify -pubin -inkey ../../ronde-backup.pub.pem -rawin -in ${name}.json -sigfile ${name}.sig`,
  ),
  ...manifest.artifacts.map(({ name, sha256 }) => `echo '${sha256}  ${name}' | sha256sum --check`),
]

const serverOf = ({ manifest }: NewestBackup): string =>
  'source' in manifest && 'serverVersion' in manifest.source
    ? `PostgreSQL ${plain(manifest.source.serverVersion)}${manifest.source.image === '' ? '' : `, image ${plain(manifest.source.image)}`}`
    : ''

const command = (...words: readonly string[]): string => shellCommand(words) ?? ''

/** A name with a line end in it stands in no command. */
const isNameable = (name: string): boolean => !/\p{C}/u.test(name)

const rolesOf = ({ manifest }: NewestBackup): readonly string[] =>
  'roles' in manifest
    ? manifest.roles
        .filter((role) => role !== 'postgres' && isNameable(role))
        .map((role) => command('createuser', '--no-login', '--', role))
    : []

const loadOf = (one: NewestBackup, file: string): string =>
  one.manifest.kind === 'schema'
    ? command('psql', '--no-psqlrc', '--set', 'ON_ERROR_STOP=1', '--file', file, `--dbname=${nameOf(one.manifest)}`)
    : command('pg_restore', '--exit-on-error', `--dbname=${nameOf(one.manifest)}`, file)

const withoutAge = (name: string): string => name.replace(/\.age$/, '')

/** What age locked is opened beside it, with the key that was kept offline. */
const openedOf = ({ manifest }: NewestBackup): readonly string[] =>
  manifest.artifacts
    .filter(({ recipients }) => recipients.length > 0)
    .map(({ name }) => `age --decrypt --identity "$IDENTITY" --output ${command(withoutAge(name))} ${command(name)}`)

const unpackers = { none: 'cat', gzip: 'gzip -dc', zstd: 'zstd -dc', custom: 'cat' } as const

/** Into an empty folder: nothing that is there is written over. */
const unpackOf = ({ manifest }: NewestBackup): readonly string[] =>
  manifest.artifacts.flatMap(({ name, codec }) => [
    `mkdir -p -- "$TARGET"/${command(`${manifest.kind}-${nameOf(manifest)}`)}`,
    `${unpackers[codec]} ${command(withoutAge(name))} | tar --extract --numeric-owner --preserve-permissions --directory "$TARGET"/${command(`${manifest.kind}-${nameOf(manifest)}`)}`,
  ])

/** A role that is there already, such as the first superuser, is said and stops nothing. */
const loadRoles = (file: string): readonly string[] => [command('psql', '--no-psqlrc', '--file', file, '--dbname=postgres')]

const commandsOf = (one: NewestBackup, hasGlobals: boolean): readonly string[] => {
  const [first] = one.manifest.artifacts
  if (first !== undefined && one.manifest.kind === 'globals') return loadRoles(withoutAge(first.name))
  if ('entries' in one.manifest) return unpackOf(one)
  const name = nameOf(one.manifest)
  const isOfDatabase = one.manifest.kind === 'database' || one.manifest.kind === 'schema'
  if (first === undefined || !isOfDatabase || !isNameable(name)) return []
  return [
    ...(hasGlobals ? [] : rolesOf(one)),
    command('createdb', '--template', 'template0', '--', name),
    loadOf(one, withoutAge(first.name)),
  ]
}

const section = (one: NewestBackup, hasGlobals: boolean): readonly string[] => [
  `## ${one.manifest.kind}: ${plain(nameOf(one.manifest))}`,
  '',
  `${factsOf(one)}. ${serverOf(one)}`.trim(),
  '',
  ...code([command('cd', '--', one.path), ...check(one), ...openedOf(one), ...commandsOf(one, hasGlobals)]),
]

/** `RESTORE.md`: all that somebody needs who has this folder, standard tools, and nothing of Ronde. */
export const restoreAdviceText = ({ server, root, publicKey, newest }: RestoreAdvice): string => {
  const [globals, others] = [true, false].map((wanted) => newest.filter(({ manifest }) => (manifest.kind === 'globals') === wanted))
  const ordered = [...(globals ?? []), ...(others ?? [])]
  return [
    `# How to bring back ${plain(server)} by hand`,
    '',
    `Written anew by each backup of Ronde into \`${plain(root)}\`. Needed: openssl, sha256sum, and PostgreSQL's client programs of the server's major or newer;`,
    'PGHOST, PGPORT, PGUSER and PGPASSWORD lead them to an empty server, as a superuser. IDENTITY is the file of an age key, where files end in `.age`; TARGET an',
    'empty folder for archives, of which the manifest says where they belong (`base`). Each folder below stands for itself; older ones lie beside it.',
    '',
    "A role that is there already (its command says so) is in nobody's way; give those that log in their passwords again.",
    '',
    'Compare the public key with your recovery sheet before you trust a signature:',
    '',
    '```',
    publicKey.trim(),
    '```',
    '',
    ...ordered.flatMap((one) => section(one, (globals ?? []).length > 0)),
  ].join('\n')
}
