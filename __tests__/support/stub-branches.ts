import { existsSync } from 'node:fs'

/** Files of a branch by their paths, written as CONTRIBUTING.md says. */
export type BranchFiles = Readonly<Record<string, string>>

const words = ['cut', 'failed', 'nothing', 'unfinished']

/** No run of 12 words may stand on two pages: the id stands in every sentence. */
const runbook = (id: string): string => `# ${id}

Only a stub of a test says ${id}.

## What it means
- **ok**: ${id} was looked at. It is never unknown: ${id} looks at nothing.

## Likely causes
1. A test wrote ${id}, and nothing else can be the cause of ${id}.

## Look
Nothing is to be seen of ${id} but the disk:

\`\`\`sh
df -h
\`\`\`

## Mend
- Take ${id} away again, for nobody ever needs what ${id} says.

## Make it not come back
Let no test write ${id} into a checkout where somebody could find ${id}.
`

const fragment = (name: string): string => `kind: added\n\n\`${name}\`: a stub that only a test sees.\n`

const runbooks = (ids: readonly string[]): BranchFiles => Object.fromEntries(ids.map((id) => [`docs/runbooks/${id}.md`, runbook(id)]))

const part = (id: string, name: string, kind: string, option: string): string => `import { z } from 'zod'
import { finding } from '../../../../contract/finding.ts'
import { definePart } from '${kind}'

/** Pure: what was seen in, findings out. */
export const judge = (most: number) => [
  finding({
    id: '${id}',
    subject: 'stub/${name}',
    status: most < 1 ? 'warning' : 'ok',
    title: 'what a stub says',
    observed: String(most),
    expected: 'at least 1',
    audience: 'technical',
  }),
]

export const part = definePart({
  name: '${name}',
  description: 'Says that it was there.',
  order: 300,
  options: { '${option}': z.number().default(1).meta({ description: 'What the stub ${name} sees.' }) },
  ids: ['${id}'],
  disturbedByWork: ['${id}'],
  run: async ({ '${option}': most }) => ({ completed: true, findings: judge(most) }),
})
`

const partTest = (source: string): string => `import { expect, test } from '@jest/globals'
import { judge } from '${source}'

test.each([
  [0, 'warning'],
  [1, 'ok'],
])('%d is %s', (most, status) => {
  expect(judge(most)[0]?.status).toBe(status)
})
`

const kindOfParts = `import type { Context } from '../../contract/context.ts'
import { partsOf } from '../../core/parts.ts'

/** A part is one thing that the stub works at, with the context of its run. */
export const definePart = partsOf<{
  readonly options: object
  readonly world: Context
  readonly told: object
  readonly marks: object
}>()
`

const runOfParts = (
  name: string,
): string => `const planned = (options: Options, context: Context): readonly PlannedPart<PartOutcome<PartId>>[] =>
  parts.map((part) => ({ part, run: () => part.run(options, context, true) }))

const unfinished = (part: string, { cause, advice }: Obstacle) =>
  finding({
    id: '${name}.cut',
    subject: part,
    status: 'unknown',
    title: part,
    observed: cause,
    expected: 'an end',
    advice,
    audience: 'technical',
  })`

/** An action of parts: one that looks, or a change whose parts run as one step. */
const actionOfParts = (
  name: string,
  kind: 'observe' | 'change',
): string => `import { type ActionOptions, defineAction, result } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { finding } from '../../contract/finding.ts'
import { planFact, planOf } from '../../contract/plan.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { idsOfParts, type PartOutcome } from '../../core/parts.ts'
import { completedParts, type PlannedPart, runPartsSideBySide } from '../../core/run-parts.ts'
${kind === 'change' ? "import { beginSteps, undoSteps, type Steps } from '../../core/steps.ts'\n" : ''}import { partOptions, parts } from './parts.generated.ts'

type PartId = (typeof parts)[number]['ids'][number]
type Options = ActionOptions<typeof partOptions, 'compose'>

${runOfParts(name)}

const work = async (options: Options, context: Context) => {
  const ran = await runPartsSideBySide(planned(options, context), { signal: context.signal, unfinished })
  const plan = planOf(parts.map(({ name }) => ({ does: 'look at', subject: name, bytes: 0 })))
  return { ...result(completedParts(ran), ran.flatMap((one) => one.findings)), facts: { plan: planFact(plan) } }
}
${
  kind === 'change'
    ? `
/** What is done, and how it is taken back. */
const steps: Steps<Context, { readonly mark: { readonly folder: string } }> = {
  mark: { do: async () => {}, undo: async () => {} },
}
`
    : ''
}
export const action = defineAction({
  name: '${name}',
  description: 'A stub: ${name}.',
  kind: '${kind}',
  reads: ['compose'],
  options: partOptions,
  ids: idsOfParts(parts, ['${name}.cut']),
  outputs: {},
  timeoutMs: () => 10_000,
${
  kind === 'change'
    ? `  run: async (options, context) => {
    if (!context.dryRun) await beginSteps(steps, context, context.ledger).step('mark', { folder: context.workspace })
    return work(options, context)
  },
  recover: (context) => undoSteps(steps, context.ledger.pending(), context),`
    : '  run: work,'
}
})
`

/** A new action with two parts. */
const actionBranch = (name: string, kind: 'observe' | 'change', parts: readonly string[]): BranchFiles => {
  const folder = `src/actions/${name}`
  const ids = parts.map((one) => `${name}.${one}`)
  return {
    [`${folder}/part.ts`]: kindOfParts,
    [`${folder}/action.ts`]: actionOfParts(name, kind),
    ...Object.assign(
      {},
      ...parts.map((one) => ({
        [`${folder}/parts/${one}/part.ts`]: part(`${name}.${one}`, one, '../../part.ts', `${one}-seen`),
        [`__tests__/actions/${name}/parts/${one}/part.test.ts`]: partTest(`../../../../../${folder}/parts/${one}/part.ts`),
      })),
    ),
    ...runbooks([...ids, ...words.map((word) => `${name}.${word}`)]),
    [`changes/${name}.md`]: fragment(name),
  }
}

/** A check of health-check that takes the place of one that was only planned. */
const checkBranch = (name: string): BranchFiles => {
  const source = `src/actions/health-check/parts/${name}/part.ts`
  return {
    [source]: part(`stub-${name}.seen`, name, '../../part.ts', 'stub-seen'),
    [`__tests__/actions/health-check/parts/${name}/part.test.ts`]: partTest(`../../../../../${source}`),
    ...runbooks([`stub-${name}.seen`]),
    'changes/stub-check.md': fragment(name),
  }
}

/** The name of a check that this release does not have yet, so that the stub stands in nobody's way. */
export const stubCheck =
  ['host', 'containers', 'volumes', 'environment'].find((name) => !existsSync(`src/actions/health-check/parts/${name}`)) ?? 'stub'

/** Four branches of four people, each of whom sees only what was there before. */
export const stubBranches: Readonly<Record<string, BranchFiles>> = {
  backup: {
    ...actionBranch('stub-backup', 'change', ['database', 'volumes']),
    'docs/adr/9001-stub-backup.md': '# 9001. A stub of a backup\n\nFor a test.\n',
  },
  restore: {
    ...actionBranch('stub-restore', 'change', ['database', 'media']),
    'docs/adr/9002-stub-restore.md': '# 9002. A stub of a restore\n\nFor a test.\n',
  },
  'audit-deps': actionBranch('stub-audit-deps', 'observe', ['python', 'node']),
  'host-checks': checkBranch(stubCheck),
}
