import { commitFile, filesOf, pointTo } from './branches.ts'
import { type Call, type Handler, invalid, notFound, refusal, taking } from './call.ts'
import { shaOf } from './world.ts'

const link = (call: Call, path: string) => call.entities.at(call.repository, path)

const withPull =
  (work: (call: Call, pull: Call['repository']['pulls'][number]) => ReturnType<Handler>): Handler =>
  (call) => {
    const pull = call.repository.pulls.find((one) => one.number === Number(call.parameters['pull_number']))
    return pull === undefined ? notFound : work(call, pull)
  }

type PullBody = { readonly head: string; readonly base: string; readonly title: string; readonly body?: string }
const createPull = taking<PullBody>(({ world, repository, actor, entities }, { head: named, base, title, body = '' }) => {
  const head = named.split(':').at(-1) ?? ''
  const sha = repository.refs.get(`refs/heads/${head}`)
  if (actor.kind === 'job' && !repository.mayPropose)
    return refusal(403, 'GitHub Actions is not permitted to create or approve pull requests.')
  if (sha === undefined) return invalid('PullRequest', 'head', 'head is not a branch')
  const same = repository.pulls.find((one) => one.head === head && one.base === base && one['state'] === 'open')
  if (same !== undefined) return invalid('PullRequest', '', `A pull request already exists for ${named}.`)
  if (sha === repository.refs.get(`refs/heads/${base}`)) return invalid('PullRequest', '', `No commits between ${base} and ${head}`)
  const { id, number } = world.addIssue(repository, { title, body, author: actor.login, isPullRequest: true })
  const pull = { id, number, title, body, state: 'open', user: entities.user(actor.login), files: [], head, base, sha }
  repository.pulls.push(pull)
  return { status: 201, body: entities.pull('pull-request', repository, pull) }
})

const content = (call: Call, path: string, text: string) => ({
  type: 'file',
  name: path.split('/').at(-1) ?? '',
  path,
  sha: shaOf(text),
  size: Buffer.byteLength(text),
  url: link(call, `/contents/${path}`),
  html_url: call.entities.page(call.repository, `/blob/main/${path}`),
  git_url: link(call, `/git/blobs/${shaOf(text)}`),
  download_url: call.entities.page(call.repository, `/raw/main/${path}`),
})

const getContent: Handler = (call) => {
  const path = call.parameters['path'] ?? ''
  const files = filesOf(call.repository, call.query.get('ref') ?? undefined)
  if (files === undefined) return refusal(404, `No commit found for the ref ${call.query.get('ref')}`)
  const text = files.get(path)
  if (text === undefined) return notFound
  const links = { self: link(call, `/contents/${path}`), git: null, html: null }
  const encoded = { encoding: 'base64', content: Buffer.from(text).toString('base64') }
  return { status: 200, body: { ...content(call, path, text), ...encoded, _links: links } }
}

type FileBody = { readonly message: string; readonly content: string; readonly sha?: string; readonly branch?: string }
const putContent = taking<FileBody>((call, body) => {
  const { repository, parameters } = call
  const path = parameters['path'] ?? ''
  const branch = body.branch ?? repository.defaultBranch
  const files = filesOf(repository, branch)
  if (files === undefined) return refusal(404, `Branch ${branch} not found`)
  const old = files.get(path)
  if (old !== undefined && body.sha === undefined) return invalid('Content', 'sha', `"sha" wasn't supplied.`)
  if (old !== undefined && body.sha !== shaOf(old)) return refusal(409, `${path} does not match ${body.sha}`)
  const text = Buffer.from(body.content, 'base64').toString('utf8')
  const commit = { sha: commitFile(repository, branch, { path, text }), message: body.message }
  return { status: old === undefined ? 201 : 200, body: { content: content(call, path, text), commit } }
})

const reference = (call: Call, ref: string, sha: string) => {
  const object = { type: 'commit', sha, url: link(call, `/git/commits/${sha}`) }
  return call.entities.render('git-ref', { ref, url: link(call, `/git/${ref}`), object })
}
const refOf = (call: Call) => `refs/${call.parameters['ref']}`

const getRef: Handler = (call) => {
  const sha = call.repository.refs.get(refOf(call))
  return sha === undefined ? notFound : { status: 200, body: reference(call, refOf(call), sha) }
}
const createRef = taking<{ readonly ref: string; readonly sha: string }>((call, { ref, sha }) => {
  if (call.repository.refs.has(ref)) return refusal(422, 'Reference already exists')
  pointTo(call.repository, ref, sha)
  return { status: 201, body: reference(call, ref, sha) }
})
const updateRef = taking<{ readonly sha: string }>((call, { sha }) => {
  if (!call.repository.refs.has(refOf(call))) return refusal(422, 'Reference does not exist')
  pointTo(call.repository, refOf(call), sha)
  return { status: 200, body: reference(call, refOf(call), sha) }
})

/** Keeps a git object under the hash of what was asked for. */
const keep = ({ repository }: Call, body: object): string => {
  const sha = shaOf(JSON.stringify(body))
  repository.objects.set(sha, body)
  return sha
}

type CommitBody = { readonly message: string; readonly tree: string; readonly parents?: readonly string[] }
const createCommit = taking<CommitBody>((call, body) => {
  const { world, repository, actor, entities } = call
  if (!repository.objects.has(body.tree)) return refusal(422, 'Tree SHA does not exist')
  const person = { name: actor.login, email: `${actor.login}@users.noreply.github.com`, date: world.timestamp() }
  const commitAt = (sha: string) => ({ sha, url: link(call, `/git/commits/${sha}`), html_url: entities.page(repository, `/commit/${sha}`) })
  const commit = {
    ...commitAt(keep(call, body)),
    message: body.message,
    author: person,
    committer: person,
    parents: (body.parents ?? []).map(commitAt),
    tree: { sha: body.tree, url: link(call, `/git/trees/${body.tree}`) },
  }
  return { status: 201, body: entities.render('git-commit', commit) }
})

type TreeEntry = { readonly path: string; readonly mode: string; readonly type?: string; readonly sha?: string; readonly content?: string }
const createTree = taking<{ readonly tree: readonly TreeEntry[] }>((call, body) => {
  const tree = body.tree.map((one) => ({
    path: one.path,
    mode: one.mode,
    type: one.type ?? 'blob',
    sha: one.sha ?? shaOf(one.content ?? ''),
  }))
  const sha = keep(call, body)
  return { status: 201, body: { sha, url: link(call, `/git/trees/${sha}`), truncated: false, tree } }
})
const createBlob = taking<object>((call, body) => {
  const sha = keep(call, body)
  return { status: 201, body: { sha, url: link(call, `/git/blobs/${sha}`) } }
})

const uploadSarif = taking<{ readonly ref: string; readonly sarif: string }>((call, { ref, sarif }) => {
  call.repository.sarifs.push({ ref, sarif })
  const id = crypto.randomUUID()
  return { status: 202, body: { id, url: link(call, `/code-scanning/sarifs/${id}`) } }
})

const listPulls: Handler = ({ repository, entities, query }) => {
  const state = query.get('state') ?? 'open'
  const head = query.get('head')?.split(':').at(-1)
  const base = query.get('base')
  const isWanted = (one: (typeof repository.pulls)[number]) =>
    (state === 'all' || (one['state'] ?? 'open') === state) &&
    (head === undefined || one.head === head) &&
    (base === null || one.base === base)
  const pulls = repository.pulls.filter(isWanted).toSorted((a, b) => b.number - a.number)
  return { status: 200, items: pulls.map((one) => entities.pull('pull-request-simple', repository, one)) }
}
const listFiles = withPull(({ entities }, { files }) => ({
  status: 200,
  items: files.map((file) => entities.render('diff-entry', Object.fromEntries(Object.entries(file)))),
}))

export const codeHandlers = {
  'pulls/list': listPulls,
  'pulls/get': withPull(({ repository, entities }, one) => ({ status: 200, body: entities.pull('pull-request', repository, one) })),
  'pulls/list-files': listFiles,
  'pulls/create': createPull,
  'repos/get-content': getContent,
  'repos/create-or-update-file-contents': putContent,
  'git/get-ref': getRef,
  'git/create-ref': createRef,
  'git/update-ref': updateRef,
  'git/create-blob': createBlob,
  'git/create-tree': createTree,
  'git/create-commit': createCommit,
  'code-scanning/upload-sarif': uploadSarif,
} satisfies Record<string, Handler>
