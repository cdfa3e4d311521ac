import { z } from 'zod'
import type { Context } from '../../../../contract/context.ts'
import { versionReaderOf } from '../../../../domain/versions/named.ts'
import { filesInTree } from '../../../../probes/files/tree.ts'
import { seeRunningVersions } from '../../../../probes/running-versions.ts'
import { readWorkspaceFile } from '../../../../tools/workspace-file.ts'
import type { AuditOptions } from '../../options.ts'
import { definePart } from '../../part.ts'
import { gatherPackages } from '../packages/gather.ts'
import { createReadBytes, findFiles, isSkipped } from '../packages/look.ts'
import { judgeVersions, type SeenVersion, versionIds } from './policy.ts'

const maxBytes = 1024 * 1024

/** Dockerfiles, compose files and those that name one version. */
const inFiles = async ({ workspace, signal }: Context): Promise<readonly SeenVersion[]> => {
  const isFolder = (path: string) => !isSkipped(path)
  const { files } = await filesInTree(workspace, { isFile: (path) => versionReaderOf(path) !== undefined, isFolder, signal })
  const found: SeenVersion[] = []
  for (const path of files) {
    const file = await readWorkspaceFile(workspace, path, maxBytes)
    const read = file.kind === 'text' ? (versionReaderOf(path)?.(file.text, path) ?? []) : []
    for (const { product, version, line } of read) {
      found.push({ product, version, where: `${path}:${line}`, location: { path, line } })
    }
  }
  return found
}

/** Django is a package like others, with an end like few. */
const inLockfiles = async (options: AuditOptions, context: Context): Promise<readonly SeenVersion[]> => {
  const { paths } = await findFiles(options.paths, context)
  const { packages } = await gatherPackages(paths, createReadBytes(context.workspace), ['PyPI'])
  return packages
    .filter(({ name }) => name === 'django')
    .map(({ version, file: path, line }) => ({ product: 'django', version, where: `${path}:${line}`, location: { path, line } }))
}

const running = async ({ compose }: Context): Promise<readonly SeenVersion[]> =>
  (await seeRunningVersions(compose)).map(({ product, version, where }) => ({ product, version, where }))

export const part = definePart({
  name: 'versions',
  description: 'Ends of life of Python, Django, Node.js, PostgreSQL, nginx, Redis, RabbitMQ, base images, Docker and this server.',
  order: 40,
  options: {
    versions: z
      .boolean()
      .default(false)
      .meta({ description: 'Also compare versions with the ends of life that are known, by a table of this release.' }),
  },
  ids: versionIds,
  configured: ({ versions }) => versions,
  run: async (options, { context, startedAt }) => {
    const seen = await Promise.all([inFiles(context), inLockfiles(options, context), running(context)])
    return { completed: true, findings: judgeVersions(seen.flat(), startedAt) }
  },
})
