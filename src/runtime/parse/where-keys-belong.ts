import type { z } from 'zod'
import type { Action } from '../../contract/action.ts'
import type { Registry } from '../../contract/registry.ts'
import type { Mistake } from '../../contract/user-error.ts'
import { branches, definition } from '../../core/options/accepts.ts'
import { commonSections, commonShape, serverOnlyShape } from '../../core/options/common.ts'
import { changeShape, roundShape } from '../../core/options/inputs.ts'
import { otherNames } from '../../core/options/other-names.ts'
import { suite } from '../../core/options/suite.ts'

/** A place of `ronde.yml`: `['health-check', 'endpoints[]', 'url']`. */
type Place = readonly string[]

const deepest = 4

const placesBelow = (schema: z.ZodType, at: Place): readonly Place[] => {
  // Any JSON holds itself.
  if (at.length > deepest || at.at(-1) === 'json') return []
  return branches(schema).flatMap((way) => {
    const { shape, element } = definition(way.at(-1) ?? schema)
    if (element !== undefined) return placesBelow(element, [...at.slice(0, -1), `${at.at(-1) ?? ''}[]`])
    return Object.entries(shape ?? {}).flatMap(([key, one]) => [[...at, key], ...placesBelow(one, [...at, key])])
  })
}

const ofShape = (shape: Readonly<Record<string, z.ZodType>>, at: Place): readonly Place[] =>
  Object.entries(shape).flatMap(([key, one]) => [[...at, key], ...placesBelow(one, [...at, key])])

const allPlaces = (actions: readonly Action[]): readonly Place[] => [
  ...ofShape(commonShape, []),
  ...['servers', ...suite].map((name) => [name]),
  ...ofShape(serverOnlyShape, ['servers', '<name>']),
  ...actions.flatMap((action) => ofShape(action.options, [action.name])),
]

const text = (place: Place): string => place.join('.')

const inputs = new Set([...Object.keys(changeShape), ...Object.keys(roundShape)])

/** An input such as compose-directory is a key of a common section in the file. */
const unflattened = (key: string): string | undefined => {
  const section = Object.keys(commonSections).find((name) => key.startsWith(`${name}-`))
  return section === undefined ? undefined : `${section}.${key.slice(section.length + 1)}`
}

/** The way to an unknown key without what only says where a section stands: servers, rounds, numbers of items. */
const wayOf = ({ path }: Mistake): Place =>
  path
    .replace(/^servers\.[\w.-]*?\.(?=[a-z-]+(?:\.|$))/, '')
    .replace(/^rounds\.[\w-]+\[\d+\]\./, '')
    .replaceAll(/\["([^"]*)"\]/g, '.$1')
    .replaceAll(/\[\d+\]/g, '[]')
    .split('.')

const mostPlaces = 3

const isBelow = (place: Place, above: Place): boolean => above.every((part, index) => place[index] === part)

/** Where a key is known, the nearest first; of its own section alone where it is there. */
const known = (key: string, above: Place, places: readonly Place[]): readonly string[] => {
  const all = places.filter((place) => place.at(-1) === key && text(place) !== text([...above, key]))
  const near = all.filter((place) => place.length > 1 && isBelow(place, above.slice(0, 1)) && above.length > 0)
  const nearest = (near.length > 0 ? near : all).toSorted((a, b) => a.length - b.length)
  const [first = []] = nearest
  return [...new Set(nearest.filter((place) => place.length < first.length + 2).map(text))]
}

const placeWords = (places: readonly string[]): readonly string[] => {
  const inside = places.filter((place) => place.includes('.')).map((place) => place.slice(0, place.lastIndexOf('.')))
  return [
    ...(inside.length < places.length ? ['it stands at the top of the file'] : []),
    ...(inside.length === 0 ? [] : [`it belongs in ${inside.join(' or ')}`]),
  ]
}

const calledHere = (key: string, above: Place, places: readonly Place[]): string | undefined => {
  const here = new Set(places.filter((place) => place.length === above.length + 1 && isBelow(place, above)).map((place) => place.at(-1)))
  return (Object.hasOwn(otherNames, key) ? otherNames[key] : undefined)?.find((name) => here.has(name))
}

/** Where a key belongs, or what it is called here; empty when nobody knows. */
const belongs = (way: Place, places: readonly Place[]): string => {
  const [above, key = ''] = [way.slice(0, -1), way.at(-1)]
  const isCommon = above.length === 1 && Object.hasOwn(commonShape, key)
  const called = isCommon ? undefined : calledHere(key, above, places)
  if (called !== undefined) return `here it is called ${called}`
  const flat = unflattened(key)
  if (flat !== undefined && places.some((place) => text(place) === flat)) return `in the file it is written ${flat}`
  const found = placeWords(known(key, above, places).slice(0, mostPlaces))
  const asInput = inputs.has(key) ? [found.length === 0 ? 'it is an input of the step, below `with:`' : 'it is an input of the step'] : []
  return [...found, ...asInput].join(', or ')
}

const isUnknownKey = ({ message }: Mistake): boolean => /^unknown key(?:$|; did you mean)/.test(message)

/** Unknown keys with where they belong. All declarations are loaded for that: only what is wrong pays for it. */
export const withPlaces = async (mistakes: readonly Mistake[], registry: Registry): Promise<readonly Mistake[]> => {
  if (!mistakes.some(isUnknownKey)) return mistakes
  const actions = await Promise.all(Object.values(registry).map(async (load) => (await load()).action))
  const places = allPlaces(actions)
  return mistakes.map((one) => {
    const told = isUnknownKey(one) ? belongs(wayOf(one), places) : ''
    return told === '' ? one : { ...one, message: `unknown key; ${told}` }
  })
}
