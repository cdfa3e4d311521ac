import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { RankedAdvisory } from '../../rank.ts'
import { judgeAdvisory } from '../packages/policy.ts'

export const imageIds = ['audit.vulnerability', 'audit.incomplete'] as const
type ImageFinding = JudgedFinding<(typeof imageIds)[number]>

/** What is vulnerable inside of images is one incident, apart from that of the repository. */
const incidentKey = 'vulnerable images'

/** An image as it was asked for. `service`: it is one of compose's. */
export type NamedImage = { readonly name: string; readonly reference: string; readonly service: boolean }

export const shownImage = ({ name, reference }: NamedImage): string => (name === reference ? name : `${name} (${reference})`)

const rebuild = (image: NamedImage | undefined): string => {
  const command =
    image?.service === true ? shellCommand(['docker', 'compose', 'build', '--pull', { kind: 'service', name: image.name }]) : undefined
  return command === undefined ? 'build it again with `--pull`, or pull it' : `\`${command}\`, or pull it where it is not built here`
}

const adviceFor = ({ advisory: { name, fixed } }: RankedAdvisory, image: NamedImage | undefined): string =>
  fixed === undefined
    ? 'no version fixes it yet: do without the package, or accept it in the ignore file for a while'
    : `take a base, or a pin, that has ${name} ${fixed} or later, and ${rebuild(image)}`

/** A vulnerability inside of images, with each layer that brought it. `image`: the first of them. */
export const judgeInside = (ranked: RankedAdvisory, image: NamedImage | undefined): ImageFinding => {
  const { location: _ofRepository, ...judged } = judgeAdvisory(ranked)
  return { ...judged, id: 'audit.vulnerability', incidentKey, advice: adviceFor(ranked, image) }
}

export const judgeCleanImage = (image: NamedImage, packages: number): ImageFinding =>
  finding({
    id: 'audit.vulnerability',
    subject: `image/${image.name}`,
    status: 'ok',
    title: `${shownImage(image)}: no known vulnerability`,
    observed: `${packages} ${packages === 1 ? 'package' : 'packages'}`,
    expected: 'none that is known to be vulnerable',
    audience: 'security',
    incidentKey,
  })

/** Hundreds of lines are read by nobody: the worst are told, the rest is counted. */
export const judgeMore = (count: number): ImageFinding =>
  finding({
    id: 'audit.vulnerability',
    subject: 'images',
    status: 'warning',
    title: `${count} more vulnerabilities inside of images`,
    observed: `${count} that are less severe than those above`,
    expected: 'none',
    advice: 'begin with a newer base image; `only-fixable: true` leaves out what no version fixes',
    audience: 'security',
    incidentKey,
  })

export const judgeImageTrouble = (name: string, cause: string, advice: string): ImageFinding =>
  finding({
    id: 'audit.incomplete',
    subject: `image/${name}`,
    status: 'unknown',
    title: `the image ${name} could not be audited`,
    observed: cause,
    expected: 'an image of the local engine that is read whole',
    advice,
    audience: 'security',
  })
