/** What can be backed up; each is a part of `backup` and the last word of a folder's name. */
export const backupKinds = ['database', 'globals', 'schema', 'volumes', 'media', 'config'] as const
export type BackupKind = (typeof backupKinds)[number]

/** Files of a backup's folder that are no artifacts. */
export const backupFiles = {
  manifest: 'manifest.json',
  manifestSignature: 'manifest.sig',
  proof: 'verify.json',
  proofSignature: 'verify.sig',
  /** Made by a person: retention keeps this backup. */
  pin: 'pin',
  /** Made by Ronde: it holds less than half of those before it. */
  suspect: 'suspect',
  /** Made by Ronde when a person accepted it, and of the first after a restore: what came before it is no measure any more. */
  accepted: 'accepted',
  /** Made by a restore: this is what it replaced. */
  preRestore: 'pre-restore',
  /** Made by Ronde: which targets hold a copy that was read back. */
  copies: 'off-site.json',
} as const

/** Files and folders of the root that are no backups. */
export const rootFiles = { advice: 'RESTORE.md', publicKey: 'ronde-backup.pub.pem', partial: '.partial-', trash: '.trash-' } as const

/** What a server's name, a database's or a volume's may hold as it is. */
const odd = /[^A-Za-z0-9._-]+/g

const percent = (character: string): string =>
  Array.from(new TextEncoder().encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')

/** A name as a part of a file's name: everything outside `[A-Za-z0-9._-]` percent-encoded, so is a dot or dash in front, which would hide it or make it an option. */
export const fileNameOf = (name: string): string => name.replaceAll(odd, percent).replace(/^[.-]/, percent)

/** `name`: of the database or the volume; the kind itself for what has none (media, config, globals). */
export type SourceFolder = { readonly server: string; readonly name: string; readonly kind: BackupKind }

/** `<server>--<name>--<kind>`, below the root. Which source a backup is of says its manifest, not this. */
export const sourceFolderName = ({ server, name, kind }: SourceFolder): string => [fileNameOf(server), fileNameOf(name), kind].join('--')

/** `20261130T170500Z-0123456789abcdef`, the name of its folder: the time in UTC to the second, and 64 random bits in hexadecimal digits. */
export const backupIdOf = (startedAt: Date, random: string): string => `${startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${random}`

const written = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{16}$/

/** When the backup of this id was begun; undefined when it is no id of a backup. */
export const timeOfBackupId = (id: string): Date | undefined => {
  const [, year, ...parts] = written.exec(id) ?? []
  if (year === undefined) return undefined
  const [month, day, hour, minute, second] = parts
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time.getTime()) ? undefined : time
}
