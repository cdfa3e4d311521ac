import type { Socket } from 'node:net'
import type { TlsWanted } from './contract/database.ts'
import type { FromLooker, ToLooker } from './contract/isolation.ts'
import { errorText } from './core/error-chain.ts'
import { createGate } from './core/gate.ts'
import { looks } from './looks.ts'
import { createPrograms } from './tools/process/programs.ts'

type Look = (input: unknown) => Promise<unknown>

/** More than any look has in hand: it only lets one begin after the other. */
const atOnce = 512

const abort = new AbortController()
const gate = createGate(atOnce)
const opened = new Map<number, Promise<Look>>()
const runProgram = createPrograms({ environment: process.env }).run

const open = async (look: string, setup: unknown): Promise<Look> => {
  const load = looks[look]
  if (load === undefined) throw new Error(`no look ${look}`)
  const create = await load()
  return create(setup as never, { signal: abort.signal, runProgram }) as Look
}

const unsaid: FromLooker[] = []
/** What is said in one turn of the loop goes as one message: a thousand answers are some dozens. */
const say = (message: FromLooker): void => {
  if (unsaid.push(message) === 1) setImmediate(() => void process.send?.(unsaid.splice(0)))
}

const answer = async (id: number, of: number, input: unknown): Promise<void> => {
  try {
    const look = await opened.get(of)
    say({ answered: id, value: await gate(async () => look?.(input)) })
  } catch (error) {
    // A bug of ours: the parent throws it again, where it becomes a finding.
    say({ answered: id, thrown: errorText(error) })
  }
}

const serveTunnel = async (connection: Socket, wanted: TlsWanted): Promise<void> => {
  const { serveTunnel } = await import('./tools/isolation/serve-tunnel.ts')
  serveTunnel(connection, wanted, {
    say: (said, then) => void process.send?.(said, undefined, {}, then),
    left: () => process.exit(),
  })
}

const hear = (message: ToLooker, connection?: Socket): void => {
  if ('tunnel' in message) return void (connection === undefined ? process.exit() : serveTunnel(connection, message.tunnel))
  if ('abort' in message) return abort.abort(message.abort)
  if ('ask' in message) return void answer(message.ask, message.of, message.input)
  const look = open(message.look, message.setup)
  // Told to whoever asks it.
  look.catch(() => {})
  opened.set(message.open, look)
}

/** A process that looks for another one, and ends with it: what a foreign server sends cannot end that one. */
process.on('message', hear)
process.once('disconnect', () => process.exit())
say({ ready: true })
