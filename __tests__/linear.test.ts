import { globSync, readFileSync } from 'node:fs'
import { type AST, RegExpParser } from '@eslint-community/regexpp'
import { describe, expect, test } from '@jest/globals'
import { getConsumedChars, getFirstConsumedChar, isPotentiallyEmpty, type ReadonlyFlags } from 'regexp-ast-analysis'
import { analyse } from 'scslre'
import { type RegexLiteral, regexLiterals } from './support/regex-literals.ts'

/**
 * Expressions that are not linear, and what keeps the text that they read short. A new line here needs a bound that its reader can see in
 * the code; rather write the expression otherwise.
 */
const bounded: Readonly<Record<string, string>> = {
  'src/runtime/parse/yaml.ts /(?:[:,]? in YAML stream)?: ["\'\\x60].*$/s': 'the first 500 characters of a message',
  'src/core/redact/secret-forms.ts /=+$/': 'base64 of our own making ends in two at most',
  'src/core/text/markdown.ts /[0-9a-f]{7,}$/i': 'a plain line of at most a few thousand characters',
  'src/core/text/markdown.ts /[.,;:!?)\\]\'"]+$/': 'a word of such a line',
  'src/core/text/slash-commands.ts /\\\\[!-/:-@[-`{-~]|(?<!`)(`+)(?!`).*?(?<!`)\\1(?!`)|\\[[^[\\]\\\\`<>!()~$]*\\]\\([^\\s()<>"\'\\\\`]*\\)|<https?:\\/\\/[^\\s<>]*>/g':
    'a line of at most 2,000 characters: 62 runs of backticks of different lengths',
  'src/core/options/threshold.ts /[a-z]+$/i': 'a limit of our own writing',
  'src/core/render/headline.ts /\\B(?=(?:\\d{3})+$)/g': 'the digits of a number',
}

const flagsOf = (flags: string): ReadonlyFlags => ({
  ignoreCase: flags.includes('i'),
  multiline: flags.includes('m'),
  dotAll: flags.includes('s'),
  unicode: flags.includes('u'),
})

const isAnchored = ([first]: readonly AST.Element[], { multiline }: ReadonlyFlags): boolean =>
  first?.type === 'Assertion' && (first.kind === 'start' || first.kind === 'lookbehind') && multiline !== true

const isLoop = (one: AST.Element): one is AST.Quantifier => one.type === 'Quantifier' && one.max === Number.POSITIVE_INFINITY

/**
 * `x[^\n]*y` on a line of `x`s without `y`: each x begins a loop that runs to the end. So a loop with something before it, something that must
 * follow, and in whose characters what begins the expression may stand again.
 */
const beginsAnew = (elements: readonly AST.Element[], flags: ReadonlyFlags): boolean => {
  if (isAnchored(elements, flags)) return false
  return elements.some((one, index) => {
    const [before, after] = [elements.slice(0, index), elements.slice(index + 1)]
    if (!isLoop(one) || before.length === 0 || after.every((next) => isPotentiallyEmpty(next, flags))) return false
    const certain = before.findIndex((each) => !isPotentiallyEmpty(each, flags))
    const firsts = before.slice(0, certain === -1 ? before.length : certain + 1)
    const { chars } = getConsumedChars(one, flags)
    return firsts.some((each) => !getFirstConsumedChar(each, 'ltr', flags).char.isDisjointWith(chars))
  })
}

const troubleOf = ({ source, flags }: Omit<RegexLiteral, 'line'>): string | undefined => {
  const { reports } = analyse({ source, flags })
  if (reports.length > 0) return reports.map((one) => `${one.type}${one.exponential ? ', exponential' : ''}`).join('; ')
  const { alternatives } = new RegExpParser().parsePattern(source, undefined, undefined, flags.includes('u'))
  if (flags.includes('y')) return undefined
  return alternatives.some(({ elements }) => beginsAnew(elements, flagsOf(flags))) ? 'begins anew at each place' : undefined
}

describe('the analysis of expressions', () => {
  test.each(['(a+)+$', '(?:a|aa)*b', '.*.*x', '\\s+$', 'a[^\\n]*b', '^(\\w+):[ \\t]*(.*)$'])('finds %s', (source) => {
    expect(troubleOf({ source, flags: '' })).toBeDefined()
  })

  test.each(['^a+$', '<[^<>]*>', 'a{1,9}b', '^\\w+ \\w+$', 'a[^\\n]{0,99}b'])('lets %s be', (source) => {
    expect(troubleOf({ source, flags: '' })).toBeUndefined()
  })

  test('reads literals, and nothing that only looks like one', () => {
    const text = "const a = b / c / d // /x/\nconst e = `${/y[/]/g.test('/z/')} /w/` + f(/v\\/u/)\nreturn /t/i /* /s/ */"
    expect(regexLiterals(text)).toEqual([
      { source: 'y[/]', flags: 'g', line: 2 },
      { source: 'v\\/u', flags: '', line: 2 },
      { source: 't', flags: 'i', line: 3 },
    ])
  })
})

const files = globSync('src/**/*.ts').map((path) => ({ path, text: readFileSync(path, 'utf8') }))

test('every expression of the source is linear, or reads a bounded text', () => {
  const all = files.flatMap(({ path, text }) => regexLiterals(text).map((one) => ({ path, ...one })))
  expect(all.length).toBeGreaterThan(250)
  const found = all.flatMap((one) => {
    const name = `${one.path} /${one.source}/${one.flags}`
    const trouble = Object.hasOwn(bounded, name) ? undefined : troubleOf(one)
    return trouble === undefined ? [] : [`${name} in line ${one.line}: ${trouble}`]
  })
  expect(found).toEqual([])
})

test('JSON of others is read in one place', () => {
  expect(files.filter(({ text }) => text.includes('JSON.parse(')).map(({ path }) => path)).toEqual(['src/core/read-json.ts'])
})
