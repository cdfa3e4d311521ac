import type { z } from 'zod'
import { parsedText } from './parsed-text.ts'
import { shown } from './shown.ts'

const expected = 'the path of a file in the workspace, such as ops/schema.txt'
const word = /^(?!\.{0,2}$)[^/\\\p{C}]{1,255}$/u
const longest = 1_000

/** The path of a file that is kept in the repository, relative to the workspace: never absolute, never up, no control characters. */
export const workspacePath = (): z.ZodType<string, string> =>
  parsedText({
    expected,
    read: (text) => {
      const words = text.replace(/^\.\//, '').split('/')
      const fits = text.length <= longest && words.every((one) => word.test(one)) && words[0] !== '.git'
      return fits ? { value: words.join('/') } : { mistake: `${shown(text)} is not ${expected}` }
    },
  })
