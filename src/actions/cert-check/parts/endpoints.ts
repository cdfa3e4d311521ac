import { nothingOf, type Part } from '../part.ts'

export const part: Part = {
  name: 'endpoints',
  wanted: () => true,
  run: async () => nothingOf('endpoints'),
}
