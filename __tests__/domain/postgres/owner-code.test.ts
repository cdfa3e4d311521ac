import { expect, test } from '@jest/globals'
import { ownerCodeWords, whyNotPlanned } from '../../../src/domain/postgres/owner-code.ts'

const found = { object: 'index public.game_evil', code: 'public.evil_i(integer)', owner: 'app', power: 'is a superuser' }

test('code of an owner is told by its name, and by what serves it where it has none', () => {
  expect(ownerCodeWords(found)).toBe('index public.game_evil calls public.evil_i(integer) of role app')
  expect(ownerCodeWords({ ...found, object: 'foreign table public.far', code: '' })).toBe(
    'foreign table public.far is served by what role app named',
  )
  expect(whyNotPlanned(found, 'ronde')).toBe(
    'index public.game_evil calls public.evil_i(integer) of role app; to read the table would run it with the rights of ronde, which is a superuser',
  )
})
