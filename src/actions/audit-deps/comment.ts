import type { Context } from '../../contract/context.ts'
import type { Repository } from '../../contract/repository.ts'
import { isUserError } from '../../contract/user-error.ts'
import { commentMarker, commentText } from './comment-text.ts'
import type { AuditTotals } from './overview.ts'

const open = async (context: Context): Promise<Repository | undefined> => {
  try {
    return await context.repository({ 'pull-requests': 'write' })
  } catch (error) {
    if (!isUserError(error)) throw error
    // No token: a pull request of a fork may have none. The summary tells the same.
    context.progress.say(`the pull request gets no comment: ${error.message}`)
    return undefined
  }
}

/** Puts the result into the pull request: one comment, updated in place, and none where there never was anything to tell. */
export const tellPullRequest = async (totals: AuditTotals, context: Context): Promise<void> => {
  const { pullRequest, progress } = context
  if (pullRequest === undefined || totals.compared === undefined) return
  const repository = await open(context)
  if (repository === undefined) return
  const { issues, authors, runUrl } = repository
  const listed = await issues.allComments(pullRequest.number)
  if (!listed.ok) return progress.say(`the pull request gets no comment: ${listed.failure.cause}`)
  // Anybody can write the marker.
  const own = listed.value.find(({ author, body }) => body.startsWith(commentMarker) && authors.includes(author))
  const { vulnerabilities, compared } = totals
  // An audit that is not whole never turns a comment green.
  if (vulnerabilities.length === 0 && (own === undefined || !compared.isWhole)) return
  const body = commentText(totals, runUrl)
  if (own?.body === body) return
  const told =
    own === undefined ? await issues.perform({ kind: 'comment', number: pullRequest.number, body }) : await issues.editComment(own.id, body)
  if (!told.ok) progress.say(`the pull request gets no comment: ${told.failure.cause}`)
}
