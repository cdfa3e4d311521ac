import { byWorstStatus } from '../../../../contract/status.ts'
import { matchAdvisories } from '../../../../domain/packages/match.ts'
import { lookAtIgnores } from '../../accepted.ts'
import type { AuditOptions } from '../../options.ts'
import { type AuditOutcome, type AuditWorld, definePart } from '../../part.ts'
import { type RankedAdvisory, rankAdvisory } from '../../rank.ts'
import { askExploited } from '../../sources/exploited.ts'
import { openSources } from '../../sources/open-sources.ts'
import { judgeSourceTrouble } from '../packages/policy.ts'
import { type GatheredImages, gatherImages } from './gather.ts'
import { imageIds, judgeCleanImage, judgeImageTrouble, judgeInside, judgeMore, shownImage } from './policy.ts'

type ImageId = (typeof imageIds)[number]

const mostTold = 200

const isIn = (ranked: RankedAdvisory, { image }: GatheredImages['images'][number]): boolean =>
  ranked.advisory.places.some(({ file }) => file.startsWith(`${shownImage(image)}, layer `))

const judgeRanked = (ranked: readonly RankedAdvisory[], { images }: GatheredImages) => [
  ...ranked.slice(0, mostTold).map((one) => judgeInside(one, images.find((image) => isIn(one, image))?.image)),
  ...(ranked.length > mostTold ? [judgeMore(ranked.length - mostTold)] : []),
]

const run = async (options: AuditOptions, world: AuditWorld): Promise<AuditOutcome<ImageId>> => {
  // Of a change there is nothing to say: its images are not built.
  if (options.base !== undefined || world.context.pullRequest !== undefined) return { completed: false, findings: [] }
  const gathered = await gatherImages(options.images, world.context)
  const sources = await openSources(options, world, { isChange: false, records: 'image-records' })
  const { records, troubles } = await sources.advisories(gathered.packages)
  const found = matchAdvisories(gathered.packages, (key) => records.get(key) ?? [])
  const { ignored } = await lookAtIgnores(found, options['ignore-file'], world, undefined)
  const cves = ignored.kept.flatMap(({ ids }) => ids)
  const exploited = await askExploited(cves, sources.exploited, sources.asking)
  const missing = [...troubles, ...exploited.troubles]
  const ranked = ignored.kept
    .flatMap((one) => rankAdvisory(one, options, exploited) ?? [])
    .toSorted((a, b) => byWorstStatus(a.status, b.status))
  const clean = troubles.length > 0 ? [] : gathered.images.filter((image) => !ranked.some((one) => isIn(one, image)))
  return {
    completed: missing.length === 0 && gathered.troubles.length === 0,
    findings: [
      ...judgeRanked(ranked, gathered),
      ...gathered.troubles.map(({ name, cause, advice }) => judgeImageTrouble(name, cause, advice)),
      ...missing.map(judgeSourceTrouble),
      ...clean.map(({ image, packages }) => judgeCleanImage(image, packages)),
    ],
  }
}

export const part = definePart({
  name: 'images',
  description: 'Packages inside of local images (dpkg, apk, Python, Node), with the layer that brought them.',
  order: 30,
  options: {},
  ids: imageIds,
  configured: ({ images }) => images.length > 0,
  run,
})
