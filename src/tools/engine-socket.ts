import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { z } from 'zod'
import { type Seen, saw } from '../contract/seen.ts'
import { once } from '../core/once.ts'
import { jsonValue } from '../core/read-json.ts'
import { engineStopped } from './compose-failure.ts'
import { containerId, type Labelled, labelled } from './compose-labels.ts'

/** Where the program `docker` finds the engine when nothing points it elsewhere. */
const usualSocket = '/var/run/docker.sock'

/** An engine that is well answers in milliseconds; the program is asked instead, and has a deadline of its own. */
const timeoutMs = 2_000
const maxBytes = 8 * 1024 * 1024

const filters = encodeURIComponent(JSON.stringify({ label: ['com.docker.compose.project'] }))
/** HTTP/1.0: the answer ends with the connection, and nothing of it is chunked. */
const question = `GET /containers/json?all=1&filters=${filters} HTTP/1.0\r\nHost: docker\r\n\r\n`

const answerShape = once(() => z.array(z.object({ Id: containerId(), State: z.string(), Labels: z.record(z.string(), z.string()) })))

/** Reads what the engine answers to our question; undefined when it is not that. */
export const parseListing = (answer: string): readonly Labelled[] | undefined => {
  const end = answer.indexOf('\r\n\r\n')
  if (end === -1 || !/^HTTP\/1\.[01] 200 /.test(answer)) return undefined
  const read = answerShape().safeParse(jsonValue(answer.slice(end + 4)), { jitless: true })
  if (!read.success) return undefined
  return read.data.map(({ Id, State, Labels }) => labelled(Id, State, (name) => Labels[`com.docker.compose.${name}`] ?? ''))
}

type Environment = Readonly<Record<string, string | undefined>>

/** A context that was chosen leads elsewhere; a file that we cannot read may say so. */
const choosesContext = (home: string): boolean => {
  try {
    const read = z
      .object({ currentContext: z.string().optional() })
      .safeParse(jsonValue(readFileSync(join(home, '.docker/config.json'), 'utf8')), { jitless: true })
    return read.data === undefined || !['', 'default', undefined].includes(read.data.currentContext)
  } catch (error) {
    // Most accounts have none.
    return !(Error.isError(error) && 'code' in error && error.code === 'ENOENT')
  }
}

const elf = Buffer.from('\x7fELF', 'latin1')

const isProgram = (path: string): boolean => {
  try {
    const [file, beginning] = [openSync(path, 'r'), Buffer.alloc(elf.length)]
    try {
      readSync(file, beginning)
      return beginning.equals(elf)
    } finally {
      closeSync(file)
    }
  } catch {
    // Whatever it is, it is no program of which we know what it would ask.
    return false
  }
}

/** A wrapper, such as that of podman or one with sudo, asks what it likes. */
const isDockerItself = (path: string): boolean => {
  const folders = path.split(delimiter).filter((folder) => folder.startsWith('/'))
  // A folder of PATH that we may not enter hides a program as if it were nowhere.
  const first = folders.map((folder) => join(folder, 'docker')).find((file) => existsSync(file))
  return first !== undefined && isProgram(first)
}

/** Whether the program `docker` would ask the usual socket: then so may we. */
export const asksUsualSocket = (environment: Environment): boolean => {
  const { PATH = '', HOME = '' } = environment
  const isPointed = Object.entries(environment).some(([name, value]) => name.startsWith('DOCKER_') && value !== undefined && value !== '')
  return !isPointed && HOME !== '' && isDockerItself(PATH) && !choosesContext(HOME)
}

type Answer = { readonly text: string } | { readonly error: string }

const ask = async (path: string, signal: AbortSignal): Promise<Answer> => {
  const { connect } = await import('node:net')
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const socket = connect({ path, signal })
  const chunks: Buffer[] = []
  let bytes = 0
  // For the whole answer: one that comes byte by byte is none either.
  const late = setTimeout(() => socket.destroy(new Error('no answer')), timeoutMs)
  socket.on('connect', () => socket.write(question))
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > maxBytes) socket.destroy(new Error('too much'))
  })
  socket.on('end', () => resolve({ text: Buffer.concat(chunks).toString('utf8') }))
  socket.on('error', (error) => resolve({ error: 'code' in error ? String(error.code) : error.message }))
  socket.on('close', () => resolve({ error: 'closed' }))
  const answer = await promise
  clearTimeout(late)
  socket.destroy()
  return answer
}

/** The list of all containers from the engine itself; undefined where the program `docker` must be asked. */
export type AskEngine = (signal: AbortSignal) => Promise<Seen<readonly Labelled[]> | undefined>

/**
 * Asks the engine as the program `docker` would, without starting it, which takes longer than all else in a quick run. Only where there is no
 * doubt that both are the same engine; what is not a clear answer is asked again of the program, whose words people know.
 */
export const createAskEngine =
  (environment: Environment, socket = usualSocket): AskEngine =>
  async (signal) => {
    if (signal.aborted || !asksUsualSocket(environment)) return undefined
    const answer = await ask(socket, signal)
    if ('error' in answer) return ['ECONNREFUSED', 'ENOENT'].includes(answer.error) ? engineStopped() : undefined
    const all = parseListing(answer.text)
    return all === undefined ? undefined : saw(all, Date.now())
  }
