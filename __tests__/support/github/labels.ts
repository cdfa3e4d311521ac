import { type Call, type Handler, invalid, notFound, taking } from './call.ts'
import type { Issue } from './world.ts'

type LabelBody = { readonly name: string; readonly new_name?: string; readonly color?: string; readonly description?: string | null }

const all: Handler = ({ repository, entities }) => ({
  status: 200,
  items: [...repository.labels.values()].map((one) => entities.label(repository, one)),
})

const get: Handler = ({ repository, entities, parameters }) => {
  const found = repository.labels.get((parameters['name'] ?? '').toLowerCase())
  return found === undefined ? notFound : { status: 200, body: entities.label(repository, found) }
}

const create = taking<LabelBody>(({ world, repository, entities }, { name, color, description }) => {
  if (name.length > 50) return invalid('Label', 'name', 'name is too long (maximum is 50 characters)')
  if (repository.labels.has(name.toLowerCase())) return invalid('Label', 'name', 'already_exists')
  const label = { id: world.nextId(), name, color: color ?? 'ededed', description: description ?? null }
  repository.labels.set(name.toLowerCase(), label)
  return { status: 201, body: entities.label(repository, label) }
})

const update = taking<LabelBody>(({ repository, entities, parameters }, body) => {
  const key = (parameters['name'] ?? '').toLowerCase()
  const label = repository.labels.get(key)
  if (label === undefined) return notFound
  const old = label.name
  label.name = body.new_name ?? label.name
  label.color = body.color ?? label.color
  label.description = body.description ?? label.description
  repository.labels.delete(key)
  repository.labels.set(label.name.toLowerCase(), label)
  for (const issue of repository.issues) issue.labels = issue.labels.map((name) => (name === old ? label.name : name))
  return { status: 200, body: entities.label(repository, label) }
})

const onIssue =
  (change: (issue: Issue, asked: readonly string[], call: Call) => readonly string[] | undefined): Handler =>
  (call) => {
    const { repository, world, entities } = call
    const body = call.body as readonly string[] | { readonly labels?: readonly string[] } | undefined
    const asked = body === undefined ? [] : 'labels' in body ? (body.labels ?? []) : (body as readonly string[])
    const issue = repository.issues.find((one) => one.number === Number(call.parameters['issue_number']))
    const names = issue === undefined ? undefined : change(issue, asked, call)
    if (issue === undefined || names === undefined) return notFound
    issue.labels = world.ensureLabels(repository, names)
    issue.updatedAt = world.timestamp()
    const labels = issue.labels.flatMap((name) => repository.labels.get(name.toLowerCase()) ?? [])
    return { status: 200, body: labels.map((one) => entities.label(repository, one)) }
  }

export const labelHandlers = {
  'issues/list-labels-for-repo': all,
  'issues/get-label': get,
  'issues/create-label': create,
  'issues/update-label': update,
  'issues/add-labels': onIssue((issue, asked) => [...issue.labels, ...asked]),
  'issues/set-labels': onIssue((_, asked) => asked),
  'issues/remove-label': onIssue((issue, _, { parameters }) => {
    const name = (parameters['name'] ?? '').toLowerCase()
    const rest = issue.labels.filter((one) => one.toLowerCase() !== name)
    return rest.length === issue.labels.length ? undefined : rest
  }),
} satisfies Record<string, Handler>
