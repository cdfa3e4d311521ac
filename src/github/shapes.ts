import { z } from 'zod'
import type { Comment, Issue } from '../contract/issues.ts'

/** A deleted account has no login; an empty one is nobody's. */
const user = z
  .object({ login: z.string() })
  .nullish()
  .transform((one) => one?.login ?? '')
const instant = z.string().transform((text, context) => {
  const at = Date.parse(text)
  if (Number.isNaN(at)) context.addIssue('not a time')
  return at
})
const label = z.union([z.string(), z.object({ name: z.string().nullish() }).transform(({ name }) => name ?? '')])

const listed = z.object({
  number: z.int().min(1),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  user,
  labels: z.array(label),
  assignees: z.array(z.object({ login: z.string() })).nullish(),
  locked: z.boolean(),
  comments: z.int().min(0),
  created_at: instant,
  updated_at: instant,
  closed_at: instant.nullish(),
  closed_by: z.object({ login: z.string() }).nullish(),
  html_url: z.string(),
  pull_request: z.object({}).nullish(),
})

const issueOf = (one: z.output<typeof listed>): Issue => ({
  number: one.number,
  title: one.title,
  body: one.body ?? '',
  state: one.state,
  author: one.user,
  labels: one.labels,
  assignees: (one.assignees ?? []).map(({ login }) => login),
  locked: one.locked,
  comments: one.comments,
  createdAt: one.created_at,
  updatedAt: one.updated_at,
  closedAt: one.closed_at ?? undefined,
  closedBy: one.closed_by?.login,
  url: one.html_url,
})

/** One issue, whatever it is. */
export const issueShape = listed.transform(issueOf)

/** One page of a list of issues; GitHub lists pull requests among them, which are left out. */
export const issuesShape = z
  .array(listed)
  .transform((all) => all.filter((one) => one.pull_request === undefined || one.pull_request === null).map(issueOf))

export const commentsShape = z
  .array(
    z.object({
      id: z.int(),
      user,
      body: z.string().nullish(),
      created_at: instant,
      updated_at: instant,
      author_association: z.string().nullish(),
    }),
  )
  .transform((all) =>
    all.map(
      (one): Comment => ({
        id: one.id,
        author: one.user,
        body: one.body ?? '',
        createdAt: one.created_at,
        updatedAt: one.updated_at,
        near: ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(one.author_association ?? ''),
      }),
    ),
  )

export const writtenIssue = z.object({ number: z.int().min(1), user })
export const writtenComment = z.object({ id: z.int(), user })
/** `maintain` is told as `write`, `triage` as `read`. */
export const permissionShape = z.object({ permission: z.string() })
export const repositoryShape = z.object({ private: z.boolean() })
