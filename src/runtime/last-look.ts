import type { Issues, Write } from '../contract/issues.ts'
import type { Repository } from '../contract/repository.ts'
import { readJson } from '../core/read-json.ts'
import type { Redactor } from '../core/redact/redact.ts'
import type { StateStore } from './state/state.ts'

/** A look at a text in the form in which it leaves: nothing of what was told may stand in it. */
export type LastLook = (text: string) => string

/** The redactor's last look, which knows the words of ours that must stay. */
export const lastLookOf =
  ({ again }: Redactor, ownWords: readonly string[]): LastLook =>
  (text) =>
    again(text, ownWords)

const lookedAt = (write: Write, look: LastLook): Write => ({
  ...write,
  ...('title' in write && write.title !== undefined ? { title: look(write.title) } : {}),
  ...('body' in write && write.body !== undefined ? { body: look(write.body) } : {}),
  // Of a comment it is a body of ours, as it was written.
  ...(write.kind === 'comment' && write.basedOn !== undefined ? { basedOn: look(write.basedOn) } : {}),
})

/** Issues whose every text is looked at when it is written: escaping is over by then. */
export const guardedIssues = (issues: Issues, look: LastLook): Issues => ({
  ...issues,
  perform: (write) => issues.perform(lookedAt(write, look)),
  editComment: (id, body) => issues.editComment(id, look(body)),
})

/** The same for all that is written to a repository. */
export const guardedRepository = (repository: Repository, look: LastLook): Repository => ({
  ...repository,
  issues: guardedIssues(repository.issues, look),
  contents: {
    ...repository.contents,
    write: (file) => repository.contents.write({ ...file, text: look(file.text), message: look(file.message) }),
    openPull: (pull) => repository.contents.openPull({ ...pull, title: look(pull.title), body: look(pull.body) }),
  },
})

const inTexts = (value: unknown, look: LastLook): unknown => {
  if (typeof value === 'string') return look(value)
  if (Array.isArray(value)) return value.map((one) => inTexts(one, look))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [look(key), inTexts(one, look)]))
}

/** A note keeps its form: what is JSON is looked at text by text, or a number in it could be taken for a secret. */
const noteText = (note: string, look: LastLook): string => {
  if (look(note) === note) return note
  const read = readJson(note)
  return 'value' in read && typeof read.value === 'object' ? JSON.stringify(inTexts(read.value, look)) : look(note)
}

/**
 * State under redacted keys: a subject may hold a secret, and the reports that are compared with it are redacted too. Of what a note says,
 * only what was told goes: names and counters of next time must be found again.
 */
export const guardedState = (store: StateStore, redact: (text: string) => string, look: LastLook): StateStore => ({
  ...store,
  statuses: (id, subject, limit) => store.statuses(id, redact(subject), limit),
  measurements: (subject, name, limit) => store.measurements(redact(subject), redact(name), limit),
  note: (key) => store.note(redact(key)),
  setNote: (key, value) => store.setNote(redact(key), noteText(value, look)),
  record: (findings, at) =>
    store.record(
      findings.map((one) => ({
        ...one,
        subject: redact(one.subject),
        measurements: one.measurements.map((each) => ({ ...each, name: redact(each.name), unit: redact(each.unit) })),
      })),
      at,
    ),
})
