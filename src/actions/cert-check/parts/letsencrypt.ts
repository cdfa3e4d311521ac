import { nothingOf, type Part } from '../part.ts'

/** To be written on branch cert-b. */
export const part: Part = {
  name: 'letsencrypt',
  wanted: () => false,
  run: async () => nothingOf('letsencrypt'),
}
