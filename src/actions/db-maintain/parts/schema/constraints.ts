import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { formatCount } from '../../../../core/render/headline.ts'
import { plainWords, shorten } from '../../../../core/text/plain.ts'
import { type Constraint, moreThanOnce, violations } from '../../../../domain/postgres/constraint.ts'
import { missingGrants } from '../../../../domain/postgres/grants.ts'
import { sqlIdentifier } from '../../../../domain/postgres/names.ts'
import { leastRoleAdvice, whyNotPlanned } from '../../../../domain/postgres/owner-code.ts'
import type { ConstraintOutcome, Outcomes } from './test-constraints.ts'

/** `role`: who looked. `named`: the subject of one constraint of this database. */
export type ConstraintSubject = { readonly subject: string; readonly role: string; readonly named: (name: string) => string }

type Doubt = { readonly constraint: Constraint; readonly tested: ConstraintOutcome['tested'] }

const unsure: Readonly<Record<Exclude<ConstraintOutcome['tested'], 'holds' | 'violated'>, string>> = {
  'not allowed': 'this role may not read its table',
  'takes too long': 'its table is too large to be read here, or locked',
  'own code': 'it calls functions of this database, which Ronde does not run',
  'code of others': 'to read its table would run code of its owner with our rights',
  'cannot be asked': 'its rows cannot be asked for',
  'not looked': 'not looked at this time',
}

const longestQuery = 400

const findThem = (constraint: Constraint): string => {
  const rows = (violations(constraint) ?? '').replace(moreThanOnce, 'HAVING count(*) > 1')
  const what = constraint.kind === 'unique' ? 'count(*)' : '*'
  const query = `SELECT ${what} ${rows} LIMIT 20;`
  return rows === '' || query.length > longestQuery || query !== plainWords(query) ? 'find the rows.' : `find the rows: ${query}`
}

/** A valid one is not looked at again by VALIDATE: what let the rows in must be switched on. */
const mendValid = ({ kind, table, validated }: Constraint): string | undefined => {
  if (!validated || kind === 'unique') return undefined
  const parts = table.split('.').map((part) => sqlIdentifier(part.replace(/^"(.*)"$/, '$1')))
  const enable =
    parts.length === 2 && parts.every((part) => part !== undefined)
      ? `ALTER TABLE ${parts.join('.')} ENABLE TRIGGER ALL;`
      : 'ALTER TABLE … ENABLE TRIGGER ALL'
  return kind === 'foreign key'
    ? `see that its triggers are on, in both tables: ${enable}`
    : 'find what wrote them past it (an import, or a function of the CHECK that changed)'
}

/** `ALTER TABLE … VALIDATE CONSTRAINT …`, which locks out nobody; for names that may stand in a command. */
const validate = ({ kind, table, name }: Constraint): string => {
  if (kind === 'unique') return 'build its index anew with REINDEX INDEX CONCURRENTLY'
  const parts = [...table.split('.'), name].map((part) => sqlIdentifier(part.replace(/^"(.*)"$/, '$1')))
  const [schema, relation, constraint] = parts
  return parts.length === 3 && parts.every((part) => part !== undefined)
    ? `ALTER TABLE ${schema}.${relation} VALIDATE CONSTRAINT ${constraint};`
    : 'validate it with ALTER TABLE … VALIDATE CONSTRAINT'
}

const nameOf = ({ table, name }: Constraint): string => `${table}.${name}`

const violated = (constraint: Constraint, about: ConstraintSubject): JudgedFinding<'schema.constraint'> =>
  finding({
    id: 'schema.constraint',
    subject: about.named(nameOf(constraint)),
    status: 'critical',
    title: `${nameOf(constraint)}: rows break it`,
    observed: `at least one row breaks ${shorten(constraint.definition, 200)}`,
    expected: 'no row that breaks it',
    advice: `${findThem(constraint)} Mend or delete them, then ${mendValid(constraint) ?? validate(constraint)}`,
    evidence: [`${constraint.kind}, ${constraint.validated ? 'valid by the catalogue' : 'never validated'}`],
    certainty: 'hard',
    audience: 'technical',
  })

const notValidated = ({ constraint, tested }: Doubt, about: ConstraintSubject): JudgedFinding<'schema.constraint'> =>
  finding({
    id: 'schema.constraint',
    subject: about.named(nameOf(constraint)),
    status: 'warning',
    title: `${nameOf(constraint)}: never validated`,
    observed: `${shorten(constraint.definition, 200)}; ${tested === 'holds' ? 'every row keeps it now' : `rows not tested: ${unsure[tested as keyof typeof unsure]}`}`,
    expected: 'a constraint that PostgreSQL vouches for',
    advice: `${tested === 'holds' ? '' : `${findThem(constraint)} If there is none: `}${validate(constraint)}`,
    certainty: 'hard',
    audience: 'technical',
  })

/** The look just before the test may find what the first one did not. */
const notRead = (constraint: Constraint, about: ConstraintSubject): JudgedFinding<'schema.constraint'> =>
  finding({
    id: 'schema.constraint',
    subject: about.named(nameOf(constraint)),
    status: 'unknown',
    title: `${nameOf(constraint)}: not tested, for that would run code of others`,
    observed:
      constraint.ownerCode === undefined
        ? 'its table got code of others while Ronde looked, which would run with our rights'
        : whyNotPlanned(constraint.ownerCode, about.role),
    expected: 'a role with the least rights, or code of ours alone',
    advice: constraint.ownerCode === undefined ? 'run it again' : leastRoleAdvice(constraint.ownerCode.names, about.role),
    evidence: [`${constraint.kind}, ${constraint.validated ? 'valid by the catalogue' : 'never validated'}`],
    certainty: 'hard',
    audience: 'technical',
  })

/** Told by a finding of their own. */
const unusual: ReadonlySet<ConstraintOutcome['tested']> = new Set(['violated', 'code of others'])

const most = 20

const summary = ({ outcomes, all, rights }: Outcomes, about: ConstraintSubject): JudgedFinding<'schema.constraint'> => {
  const count = (...tested: ConstraintOutcome['tested'][]) => outcomes.filter((one) => tested.includes(one.tested)).length
  const statements = missingGrants(rights, about.role)
  const grant = statements.length === 0 ? 'let it read the tables' : `as a superuser: ${statements.join(' ')}`
  const [holds, forbidden] = [count('holds'), count('not allowed')]
  const others = (['violated', 'not allowed', 'own code', 'code of others', 'cannot be asked', 'takes too long', 'not looked'] as const)
    .map((one) => [count(one), one] as const)
    .filter(([number]) => number > 0)
    .map(([number, one]) => `, ${number} ${one}`)
    .join('')
  const later = all - outcomes.length
  return finding({
    id: 'schema.constraint',
    subject: about.subject,
    status: 'ok',
    cleared: forbidden === 0,
    title: `${about.subject}: ${formatCount(holds)} of ${formatCount(all)} constraints tested and kept by every row`,
    observed: `${holds} kept${others}${later > 0 ? `; ${formatCount(later)} in later runs, or of tables over 32 MB` : ''}`,
    expected: 'checks, foreign keys and unique indexes that every row keeps',
    ...(forbidden === 0 ? {} : { notChecked: `${forbidden} of tables that this role may not read`, advice: grant }),
    audience: 'technical',
  })
}

/** Each constraint that rows break or that was never validated, and a line on all of them. An invalid unique index is told by its own task. */
export const judgeConstraints = (tested: Outcomes, about: ConstraintSubject): readonly JudgedFinding<'schema.constraint'>[] => {
  const { outcomes } = tested
  const broken = outcomes.filter((one) => one.tested === 'violated').map((one) => violated(one.constraint, about))
  const doubtful = outcomes
    .filter(({ constraint, tested }) => !constraint.validated && !unusual.has(tested) && constraint.kind !== 'unique')
    .map((one) => notValidated(one, about))
  const left = outcomes.filter((one) => one.tested === 'code of others').map((one) => notRead(one.constraint, about))
  const told = [...broken, ...left, ...doubtful]
  const all = summary(tested, about)
  if (told.length <= most) return [...told, all]
  const more = told.slice(most)
  return [
    ...told.slice(0, most),
    {
      ...all,
      status: 'warning',
      cleared: false,
      title: `${all.title}; ${more.length} more findings`,
      evidence: more.slice(0, most).map((one) => one.title),
    },
  ]
}
