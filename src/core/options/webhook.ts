import { z } from 'zod'
import { placeOf } from '../net/safe-place.ts'
import { once } from '../once.ts'
import { secretText } from './secret.ts'
import { texts } from './texts.ts'

/** Judged where it is read, after names were replaced: the first incident would be late to hear that nobody is told. */
const channel = (description: string, example: string) =>
  secretText()
    .refine((text) => text === '' || 'url' in placeOf(text), {
      error: ({ input }) => {
        const place = placeOf(String(input))
        return `${'cause' in place ? place.cause : ''} (not shown: it is secret)`
      },
    })
    .optional()
    .register(texts, { description, examples: [example], pattern: '^[hH][tT][tT][pP][sS]?://|\\$\\{' })

/** `https://ntfy.sh/topic`: without a topic nobody hears of it. */
const hasTopic = ({ ntfy }: { readonly ntfy?: string | undefined }): boolean =>
  ntfy === undefined || !URL.canParse(ntfy) || new URL(ntfy).pathname.split('/').some((part) => part !== '')

/** An entry of `notify:`. */
export const webhook = once(() =>
  z
    .strictObject({
      slack: channel('Incoming webhook of Slack, or of what understands it (Mattermost, Discord with `/slack`).', '${SLACK_WEBHOOK}'),
      webhook: channel('Any URL: it gets a `POST` with JSON.', '${WEBHOOK_URL}'),
      ntfy: channel('Topic of ntfy, `https://ntfy.sh/…`.', 'https://ntfy.sh/quiz-ops'),
    })
    .refine((one) => Object.keys(one).length === 1, 'expected exactly one of slack, webhook, ntfy')
    .refine(hasTopic, { error: 'its URL names no topic, such as https://ntfy.sh/quiz (not shown: it is secret)', path: ['ntfy'] })
    .register(texts, { minProperties: 1, maxProperties: 1 }),
)
