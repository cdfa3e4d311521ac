import { dirname } from 'node:path'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import { type Lineage, type LinkName, type LiveFolder, type LiveLink, linkNames } from '../../../../domain/certbot/lineage.ts'
import { type CertbotFinding, type LetsencryptSubject, told, unseen } from './about.ts'

type Problem = { readonly status: 'warning' | 'critical'; readonly words: string }
type Odd = Exclude<LiveLink['kind'], 'link'>

const oddWords: Record<Odd, (name: string, link: LiveLink) => Problem> = {
  copy: (name) => ({ status: 'warning', words: `${name}.pem is a file and no link: certbot will not renew it` }),
  elsewhere: (name, link) => ({
    status: 'warning',
    words: `${name}.pem leads to ${'target' in link ? link.target : ''}, which is no numbered file of its archive`,
  }),
  dangling: (name, link) => ({
    status: 'critical',
    words: `${name}.pem leads to ${'target' in link ? link.target : ''}, which is not there`,
  }),
  absent: (name) => ({ status: 'critical', words: `${name}.pem is not there` }),
}

const oddLinks = ({ links }: LiveFolder): readonly Problem[] =>
  linkNames.flatMap((name) => {
    const link = links[name]
    return link.kind === 'link' ? [] : [oddWords[link.kind](name, link)]
  })

type Numbered = { readonly name: LinkName; readonly number: number }

const numbersOf = ({ links }: LiveFolder): readonly Numbered[] =>
  linkNames.flatMap((name) => {
    const link = links[name]
    return link.kind === 'link' ? [{ name, number: link.number }] : []
  })

const numberProblems = (numbers: readonly Numbered[], highest: number): readonly Problem[] => {
  const different = new Set(numbers.map((one) => one.number))
  const listing = numbers.map(({ name, number }) => `${name}${number}`).join(', ')
  if (different.size > 1) return [{ status: 'critical', words: `the links lead to different numbers: ${listing}` }]
  const [number] = different
  if (number === undefined || number >= highest) return []
  return [{ status: 'warning', words: `the links lead to number ${number}, and the archive holds ${highest}` }]
}

/** One command for each link that is none; undefined where the archive has nothing to lead to, or a name cannot stand in a command. */
const relink = ({ path, archive, live }: Lineage): readonly (string | undefined)[] =>
  linkNames.flatMap((name) => {
    if (!live.seen || live.value.links[name].kind === 'link') return []
    const number = live.value.highest[name]
    const to = { kind: 'path', name: `${dirname(path)}/${name}.pem` } as const
    return [number === 0 ? undefined : shellCommand(['sudo', 'ln', '-sfn', { kind: 'path', name: `${archive}/${name}${number}.pem` }, to])]
  })

const mend = (lineage: Lineage, odd: readonly Problem[]): string => {
  const named = { kind: 'host', name: lineage.name } as const
  if (odd.length === 0) {
    // Certbot leads all links to the highest number that it has of all four.
    const renew = shellCommand(['sudo', 'certbot', 'renew', '--cert-name', named])
    return renew === undefined ? 'certbot renew leads them to the highest number again' : `run: ${renew}`
  }
  const commands = relink(lineage)
  if (commands.every((one) => one !== undefined)) return `run: ${commands.join(' && ')}`
  const again = shellCommand(['sudo', 'certbot', 'delete', '--cert-name', named])
  return `its archive is not complete: take it from a backup that keeps links, or ask for a new certificate${again === undefined ? '' : ` after ${again}`}`
}

/** All four links exist, share one number, and it is the highest of the archive. */
export const judgeLinks = (lineage: Lineage, { asked }: LetsencryptSubject): CertbotFinding => {
  const { name, live } = lineage
  const subject = `lineage/${name}`
  if (!live.seen) return unseen({ id: 'certbot.links', subject }, live, asked)
  const odd = oddLinks(live.value)
  const numbers = numbersOf(live.value)
  const highest = Math.max(...linkNames.map((one) => live.value.highest[one]))
  const problems = [...odd, ...numberProblems(numbers, highest)]
  const shared = { id: 'certbot.links', subject, expected: `four links into the archive with the one highest number, ${highest}` } as const
  if (problems.length === 0)
    return told({ ...shared, status: 'ok', title: `${name}: links in step`, observed: `all four links lead to number ${highest}` })
  return told({
    ...shared,
    status: problems.some((one) => one.status === 'critical') ? 'critical' : 'warning',
    title: `${name}: links out of step`,
    observed: problems.map((one) => one.words).join('; '),
    advice: mend(lineage, odd),
  })
}
