import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Entry = { readonly name: string; readonly version: string; readonly blob: string; readonly at: string; isFinal: boolean; id: number }
/** Fields of the requests, as the service spells them; each method reads its own. int64 are strings. */
type Ask = {
  readonly key: string
  readonly version: string
  readonly restore_keys?: readonly string[]
  readonly size_bytes: string
  readonly name: string
  readonly size: string
  /** The artifact library sends a wrapped string as a plain one. */
  readonly name_filter?: string
  readonly workflow_run_backend_id: string
  readonly workflow_job_run_backend_id: string
}
type Message = Readonly<Record<string, unknown>>
type Answer = { readonly status: number; readonly body: Message | Buffer | string; readonly type?: string }
type Blob = { content: Buffer; type: string; readonly blocks: Map<string, Buffer> }

const ok = (body: Message): Answer => ({ status: 200, body: { ok: true, ...body } })
const twirpError = (status: number, code: string, msg: string): Answer => ({ status, body: { code, msg } })
const exists = twirpError(409, 'already_exists', 'an entry of this name exists')
const missing = twirpError(404, 'not_found', 'no entry of this name')

const createStore = (url: () => string) => {
  const blobs = new Map<string, Blob>()
  const caches: Entry[] = []
  const artifacts: Entry[] = []
  let lastId = 0
  const blobUrl = (entry: Entry) => `${url()}/storage/results/${entry.blob}?sig=${entry.blob}`
  const reserve = (entries: Entry[], name: string, version: string): Answer => {
    if (entries.some((one) => one.name === name && one.version === version)) return exists
    const entry = { name, version, blob: crypto.randomUUID(), at: new Date().toISOString(), isFinal: false, id: ++lastId }
    entries.push(entry)
    return ok({ signed_upload_url: blobUrl(entry) })
  }
  const finalize = (entry: Entry | undefined, sizeBytes: string, idKey: string): Answer => {
    if (entry === undefined) return missing
    const size = blobs.get(entry.blob)?.content.byteLength ?? 0
    if (String(size) !== sizeBytes) return twirpError(400, 'invalid_argument', `${sizeBytes} bytes announced, ${size} received`)
    entry.isFinal = true
    return ok({ [idKey]: String(entry.id) })
  }
  return { blobs, caches, artifacts, blobUrl, reserve, finalize }
}
type Store = ReturnType<typeof createStore>

/** Exact first, then the newest whose key begins with the wanted one; restore keys in their order. */
const findCache = ({ caches }: Store, keys: readonly string[], version: string): Entry | undefined => {
  const final = caches.filter((one) => one.isFinal && one.version === version).toReversed()
  const matches = keys.map((key) => final.find((one) => one.name === key) ?? final.find((one) => one.name.startsWith(key)))
  return matches.find((one) => one !== undefined)
}

const artifactOf = (store: Store, ask: Ask) => store.artifacts.find((one) => one.name === ask.name)
const describe = (store: Store, run: Message, entry: Entry) => {
  const content = store.blobs.get(entry.blob)?.content ?? Buffer.alloc(0)
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
  return { ...run, database_id: String(entry.id), name: entry.name, size: String(content.byteLength), created_at: entry.at, digest }
}
const runOf = ({ workflow_run_backend_id, workflow_job_run_backend_id }: Ask) => ({
  workflow_run_backend_id,
  workflow_job_run_backend_id,
})

const services: Record<string, (store: Store, ask: Ask) => Answer> = {
  'CacheService/CreateCacheEntry': (store, ask) => store.reserve(store.caches, ask.key, ask.version),
  'CacheService/FinalizeCacheEntryUpload': (store, ask) => {
    const entry = store.caches.find((one) => one.name === ask.key && one.version === ask.version)
    return store.finalize(entry, ask.size_bytes, 'entry_id')
  },
  'CacheService/GetCacheEntryDownloadURL': (store, ask) => {
    const entry = findCache(store, [ask.key, ...(ask.restore_keys ?? [])], ask.version)
    return entry === undefined ? ok({ ok: false }) : ok({ signed_download_url: store.blobUrl(entry), matched_key: entry.name })
  },
  'ArtifactService/CreateArtifact': (store, ask) => store.reserve(store.artifacts, ask.name, ''),
  'ArtifactService/FinalizeArtifact': (store, ask) => store.finalize(artifactOf(store, ask), ask.size, 'artifact_id'),
  'ArtifactService/ListArtifacts': (store, ask) => {
    const kept = store.artifacts.filter((one) => one.isFinal && one.name === (ask.name_filter ?? one.name))
    return { status: 200, body: { artifacts: kept.map((one) => describe(store, runOf(ask), one)) } }
  },
  'ArtifactService/GetSignedArtifactURL': (store, ask) => {
    const entry = artifactOf(store, ask)
    return entry === undefined ? missing : { status: 200, body: { signed_url: store.blobUrl(entry) } }
  },
  'ArtifactService/DeleteArtifact': (store, ask) => {
    const entry = artifactOf(store, ask)
    if (entry === undefined) return missing
    store.artifacts.splice(store.artifacts.indexOf(entry), 1)
    return ok({ artifact_id: String(entry.id) })
  },
}

/** A blob is put whole, or in blocks that a list then joins; artifacts come in blocks. */
const putBlob = (blob: Blob, request: IncomingMessage, query: URLSearchParams, content: Buffer): Answer => {
  blob.type = String(request.headers['x-ms-blob-content-type'] ?? blob.type)
  const kinds: Record<string, () => void> = {
    block: () => void blob.blocks.set(query.get('blockid') ?? '', content),
    blocklist: () => {
      const ids = [...content.toString('utf8').matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map((one) => one[1] ?? '')
      blob.content = Buffer.concat(ids.map((one) => blob.blocks.get(one) ?? Buffer.alloc(0)))
    },
  }
  const put = kinds[query.get('comp') ?? ''] ?? (() => void (blob.content = content))
  put()
  return { status: 201, body: '' }
}

const blobAnswer = (store: Store, request: IncomingMessage, url: URL, content: Buffer): Answer => {
  const id = url.pathname.split('/').at(-1) ?? ''
  if (url.searchParams.get('sig') !== id) return { status: 403, body: 'no signature' }
  const blob = store.blobs.get(id) ?? { content: Buffer.alloc(0), type: 'application/octet-stream', blocks: new Map<string, Buffer>() }
  if (request.method !== 'PUT') return { status: store.blobs.has(id) ? 200 : 404, body: blob.content, type: blob.type }
  store.blobs.set(id, blob)
  return putBlob(blob, request, url.searchParams, content)
}

const answer = (store: Store, request: IncomingMessage, content: Buffer, token: string): Answer => {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const { pathname } = url
  if (pathname.startsWith('/storage/results/')) return blobAnswer(store, request, url, content)
  if (request.headers.authorization !== `Bearer ${token}`) return twirpError(401, 'unauthenticated', 'no runtime token')
  const service = services[pathname.replace('/twirp/github.actions.results.api.v1.', '')]
  return service === undefined ? twirpError(404, 'bad_route', `no ${pathname}`) : service(store, JSON.parse(content.toString('utf8')))
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** Run and job stand in the token's scope, where the artifact library looks for them. */
const runtimeToken = () => `${part({ alg: 'none' })}.${part({ scp: `Actions.Results:${crypto.randomUUID()}:${crypto.randomUUID()}` })}.x`

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
const send = (response: ServerResponse, { status, body, type }: Answer) => {
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body)
  response.writeHead(status, { 'content-type': type ?? (isJson ? 'application/json' : 'text/plain'), etag: '"1"' })
  response.end(isJson ? JSON.stringify(body) : body)
}
const finalNames = (entries: readonly Entry[]) => entries.filter((one) => one.isFinal).map((one) => one.name)

/**
 * GitHub's results service (cache v2 and artifacts) on loopback, for the real libraries: give an action `environment`.
 * `GITHUB_SERVER_URL` must stay github.com, else they believe in an Enterprise server and silently do nothing.
 */
export const startResultsService = async () => {
  const token = runtimeToken()
  let url = ''
  let brokenStatus: number | undefined
  const store = createStore(() => url)
  const requests: string[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${(request.url ?? '').replace(/\?.*/, '')}`)
    const content = await readAll(request)
    const broken = brokenStatus === undefined ? undefined : twirpError(brokenStatus, 'unavailable', 'out of order')
    send(response, broken ?? answer(store, request, content, token))
  }
  const server = createServer((request, response) => {
    // A request that is not JSON, or was given up: the client notices by the broken connection.
    serve(request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    url,
    environment: { ACTIONS_RESULTS_URL: `${url}/`, ACTIONS_RUNTIME_TOKEN: token, ACTIONS_CACHE_SERVICE_V2: 'true' },
    /** Keys of the caches that are complete, oldest first. */
    caches: () => finalNames(store.caches),
    artifacts: () => finalNames(store.artifacts),
    requests: requests as readonly string[],
    /** Answers everything with this status from now on; 5xx makes the libraries retry for half a minute, 429 does not. */
    breakDown: (status: number | undefined) => {
      brokenStatus = status
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
