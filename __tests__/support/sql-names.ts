/** A reader of our own SQL: which names in it would be looked for along a search_path. */

type Kind = 'word' | 'name' | 'text' | 'number' | 'parameter' | 'operator' | 'qualified operator' | 'mark'
type Token = { readonly kind: Kind; readonly text: string }

const patterns: readonly (readonly [Kind | undefined, RegExp])[] = [
  [undefined, /\s+/y],
  ['text', /[eE]?'(?:[^']|'')*'/y],
  ['qualified operator', /OPERATOR\(\s*(?:"(?:[^"]|"")*"|\w+)\s*\.\s*[-+*/<>=~!@#%^&|`?]+\s*\)/y],
  ['name', /"(?:[^"]|"")*"(?:\.(?:"(?:[^"]|"")*"|\w+))*/y],
  ['number', /\d+(?:\.\d+)?(?:e[-+]?\d+)?/y],
  ['parameter', /\$\d+/y],
  ['word', /[a-zA-Z_]\w*(?:\.(?:"(?:[^"]|"")*"|\w+))*/y],
  ['mark', /::|[()[\],;.]|\.\*/y],
  ['operator', /[-+*/<>=~!@#%^&|`?:]+/y],
]

const tokensOf = (sql: string): readonly Token[] => {
  const tokens: Token[] = []
  for (let at = 0; at < sql.length; ) {
    const found = patterns.find(([, pattern]) => {
      pattern.lastIndex = at
      return pattern.test(sql)
    })
    if (found === undefined) throw new Error(`not read: ${sql.slice(at, at + 40)}`)
    const [kind, pattern] = found
    if (kind !== undefined) tokens.push({ kind, text: sql.slice(at, pattern.lastIndex) })
    at = pattern.lastIndex
  }
  return tokens
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))
/** What the grammar itself calls, or makes of a parenthesis. */
const beforeParenthesis =
  words(`ALL AND ANALYZE AND ANY ARRAY AS BY CAST COALESCE DISTINCT ELSE EXCEPT EXISTS EXPLAIN EXTRACT FROM GREATEST HAVING INTERSECT JOIN
  LATERAL LEAST LIMIT MATERIALIZED NOT ON ONLY OR SELECT SOME THEN UNION VACUUM VALUES WHEN WHERE WITH`)
/** These look for an operator by its name, and have no other spelling. */
const hiddenOperators = words('BETWEEN ILIKE IN LIKE NATURAL NULLIF OVERLAPS SIMILAR USING')
/** Types that the grammar knows by themselves. */
const grammarTypes = words(
  'BIGINT BIT BOOLEAN CHAR CHARACTER DEC DECIMAL DOUBLE FLOAT INT INTEGER INTERVAL NUMERIC REAL SMALLINT TIME TIMESTAMP VARCHAR',
)
/** Grammar alone, nothing is looked for. */
const harmless = words('BEGIN COMMIT ROLLBACK SET SHOW')
const maintenance = words('ANALYZE DROP REINDEX VACUUM')

const isQualified = (token: Token | undefined): boolean =>
  token !== undefined && (token.kind === 'word' || token.kind === 'name') && /^(?:"(?:[^"]|"")*"|\w+)\../.test(token.text)
const upper = (token: Token | undefined): string => token?.text.toUpperCase() ?? ''

/** Names that the statement itself gives, in WITH and to columns of an alias. */
const ownNames = (tokens: readonly Token[]): ReadonlySet<string> =>
  new Set(
    tokens.flatMap((token, at) => {
      const [before, next] = [upper(tokens[at - 1]), upper(tokens[at + 1])]
      const ofWith = token.kind === 'word' && (['WITH', 'RECURSIVE', ','].includes(before) || before === ')')
      return (ofWith && (next === 'AS' || next === '(')) || (before === 'AS' && next === '(') ? [token.text] : []
    }),
  )

type Place = {
  readonly tokens: readonly Token[]
  readonly at: number
  readonly own: ReadonlySet<string>
  readonly columns: ReadonlySet<number>
}

const operatorIn = ({ tokens, at }: Place): string | undefined => {
  const [token, before, next] = [tokens[at], tokens[at - 1], tokens[at + 1]]
  if (token?.kind !== 'operator') return undefined
  const everything = token.text === '*' && (next === undefined || [')', ',', 'FROM'].includes(upper(next)))
  const sign =
    token.text === '-' && next?.kind === 'number' && (before?.kind === 'qualified operator' || ['(', ','].includes(upper(before)))
  return everything || sign ? undefined : `operator ${token.text}`
}

const formIn = ({ tokens, at }: Place): string | undefined => {
  const [token, next] = [tokens[at], tokens[at + 1]]
  if (token?.kind !== 'word') return undefined
  const word = upper(token)
  if (hiddenOperators.has(word)) return word
  if (word === 'CASE' && upper(next) !== 'WHEN') return 'CASE x WHEN'
  return word === 'DISTINCT' && upper(next) === 'FROM' ? 'IS DISTINCT FROM' : undefined
}

const functionIn = ({ tokens, at, own, columns }: Place): string | undefined => {
  const token = tokens[at]
  if (token === undefined || !['word', 'name'].includes(token.kind) || upper(tokens[at + 1]) !== '(' || columns.has(at)) return undefined
  return isQualified(token) || beforeParenthesis.has(upper(token)) || own.has(token.text) ? undefined : `function ${token.text}`
}

const typeIn = ({ tokens, at }: Place): string | undefined => {
  const [token, before] = [tokens[at], tokens[at - 1]]
  if (before?.text !== '::' || token === undefined) return undefined
  if (!isQualified(token) && !grammarTypes.has(upper(token))) return `type ${token.text}`
  const literal = tokens[at - 2]
  return /\.reg(?!namespace)/.test(token.text) && literal?.kind === 'text' && !/\.|^'\d+'$/.test(literal.text)
    ? `name in ${literal.text}`
    : undefined
}

const typedLiteralIn = ({ tokens, at }: Place): string | undefined => {
  const [token, next] = [tokens[at], tokens[at + 1]]
  if (token?.kind !== 'word' || next?.kind !== 'text' || isQualified(token) || grammarTypes.has(upper(token))) return undefined
  return /^[a-z]/.test(token.text) ? `type ${token.text}` : undefined
}

/** EXTRACT(epoch FROM x), IS DISTINCT FROM x. */
const isNoTable = (tokens: readonly Token[], at: number): boolean =>
  (upper(tokens[at - 3]) === '(' && upper(tokens[at - 4]) === 'EXTRACT') || upper(tokens[at - 2]) === 'DISTINCT'
const beforeRelation = words('FROM JOIN ONLY')
const noRelation = words('LATERAL ONLY SELECT')

const relationIn = ({ tokens, at, own }: Place): string | undefined => {
  const [token, before] = [tokens[at], upper(tokens[at - 1])]
  if (!beforeRelation.has(before) || token === undefined || !['word', 'name'].includes(token.kind)) return undefined
  const known = noRelation.has(upper(token)) || own.has(token.text) || isQualified(token) || isNoTable(tokens, at)
  // What looks like a call is told as a function.
  return known || upper(tokens[at + 1]) === '(' ? undefined : `relation ${token.text}`
}

const checks = [operatorIn, formIn, functionIn, typeIn, typedLiteralIn, relationIn]

/** `VACUUM (SKIP_LOCKED) "public"."game"`: the one name that such a statement has. */
const inMaintenance = (tokens: readonly Token[]): readonly string[] => {
  const last = tokens.at(-1)
  return isQualified(last) ? [] : [`name ${last?.text}`]
}

/** `LOCK TABLE ONLY "public"."game" IN ACCESS SHARE MODE`. */
const inLock = ([, , , name]: readonly Token[]): readonly string[] => (isQualified(name) ? [] : [`name ${name?.text}`])

const opens = words('( [')
const closes = words(') ]')
/** What stands between two expressions. */
const separates = ({ kind, text }: Token): boolean => text === ',' || (kind === 'word' && /^[A-Z]+$/.test(text) && text !== 'NULL')

/** All `OPERATOR(…)` bind alike and from the left: two different ones side by side mean something else than they did without. */
const mixed = (tokens: readonly Token[]): readonly string[] => {
  const found: string[] = []
  const open: (string | undefined)[] = [undefined]
  for (const token of tokens) {
    const last = open.at(-1)
    if (opens.has(token.text)) open.push(undefined)
    else if (closes.has(token.text)) open.pop()
    else if (separates(token)) open[open.length - 1] = undefined
    else if (token.kind === 'qualified operator') {
      if (last !== undefined && last !== token.text) found.push(`${last} beside ${token.text}`)
      open[open.length - 1] = token.text
    }
  }
  return found
}

const inStatement = (tokens: readonly Token[]): readonly string[] => {
  const first = upper(tokens[0])
  if (tokens.length === 0 || harmless.has(first)) return []
  if (maintenance.has(first)) return inMaintenance(tokens)
  if (first === 'LOCK') return inLock(tokens)
  const own = ownNames(tokens)
  // `AS up(relid, nth)` names columns.
  const columns = new Set(tokens.flatMap((_, at) => (upper(tokens[at - 1]) === 'AS' ? [at] : [])))
  return [...tokens.flatMap((_, at) => checks.flatMap((check) => check({ tokens, at, own, columns }) ?? [])), ...mixed(tokens)]
}

const statementsOf = (tokens: readonly Token[]): readonly (readonly Token[])[] => {
  const ends = tokens.flatMap((token, at) => (token.text === ';' ? [at] : []))
  return [...ends, tokens.length].map((end, index) => tokens.slice(index === 0 ? 0 : (ends[index - 1] ?? 0) + 1, end))
}

/** Everything in one or several statements that the server would look for along its search_path; empty when there is nothing. */
export const unqualifiedIn = (sql: string): readonly string[] => statementsOf(tokensOf(sql)).flatMap(inStatement)
