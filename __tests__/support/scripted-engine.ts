import { createServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'

/** A container as an engine would tell of it; `labels` without `com.docker.compose.`. */
export type ScriptedContainer = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly state?: Readonly<Record<string, unknown>>
  readonly restart?: string
}

export type ScriptedEngine = {
  /** What `docker` is told of it. */
  readonly environment: Readonly<Record<string, string>>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const idOf = (index: number) => String(index).padStart(64, 'a')

const labelsOf = ({ labels }: ScriptedContainer) =>
  Object.fromEntries(Object.entries({ oneoff: 'False', ...labels }).map(([name, value]) => [`com.docker.compose.${name}`, value]))

const stateOf = ({ state }: ScriptedContainer) => ({ Status: 'running', ExitCode: 0, Pid: 1, ...state })

const inspected = (one: ScriptedContainer, index: number) => ({
  Id: idOf(index),
  Name: `/${one.name}`,
  RestartCount: 0,
  State: stateOf(one),
  Config: { Image: 'bb:1', Env: [], Labels: labelsOf(one) },
  HostConfig: { Memory: 1, LogConfig: { Type: 'local', Config: {} }, RestartPolicy: { Name: one.restart ?? 'unless-stopped' } },
  NetworkSettings: { Networks: {} },
  Mounts: [],
})

const listed = (one: ScriptedContainer, index: number) => ({
  Id: idOf(index),
  Names: [`/${one.name}`],
  Image: 'bb:1',
  State: stateOf(one).Status,
  Status: 'Up',
  Labels: labelsOf(one),
})

/** An engine of whose API only so much is there as the programs `docker ps` and `docker inspect` ask for: they are the real ones. */
export const scriptedEngine = async (folder: string, containers: readonly ScriptedContainer[]): Promise<ScriptedEngine> => {
  const path = join(folder, `engine-${process.hrtime.bigint()}.sock`)
  const answer = (response: ServerResponse, value: unknown) =>
    void response.writeHead(200, { 'content-type': 'application/json', 'api-version': '1.41' }).end(JSON.stringify(value))
  const server = createServer((request, response) => {
    const { url = '' } = request
    const id = /containers\/(\w+)\/json/.exec(url)?.[1]
    if (url.includes('/_ping')) return answer(response, 'OK')
    if (/containers\/json/.test(url)) return answer(response, containers.map(listed))
    const at = containers.findIndex((_, index) => idOf(index) === id)
    const found = containers[at]
    return found === undefined
      ? void response.writeHead(404).end('{"message":"No such container"}')
      : answer(response, inspected(found, at))
  })
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => open.add(socket))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    environment: { DOCKER_HOST: `unix://${path}` },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
