import { createHash } from 'node:crypto'
import type { PipelineStage, ProgramLimits, Programs } from '../../contract/process.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { pipelineTrouble } from '../artifact.ts'
import type { OffSiteTarget } from './target.ts'

/** Where rclone copies to. `remote` as rclone writes it, `name:path`; `name` as people read it. */
export type RcloneRemote = {
  readonly name: string
  readonly remote: string
  /** Its configuration file; undefined: its own. */
  readonly config?: string | undefined
  /** Secrets of a remote that no file holds. */
  readonly environment?: Readonly<Record<string, string>>
  /** Its backend is S3, which has versions and unfinished uploads. */
  readonly s3: boolean
}

export type S3Place = {
  readonly bucket: string
  readonly endpoint: string
  readonly region: string
  readonly accessKey: string
  readonly secretKey: string
}

/** The `s3:` sugar: rclone's S3 backend with nothing but variables of its own, so that no key stands among arguments or in a file. */
export const s3Remote = ({ bucket, endpoint, region, accessKey, secretKey }: S3Place): RcloneRemote => ({
  name: `s3:${bucket}`,
  remote: `ronde:${bucket}`,
  config: '/dev/null',
  s3: true,
  environment: {
    RCLONE_CONFIG_RONDE_TYPE: 's3',
    RCLONE_CONFIG_RONDE_PROVIDER: 'Other',
    RCLONE_CONFIG_RONDE_ENV_AUTH: 'false',
    RCLONE_CONFIG_RONDE_ENDPOINT: endpoint,
    RCLONE_CONFIG_RONDE_REGION: region,
    RCLONE_CONFIG_RONDE_ACCESS_KEY_ID: accessKey,
    RCLONE_CONFIG_RONDE_SECRET_ACCESS_KEY: secretKey,
    RCLONE_CONFIG_RONDE_NO_CHECK_BUCKET: 'true',
  },
})

const patience = ['--retries=2', '--retries-sleep=2s', '--low-level-retries=3', '--contimeout=15s', '--timeout=60s', '--quiet']
/** Its exit code for a folder that is not there. */
const noFolder = 3
const mostListed = 32 * 1024 * 1024
/** A younger upload may be another machine's that is at work. */
const oldUpload = '24h'

const install = 'install it: sudo apt-get install rclone'

const dated = /^\d{4}\/\d\d\/\d\d [\d:]+ /

/** The last line that begins with a time, without it: `Failed to copyto: AccessDenied: …`; what follows such a line, as `caused by: …`, belongs to it. */
const lastWords = (stderr: string): string => {
  const lines = stderr.split('\n').filter((one) => one.trim() !== '')
  const at = lines.findLastIndex((one) => dated.test(one))
  return lines
    .slice(at, at === -1 ? undefined : at + 3)
    .join(' ')
    .replace(dated, '')
    .trim()
}

const adviceFor = (cause: string, name: string): string => {
  if (cause.startsWith('no such program')) return install
  if (/AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|Forbidden|NoSuchAccessKey|UserNotFound|\b403\b/.test(cause))
    return `see that the keys of ${name} are right, and may read and write there`
  if (/NoSuchBucket/.test(cause)) return `make the bucket, or correct its name: ${name}`
  return `see whether ${name} answers: \`rclone lsd\` on this host`
}

type RcloneAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: number | undefined; readonly cause: string }

const stageOf = ({ config, environment }: RcloneRemote, command: readonly string[]): PipelineStage => ({
  program: 'rclone',
  args: [...(config === undefined ? [] : [`--config=${config}`]), ...patience, ...command],
  ...(environment === undefined ? {} : { environment }),
})

/** One call of rclone: what it says, or why it failed in its own words. */
const askRclone = async (stage: PipelineStage, run: Programs['run'], limits: ProgramLimits): Promise<RcloneAnswer> => {
  const { program, args, environment = {} } = stage
  const finished = await run(program, args, { ...limits, environment, maxBytes: mostListed })
  if (finished.ended === 'exit' && finished.exitCode === 0 && !finished.truncated) return { ok: true, text: finished.stdout }
  const ending = { ok: false, stages: [{ ...finished, program }], bytes: new Uint8Array(), durationMs: 0 }
  const why = pipelineTrouble(ending)?.split(': ')[0] ?? 'its answer is too long'
  const code = finished.ended === 'exit' ? finished.exitCode : undefined
  return { ok: false, code, cause: [why, lastWords(finished.stderr)].filter((one) => one !== '').join(': ') }
}

/** Everything that is no folder, through the program `rclone`. */
export const rcloneTarget = (place: RcloneRemote, { run, pipe }: Pick<Programs, 'run' | 'pipe'>, limits: ProgramLimits): OffSiteTarget => {
  const { name, remote, s3 } = place
  const at = (path: string): string => (remote.endsWith(':') ? `${remote}${path}` : `${remote}/${path}`)
  const stage = (command: readonly string[]) => stageOf(place, command)
  const obstacle = (cause: string): Obstacle => ({ cause, advice: adviceFor(cause, name) })
  const ask = (command: readonly string[]) => askRclone(stage(command), run, limits)
  const done = async (command: readonly string[]): Promise<Obstacle | undefined> => {
    const answer = await ask(command)
    return answer.ok ? undefined : obstacle(answer.cause)
  }
  return {
    name,
    put: (file, path) => done(['copyto', '--ignore-times', '--no-traverse', '--', file, at(path)]),
    get: (path, file) => done(['copyto', '--ignore-times', '--no-traverse', '--', at(path), file]),
    read: async (path) => {
      const hash = createHash('sha256')
      let bytes = 0
      const each = (chunk: Uint8Array) => {
        hash.update(chunk)
        bytes += chunk.length
      }
      const cause = pipelineTrouble(await pipe([stage(['cat', '--', at(path)])], { ...limits, stdout: { each } }))
      return cause === undefined ? { sha256: hash.digest('hex'), bytes } : obstacle(cause)
    },
    list: async (folder) => {
      const answer = await ask(['lsf', '--recursive', '--files-only', '--', at(folder)])
      if (answer.ok) return answer.text.split('\n').filter((one) => one !== '')
      return answer.code === noFolder ? [] : obstacle(answer.cause)
    },
    remove: (path) => done(['deletefile', '--', at(path)]),
    clean: async (folder) => (s3 ? done(['backend', 'cleanup', at(folder), '-o', `max-age=${oldUpload}`]) : undefined),
    protection: async () => {
      if (!s3) return 'unasked'
      const answer = await ask(['backend', 'versioning', remote])
      if (!answer.ok) return 'unasked'
      return answer.text.includes('Enabled') ? 'versioned' : 'none'
    },
  }
}
