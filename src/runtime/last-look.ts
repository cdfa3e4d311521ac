import type { Issues, Write } from '../contract/issues.ts'
import type { Repository } from '../contract/repository.ts'
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

/** State under redacted keys: a subject may hold a secret, and the reports that are compared with it are redacted too. */
export const guardedState = (store: StateStore, redact: (text: string) => string): StateStore => ({
  ...store,
  statuses: (id, subject, limit) => store.statuses(id, redact(subject), limit),
  measurements: (subject, name, limit) => store.measurements(redact(subject), redact(name), limit),
  note: (key) => store.note(redact(key)),
  setNote: (key, value) => store.setNote(redact(key), value),
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
