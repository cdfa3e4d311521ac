import { formatBytes } from '../../core/quantity.ts'
import { counted } from '../../core/render/headline.ts'
import { plainLine } from '../../core/text/plain.ts'
import { shellCommand } from '../../core/text/shell-command.ts'
import type { BackupManifest, BackupProof } from './manifest.ts'

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

const nameOf = ({ manifest }: NewestBackup): string =>
  'source' in manifest && 'database' in manifest.source ? manifest.source.database : 'name' in manifest ? manifest.name : ''

const proofWords = ({ proof }: NewestBackup): string => {
  if (proof === undefined) return 'its proof cannot be read'
  return proof.verified ? `proven ${proof.at}` : `**not proven**: ${plain(proof.failures[0] ?? '')}`
}

const factsOf = (one: NewestBackup): string => {
  const { manifest } = one
  const bytes = formatBytes(manifest.artifacts.reduce((sum, { bytes: own }) => sum + own, 0))
  const rows =
    'relations' in manifest
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
    ? command('psql', '--no-psqlrc', '--set', 'ON_ERROR_STOP=1', '--file', file, `--dbname=${nameOf(one)}`)
    : command('pg_restore', '--exit-on-error', `--dbname=${nameOf(one)}`, file)

const commandsOf = (one: NewestBackup): readonly string[] => {
  const [first] = one.manifest.artifacts
  const name = nameOf(one)
  const isOfDatabase = one.manifest.kind === 'database' || one.manifest.kind === 'schema'
  if (first === undefined || !isOfDatabase || !isNameable(name)) return []
  return [...rolesOf(one), command('createdb', '--template', 'template0', '--', name), loadOf(one, first.name)]
}

const section = (one: NewestBackup): readonly string[] => [
  `## ${one.manifest.kind}: ${plain(nameOf(one))}`,
  '',
  `${factsOf(one)}. ${serverOf(one)}`.trim(),
  '',
  ...code([command('cd', '--', one.path), ...check(one), ...commandsOf(one)]),
]

/** `RESTORE.md`: all that somebody needs who has this folder, standard tools, and nothing of Ronde. */
export const restoreAdviceText = ({ server, root, publicKey, newest }: RestoreAdvice): string =>
  [
    `# How to bring back ${plain(server)} by hand`,
    '',
    `Written anew by each backup of Ronde into \`${plain(root)}\`. Needed: openssl, sha256sum, and PostgreSQL's client programs of the server's major or newer;`,
    'PGHOST, PGPORT, PGUSER and PGPASSWORD lead them to an empty server, as a superuser. Each folder below stands for itself; older ones lie beside it.',
    '',
    "A role that is there already (`createuser` says so) is in nobody's way; give those that log in their passwords again.",
    '',
    'Compare the public key with your recovery sheet before you trust a signature:',
    '',
    '```',
    publicKey.trim(),
    '```',
    '',
    ...newest.flatMap(section),
  ].join('\n')
