import { setTimeout as delay } from 'node:timers/promises'
import type { RestoreSite } from './site.ts'

const untilMs = 60_000
const everyMs = 3_000

/** What health-check calls critical, each by its id and subject. */
export const seeTrouble = async ({ context }: RestoreSite): Promise<ReadonlyMap<string, string>> => {
  const report = await context.invoke('health-check', { quick: true })
  return new Map(report.findings.flatMap((one) => (one.status === 'critical' ? [[`${one.id} ${one.subject}`, one.title]] : [])))
}

/** What is critical now and was not before, after services have had time to start. */
export const newTrouble = async (site: RestoreSite, before: ReadonlyMap<string, string>): Promise<readonly string[]> => {
  const until = Date.now() + untilMs
  for (;;) {
    const now = await seeTrouble(site)
    const fresh = [...now].filter(([key]) => !before.has(key)).map(([, title]) => title)
    if (fresh.length === 0 || Date.now() > until || site.context.signal.aborted) return fresh
    await delay(everyMs)
  }
}
