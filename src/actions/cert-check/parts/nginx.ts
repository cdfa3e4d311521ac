import { nothingOf, type Part } from '../part.ts'

/** To be written on branch cert-b. */
export const part: Part = {
  name: 'nginx',
  wanted: () => false,
  run: async () => nothingOf('nginx'),
}
