import { shown } from '../../core/options/shown.ts'

/** `${{ … }}`, which only the workflow file evaluates. */
const expression = /\$\{\{/
const namedExpression = /\$\{\{\s*(?:secrets|vars|env)\.([A-Za-z_]\w*)\s*\}\}/
/** `${NAME}`, and the forms that a shell knows besides. */
const name = /\$\{[A-Za-z_][^}{$]*\}/

/** Whether GitHub would have to evaluate it. */
export const holdsExpression = (text: string): boolean => expression.test(text)

const instead = (text: string, replaces: boolean): string => {
  const [, named] = namedExpression.exec(text) ?? []
  if (!replaces) return 'write the value itself, or give it as an input of the step'
  return `write \${${named ?? 'NAME'}} and give it by \`env:\` of the step`
}

/**
 * Why a text would be used as it is written, though whoever wrote it expects something else in its place; `undefined` when it is plain.
 * `replaces`: `${NAME}` is replaced here.
 */
export const leftAsWritten = (text: string, replaces: boolean): string | undefined => {
  if (holdsExpression(text)) return `\${{ … }} is evaluated in workflows only; ${instead(text, replaces)}`
  const [named] = name.exec(text) ?? []
  // The name alone: what stands around it may be the query of a URL, which no message shows.
  if (!replaces) return named === undefined ? undefined : `${shown(named)} stays as it is written; names are replaced only in secrets`
  const plain = text.replaceAll(/\$\{[A-Za-z_]\w*\}/g, '')
  return name.test(plain) ? 'only ${NAME} is replaced: without a default, and with letters, digits and "_" in the name' : undefined
}
