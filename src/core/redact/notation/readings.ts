import { type SecretLengths, undoEncodings } from './encoded.ts'
import { canBeUndone, type Dialect, mayBeEscaped, undoEscapes } from './escapes.ts'
import { createViewWriter, type TextReading, type ViewWriter } from './view.ts'

/** Notations on top of one another that are undone; those of one kind count once. */
const deepest = 7
/** All readings of a text together are at most this many times as long as it is: then the work is linear whatever the text is. */
const mostGrowth = 4
const spare = 50_000

type How = SecretLengths & { readonly dialect: Dialect }

const undone = (view: TextReading, { dialect, ...wanted }: How): TextReading | undefined => {
  let made: ViewWriter | undefined
  const writer = (): ViewWriter => {
    made ??= createViewWriter(view)
    return made
  }
  if (canBeUndone(view.text, dialect)) undoEscapes(view, dialect, writer())
  undoEncodings(view, writer, wanted)
  const read = made?.view()
  return read?.text === '' ? undefined : read
}

/** False when there is more to read than there may be. */
const follow = (source: TextReading, how: How, look: (view: TextReading) => void): boolean => {
  const most = source.text.length * mostGrowth + spare
  let length = 0
  let view = undone(source, how)
  for (let depth = 0; view !== undefined && depth < deepest; depth += 1) {
    length += view.text.length
    if (length > most) return false
    look(view)
    view = undone(view, how)
  }
  return true
}

/**
 * Looks at what a text says with its notations undone, layer by layer, after the text itself. Gives false when the text is built to say
 * more than can be read.
 */
export const eachReading = (text: string, wanted: SecretLengths, look: (view: TextReading) => void): boolean => {
  const source: TextReading = { text, places: undefined }
  let isRare = mayBeEscaped(text, 'sql and mail')
  look(source)
  const whole = follow(source, { dialect: 'usual', ...wanted }, (view) => {
    isRare ||= mayBeEscaped(view.text, 'sql and mail')
    look(view)
  })
  if (!whole || (isRare && !follow(source, { dialect: 'sql and mail', ...wanted }, look))) return false
  const isBoth = text.includes('\\') && mayBeEscaped(text, 'plain backslashes')
  return !isBoth || follow(source, { dialect: 'plain backslashes', ...wanted }, look)
}

/** One text with its escapes undone, layer by layer: the forms in which a secret is compared. */
export const plainForms = (text: string): readonly string[] => {
  const forms = [text]
  for (let view: TextReading = { text, places: undefined }; forms.length < deepest; ) {
    const writer = createViewWriter(view)
    undoEscapes(view, 'usual', writer)
    if (writer.length() === 0) return forms
    writer.truncate(writer.length() - 1)
    view = writer.view()
    forms.push(view.text)
  }
  return forms
}
