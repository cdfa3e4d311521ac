import { createHash, createPublicKey } from 'node:crypto'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { couldNotLook, type Seen, saw } from '../../contract/seen.ts'
import { largest } from '../../core/largest.ts'
import {
  type CertificateFile,
  type LineageKey,
  type LinkName,
  type LiveFolder,
  type LiveLink,
  linkNames,
} from '../../domain/certbot/lineage.ts'
import { readCertificate } from '../../domain/x509/certificate.ts'
import { contentOf } from '../../domain/x509/file-content.ts'
import { type ReadFile, readBounded } from '../files/read.ts'
import { grantCommand, lookCommand, type RightsAdvice } from './rights.ts'

const limitBytes = 1024 * 1024

const codeOf = (error: unknown): unknown => (Error.isError(error) && 'code' in error ? error.code : undefined)
const byName = <T>(make: (name: LinkName) => T): Record<LinkName, T> => ({
  cert: make('cert'),
  privkey: make('privkey'),
  chain: make('chain'),
  fullchain: make('fullchain'),
})

const numbered = /^(\d{1,6})\.pem$/

/** The number of an archive file of this kind; undefined for another name. */
const numberOf = (name: LinkName, file: string): number | undefined => {
  if (!file.startsWith(name)) return undefined
  const digits = numbered.exec(file.slice(name.length))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

type SeenLink = { readonly link: LiveLink /** Where the file itself is. */; readonly file: string }

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

/** A container may have written an absolute link of its own view: its file is looked for in the archive beside `live/` first. */
const fileOf = async (folder: string, target: string, archive: string): Promise<string | undefined> => {
  const beside = join(archive, basename(target))
  const places = isAbsolute(target) ? [beside, target] : [resolve(folder, target)]
  const there = await Promise.all(places.map(isThere))
  return places.find((_, index) => there[index])
}

const seeLink = async (folder: string, name: LinkName, archive: string): Promise<SeenLink> => {
  const path = join(folder, `${name}.pem`)
  try {
    if (!(await lstat(path)).isSymbolicLink()) return { link: { kind: 'copy' }, file: path }
    const target = await readlink(path)
    const number = numberOf(name, basename(target))
    if (number === undefined || basename(dirname(target)) !== basename(archive)) return { link: { kind: 'elsewhere', target }, file: path }
    const file = await fileOf(folder, target, archive)
    return file === undefined ? { link: { kind: 'dangling', target }, file: path } : { link: { kind: 'link', number }, file }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { link: { kind: 'absent' }, file: path }
    throw error
  }
}

const reasons: Readonly<Partial<Record<ReadFile['kind'], string>>> = {
  'too-large': 'is larger than 1 MiB',
  directory: 'is a folder',
  special: 'is no regular file',
  dangling: 'is a link to a file that is not there',
  absent: 'is not there',
  'not-permitted': 'may not be read',
  failed: 'cannot be read',
}

const ofContent = (bytes: Buffer): readonly Buffer[] => {
  const content = contentOf(bytes)
  return content.kind === 'certificates' ? content.certificates : []
}

const certificatesOf = (path: string, read: ReadFile, grant: RightsAdvice): CertificateFile => {
  if (read.kind !== 'file')
    return couldNotLook(
      `${path} ${reasons[read.kind]}`,
      read.kind === 'not-permitted' ? grant('r', [path]) : lookCommand(['sudo', 'ls', '-l'], path),
    )
  const certificates = ofContent(read.bytes).map((der) => readCertificate(der))
  const good = certificates.filter((one) => one !== undefined)
  return good.length > 0 && good.length === certificates.length
    ? saw(good, Date.now())
    : couldNotLook(
        `${path} holds no certificate that can be read`,
        lookCommand(['sudo', 'openssl', 'x509', '-noout', '-text', '-in'], path),
      )
}

const spkiOf = (pem: Buffer): LineageKey => {
  try {
    const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' })
    return { kind: 'read', publicKeySha256: createHash('sha256').update(spki).digest('hex') }
  } catch {
    // Not a key that this OpenSSL can read; its words might repeat a part of it.
    return { kind: 'no-key' }
  } finally {
    pem.fill(0)
  }
}

const seeKey = async (path: string): Promise<LineageKey> => {
  const read = await readBounded(path, limitBytes)
  if (read.kind === 'file') return spkiOf(read.bytes)
  if (read.kind === 'not-permitted') return { kind: 'not-permitted' }
  return read.kind === 'absent' || read.kind === 'dangling' ? { kind: 'absent' } : { kind: 'no-key' }
}

const highestOf = (files: readonly string[], name: LinkName): number => largest(files.map((file) => numberOf(name, file) ?? 0))

/** The certificates of so many renewals are known again. */
const mostEarlier = 12

const earlierOf = async (archive: string, files: readonly string[]): Promise<readonly string[]> => {
  const numbered = files.filter((file) => numberOf('cert', file) !== undefined)
  const latest = numbered.toSorted((a, b) => (numberOf('cert', b) ?? 0) - (numberOf('cert', a) ?? 0)).slice(0, mostEarlier)
  const read = await Promise.all(latest.map((file) => readBounded(join(archive, file), limitBytes)))
  return read.flatMap((one) => {
    const [der] = one.kind === 'file' ? ofContent(one.bytes) : []
    return der === undefined ? [] : [createHash('sha256').update(der).digest('hex')]
  })
}

const namesIn = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })

/** Everything about one `live/<name>` folder and its archive. Not seen: it may not be entered. */
export const seeLive = async (folder: string, archive: string, grant: RightsAdvice = grantCommand): Promise<Seen<LiveFolder>> => {
  try {
    const links = await Promise.all(linkNames.map((name) => seeLink(folder, name, archive)))
    const files = await namesIn(archive)
    const path = (name: LinkName) => links[linkNames.indexOf(name)]?.file ?? join(folder, `${name}.pem`)
    const [cert, chain, fullchain] = await Promise.all(
      (['cert', 'chain', 'fullchain'] as const).map((name) => readBounded(path(name), limitBytes)),
    )
    return saw(
      {
        links: byName((name) => links[linkNames.indexOf(name)]?.link ?? { kind: 'absent' }),
        highest: byName((name) => highestOf(files, name)),
        cert: certificatesOf(path('cert'), cert ?? { kind: 'absent' }, grant),
        chain: certificatesOf(path('chain'), chain ?? { kind: 'absent' }, grant),
        fullchain: certificatesOf(path('fullchain'), fullchain ?? { kind: 'absent' }, grant),
        fullchainFile: path('fullchain'),
        modifiedAt: fullchain?.kind === 'file' ? fullchain.modifiedAt : 0,
        key: await seeKey(path('privkey')),
        earlier: await earlierOf(archive, files),
      },
      Date.now(),
    )
  } catch (error) {
    const parents = [dirname(folder), dirname(archive)]
    return couldNotLook(`${folder} may not be read (${String(codeOf(error) ?? error)})`, grant('rx', parents))
  }
}
