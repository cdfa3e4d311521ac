import { type Call, type Handler, notFound, refusal, taking } from './call.ts'
import type { Known, Permission } from './world.ts'

const listed = (name: string, items: readonly unknown[]) => ({
  status: 200 as const,
  items,
  wrap: (page: readonly unknown[], total: number) => ({ total_count: total, [name]: page }),
})

const workflowOf = ({ repository, parameters }: Call): Known | undefined => {
  const wanted = parameters['workflow_id'] ?? ''
  return repository.workflows.find((one) => String(one.id) === wanted || String(one['path']).endsWith(`/${wanted}`))
}

/** `created` as GitHub's searches spell it: a day, or one after `>=`, `>`, `<=`, `<`. */
const isCreated = (range: string | null) => (run: Known) => {
  const [, sign = '', text = ''] = /^([<>]=?)?(.+)$/.exec(range ?? '') ?? []
  if (range === null) return true
  const [at, limit] = [Date.parse(String(run['created_at'])), Date.parse(text)]
  const compare: Record<string, boolean> = { '>=': at >= limit, '>': at > limit, '<=': at <= limit, '<': at < limit }
  return compare[sign] ?? String(run['created_at']).startsWith(text)
}

const isIn = (name: string, value: string | null) => (run: Known) => value === null || run[name] === value
const runsOf = ({ repository, query, entities }: Call, runs: readonly Known[]) => {
  const status = query.get('status')
  const kept = runs
    .filter((run) => status === null || run['status'] === status || run['conclusion'] === status)
    .filter(isIn('event', query.get('event')))
    .filter(isIn('head_branch', query.get('branch')))
    .filter(isCreated(query.get('created')))
  const newestFirst = kept.toSorted((a, b) => b.id - a.id)
  return listed(
    'workflow_runs',
    newestFirst.map((run) => entities.run(repository, run)),
  )
}

type WorkflowDispatch = { readonly ref: string; readonly inputs?: object; readonly return_run_details?: boolean }
const dispatchWorkflow = taking<WorkflowDispatch>((call, body) => {
  const { world, repository, actor, entities } = call
  if (workflowOf(call) === undefined) return notFound
  const ref = body.ref.startsWith('refs/') ? body.ref : `refs/heads/${body.ref}`
  if (!repository.refs.has(ref)) return refusal(422, `No ref found for: ${body.ref}`)
  repository.dispatches.push({ event: 'workflow_dispatch', by: actor.login, ref, inputs: body.inputs ?? {} })
  if (body.return_run_details !== true) return { status: 204 }
  const id = world.nextId()
  const run = { workflow_run_id: id, run_url: entities.at(repository, `/actions/runs/${id}`) }
  return { status: 200, body: entities.render('workflow-dispatch-response', run) }
})

type RepositoryDispatch = { readonly event_type: string; readonly client_payload?: object }
const dispatchRepository = taking<RepositoryDispatch>(({ repository, actor }, body) => {
  repository.dispatches.push({ event: body.event_type, by: actor.login, inputs: body.client_payload ?? {} })
  return { status: 204 }
})

export const runHandlers = {
  'actions/list-repo-workflows': ({ repository, entities }) =>
    listed(
      'workflows',
      repository.workflows.map((one) => entities.render('workflow', one)),
    ),
  'actions/get-workflow': (call) => {
    const workflow = workflowOf(call)
    return workflow === undefined ? notFound : { status: 200, body: call.entities.render('workflow', workflow) }
  },
  'actions/create-workflow-dispatch': dispatchWorkflow,
  'actions/list-workflow-runs-for-repo': (call) => runsOf(call, call.repository.runs),
  'actions/list-workflow-runs': (call) => {
    const workflow = workflowOf(call)
    return workflow === undefined
      ? notFound
      : runsOf(
          call,
          call.repository.runs.filter((run) => run['workflow_id'] === workflow.id),
        )
  },
  'actions/get-workflow-run': ({ repository, entities, parameters }) => {
    const run = repository.runs.find((one) => one.id === Number(parameters['run_id']))
    return run === undefined ? notFound : { status: 200, body: entities.run(repository, run) }
  },
  'actions/list-jobs-for-workflow-run': ({ repository, entities, parameters }) =>
    listed(
      'jobs',
      repository.jobs.filter((one) => one['run_id'] === Number(parameters['run_id'])).map((one) => entities.render('job', one)),
    ),
  'actions/list-self-hosted-runners-for-repo': ({ repository, entities, query }) => {
    const name = query.get('name')
    const runners = repository.runners.filter((one) => name === null || one['name'] === name)
    return listed(
      'runners',
      runners.map((one) => entities.render('runner', one)),
    )
  },
  'repos/get': ({ repository, entities }) => ({ status: 200, body: entities.repository(repository) }),
  'repos/get-collaborator-permission-level': ({ repository, entities, parameters }) => {
    const login = parameters['username'] ?? ''
    const permission: Permission = repository.collaborators.get(login) ?? (repository.isPrivate ? 'none' : 'read')
    const user = { ...entities.user(login), role_name: permission }
    return { status: 200, body: entities.render('repository-collaborator-permission', { permission, role_name: permission, user }) }
  },
  'repos/create-dispatch-event': dispatchRepository,
} satisfies Record<string, Handler>
