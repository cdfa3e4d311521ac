import { z } from 'zod'
import { createGate } from '../../../core/gate.ts'
import { canonicalName } from '../../../domain/packages/ecosystem.ts'
import { packageKey } from '../../../domain/packages/match.ts'
import { withoutLocal } from '../../../domain/packages/order/pep440.ts'
import { plainSemver } from '../../../domain/packages/order/semver.ts'
import { type OsvRecord, osvRecord } from '../../../domain/packages/osv-record.ts'
import type { LockedPackage } from '../../../domain/packages/package.ts'
import { pushTo } from '../../../domain/packages/push-to.ts'
import { type Asking, askJson } from './ask.ts'
import type { RecordCache } from './record-cache.ts'
import type { AdvisorySource, SourceTrouble } from './source.ts'

/** How many OSV takes at once. */
const batchSize = 1_000
const mostPages = 100
const inFlight = 40

const batchAnswer = z.object({
  results: z.array(
    z.object({
      vulns: z.array(z.object({ id: z.string().min(1).max(200), modified: z.string().catch('') })).nullish(),
      next_page_token: z.string().nullish(),
    }),
  ),
})

type Query = { readonly of: LockedPackage; readonly version: string; readonly page?: string }
type Named = { readonly id: string; readonly modified: string; readonly of: LockedPackage }
type Found = { readonly named: Named[]; readonly troubles: SourceTrouble[] }

const advice = 'run it again; if it stays, look whether this machine reaches the URL of `osv-url`'
const trouble = (subject: string, cause: string): SourceTrouble => ({ subject, cause, advice })

/** A build is asked for as it is written, and as the release that it was made of; so is any other way to write a version. */
const queriesOf = (packages: readonly LockedPackage[]): readonly Query[] =>
  [...new Map(packages.map((one) => [packageKey(one), one])).values()].flatMap((of) => {
    const release = of.ecosystem === 'PyPI' ? withoutLocal(of.version) : plainSemver(of.version)
    return [...new Set([of.version, release])].map((version) => ({ of, version }))
  })

const bodyOf = (queries: readonly Query[]): string =>
  JSON.stringify({
    queries: queries.map(({ of: { ecosystem, name }, version, page }) => ({
      package: { ecosystem, name },
      version,
      ...(page === undefined ? {} : { page_token: page }),
    })),
  })

/** One batch; gives the queries whose answer goes on. */
const askBatch = async (queries: readonly Query[], url: string, asking: Asking, found: Found): Promise<readonly Query[]> => {
  const answer = await askJson({ method: 'POST', url: `${url}/v1/querybatch`, body: bodyOf(queries) }, asking)
  const read = batchAnswer.safeParse(answer.ok ? answer.value : undefined)
  if (!answer.ok || !read.success || read.data.results.length !== queries.length) {
    const cause = answer.ok ? 'its answer is not one for each question' : answer.cause
    found.troubles.push(trouble('source/osv', `${queries.length} packages could not be looked up: ${cause}`))
    return []
  }
  return read.data.results.flatMap(({ vulns, next_page_token: page }, index): readonly Query[] => {
    const query = queries[index]
    if (query === undefined) return []
    for (const { id, modified } of vulns ?? []) found.named.push({ id, modified, of: query.of })
    return typeof page === 'string' && page !== '' ? [{ ...query, page }] : []
  })
}

const chunksOf = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

const askAll = async (packages: readonly LockedPackage[], url: string, asking: Asking): Promise<Found> => {
  const found: Found = { named: [], troubles: [] }
  let open = queriesOf(packages)
  for (let page = 0; open.length > 0 && page < mostPages; page += 1) {
    const rest = await Promise.all(chunksOf(open, batchSize).map((batch) => askBatch(batch, url, asking, found)))
    open = rest.flat()
  }
  if (open.length > 0) found.troubles.push(trouble('source/osv', `its answers go on after ${mostPages} pages`))
  return found
}

const askRecord = async ({ id, modified }: Named, url: string, asking: Asking, cache: RecordCache): Promise<OsvRecord | SourceTrouble> => {
  const known = cache.get(id, modified)
  if (known !== undefined) return known
  const answer = await askJson({ method: 'GET', url: `${url}/v1/vulns/${encodeURIComponent(id)}` }, asking)
  if (!answer.ok)
    return trouble(`advisory/${id}`, `the record could not be read: ${answer.missing ? 'it is named and not there' : answer.cause}`)
  const read = osvRecord.safeParse(answer.value)
  if (!read.success || read.data.id !== id) return trouble(`advisory/${id}`, 'what it gave for the record is another one, or none')
  cache.put(id, modified, read.data)
  return read.data
}

const isAbout = (record: OsvRecord, { ecosystem, name }: LockedPackage): boolean =>
  record.affected.some(({ package: about }) => about !== undefined && canonicalName(ecosystem, about.name) === name)

/** OSV's API: `POST /v1/querybatch` for all packages, then `GET /v1/vulns/{id}` for each record that it names and that is not known. */
export const createOsvApi =
  (url: string, asking: Asking, cache: RecordCache): AdvisorySource =>
  async (packages) => {
    const { named, troubles } = await askAll(packages, url.replace(/\/{1,9}$/, ''), asking)
    const gate = createGate(inFlight)
    const unique = [...new Map(named.map((one) => [one.id, one])).values()]
    const answers = await Promise.all(unique.map((one) => gate(() => askRecord(one, url.replace(/\/{1,9}$/, ''), asking, cache))))
    const byId = new Map(answers.flatMap((one) => ('cause' in one ? [] : [[one.id, one] as const])))
    const records = new Map<string, OsvRecord[]>()
    const lost = new Set<string>()
    for (const { id, of } of named) {
      const record = byId.get(id)
      // Answers come in the order of the questions; one that is about something else says that they do not.
      if (record !== undefined && !isAbout(record, of) && record.withdrawn === undefined) lost.add(`${id} for ${of.name}`)
      if (record !== undefined) pushTo(records, packageKey(of), record)
    }
    const mixed = [...lost].slice(0, 3).join(', ')
    return {
      records,
      troubles: [
        ...troubles,
        ...answers.flatMap((one) => ('cause' in one ? [one] : [])),
        ...(lost.size === 0
          ? []
          : [trouble('source/osv', `it named records that are about other packages (${mixed}): its answers may be in the wrong order`)]),
      ],
      notes: [],
    }
  }
