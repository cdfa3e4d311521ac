import type { Context } from '../../../../contract/context.ts'
import type { Seen } from '../../../../contract/seen.ts'
import { canonicalName, rulesOf } from '../../../../domain/packages/ecosystem.ts'
import type { LockedPackage } from '../../../../domain/packages/package.ts'
import { type ImageAccess, type ImagePackage, type ImageSeen, identifyImage, seeImage } from '../../../../probes/image/image.ts'
import { type NamedImage, shownImage } from './policy.ts'

type ImageTrouble = { readonly name: string; readonly cause: string; readonly advice: string }

/** What all images hold together. */
export type GatheredImages = {
  readonly packages: readonly LockedPackage[]
  readonly images: readonly { readonly image: NamedImage; readonly packages: number }[]
  readonly troubles: readonly ImageTrouble[]
}

/** A name is that of a service where compose has one, else that of an image. */
const namedImages = async (names: readonly string[], { compose }: Context): Promise<readonly NamedImage[]> => {
  const containers = await compose.containers()
  const references = new Map(containers.seen ? containers.value.map(({ service, image }) => [service, image]) : [])
  return [...new Set(names)].map((name) => {
    const reference = references.get(name)
    return { name, reference: reference ?? name, service: reference !== undefined }
  })
}

const placeOf = (image: NamedImage, { layer, path }: ImagePackage, { layers }: ImageSeen): string =>
  `${shownImage(image)}, layer ${layer} of ${layers.length} (${layers[layer - 1]?.digest ?? ''}), ${path}`

const lockedIn = (image: NamedImage, seen: ImageSeen): readonly LockedPackage[] =>
  seen.packages
    .filter(({ ecosystem, version }) => rulesOf(ecosystem)?.isVersion(version) === true)
    .map((one) => ({
      ecosystem: one.ecosystem,
      name: canonicalName(one.ecosystem, one.name),
      version: one.version,
      scope: 'runtime',
      file: placeOf(image, one, seen),
      tool: 'image',
      line: 0,
      way: [],
    }))

const look = async (reference: string, access: ImageAccess, known: Map<string, Seen<ImageSeen>>): Promise<Seen<ImageSeen>> => {
  const found = await identifyImage(reference, access)
  if (!found.seen) return found
  const before = known.get(found.value.id)
  if (before !== undefined) return before
  const looked = await seeImage(found.value, access)
  known.set(found.value.id, looked)
  return looked
}

/** Looks into the images, one after the other, for each takes room on the disk; two names of one image are looked at once. */
export const gatherImages = async (names: readonly string[], context: Context): Promise<GatheredImages> => {
  const { runProgram: run, signal, temporary } = context
  const access: ImageAccess = { run, signal, temporary, now: () => context.now() }
  const known = new Map<string, Seen<ImageSeen>>()
  const packages: LockedPackage[] = []
  const images: { image: NamedImage; packages: number }[] = []
  const troubles: ImageTrouble[] = []
  for (const image of await namedImages(names, context)) {
    const looked = await look(image.reference, access, known)
    if (!looked.seen) {
      troubles.push({ name: image.name, cause: looked.cause, advice: looked.advice })
      continue
    }
    const inside = lockedIn(image, looked.value)
    packages.push(...inside)
    images.push({ image, packages: inside.length })
    for (const cause of looked.value.troubles)
      troubles.push({ name: image.name, cause, advice: 'take an image whose distribution OSV knows' })
  }
  return { packages, images, troubles }
}
