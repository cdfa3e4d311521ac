import { nothingOf, type Part } from '../part.ts'

/** To be written on branch cert-b. */
export const part: Part = {
  name: 'files',
  wanted: () => false,
  run: async () => nothingOf('files'),
}
