import { valueOf } from '../../contract/repository.ts'
import { UserError } from '../../contract/user-error.ts'
import { matchesAny } from '../../core/text/pattern.ts'
import { localTime } from '../../core/time/local-time.ts'
import { person } from '../../incidents/texts/phrases.ts'
import type { OpenSilence } from '../../incidents/texts/silence-issue.ts'
import { activeSilences, endWrite, type SilenceOutcome, type SilenceWork } from './work.ts'

const numbered = (all: readonly OpenSilence[]): string => all.map(({ issue }) => `#${issue.number}`).join(', ')

const wantedOf = (active: readonly OpenSilence[], { options: { end }, context, repository }: SilenceWork): readonly OpenSilence[] => {
  const isOfServer = ({ silence }: OpenSilence) => context.server === repository.name || matchesAny(silence.servers, context.server)
  if (end === 'all') return active.filter(isOfServer)
  const found = active.filter(({ issue }) => String(issue.number) === end)
  if (found.length > 0) return found
  throw new UserError(
    `input end: #${end} is no silence in effect; ${active.length === 0 ? 'there is none' : `there are ${numbered(active)}`}`,
  )
}

/** Closes the issues of silences before their time. */
export const endSilences = async (work: SilenceWork): Promise<SilenceOutcome> => {
  const { options, context, repository } = work
  const active = await activeSilences(work)
  const wanted = wantedOf(active, work)
  if (wanted.length === 0) return { said: 'no silence to end', active, changed: undefined }
  if (context.dryRun) return { said: `would end ${numbered(wanted)}`, active, changed: undefined }
  const now = context.now()
  const verdict = `**Ended** ${localTime(now, options['time-zone'], now)} by ${person(repository.actor)}.`
  for (const one of wanted) valueOf(await repository.issues.perform(endWrite(one, verdict)), context.progress)
  return { said: `ended ${numbered(wanted)}`, active: active.filter((one) => !wanted.includes(one)), changed: wanted[0]?.issue.number }
}
