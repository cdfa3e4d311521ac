import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Finished } from '../../../../contract/process.ts'
import type { Obstacle } from '../../../../contract/seen.ts'
import { plainLine, plainLines } from '../../../../core/text/plain.ts'

/** What became of `nginx -t` in its service. */
export type NginxLook =
  | { readonly kind: 'ran'; readonly finished: Finished; readonly logs: string | undefined }
  /** The project is there, and the service is not, or does not run. */
  | { readonly kind: 'down'; readonly cause: string; readonly start: string | undefined }
  | ({ readonly kind: 'unseen' } & Obstacle)

type Told = Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'> & Partial<Omit<JudgedFinding, 'id'>>

const longestLine = 500
const errorLine = /\[(?:emerg|alert|crit|error)\]/
/** Said by docker, podman or a shell in the container. */
const noProgram = /executable file not found|nginx: not found|no such file or directory: .{0,300}nginx/i

const runCommand = (text: string, command: string | undefined) => (command === undefined ? text : `${text}; run: ${command}`)

/** Nginx's clock and the number of its process, which differ with each run. */
const stamp = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (\[\w+\]) \d+#\d+: (?:\*\d+ )?/

const linesOf = ({ stderr, stdout }: Finished): readonly string[] =>
  plainLines(`${stderr}\n${stdout}`, { maxLines: 200, maxChars: longestLine })
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(stamp, '$1 '))

const exited = (service: string, finished: Finished & { readonly ended: 'exit' }, logs: string | undefined): Told => {
  const lines = linesOf(finished)
  const warnings = lines.filter((line) => line.includes('[warn]')).slice(0, 10)
  const also = warnings.length === 0 ? '' : `; ${warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`}`
  if (finished.exitCode === 0)
    return {
      status: 'ok',
      title: 'configuration is valid',
      observed: `nginx -t: test is successful${also}`,
      advice: '',
      evidence: warnings,
    }
  if (noProgram.test(`${finished.stderr}${finished.stdout}`))
    return {
      status: 'unknown',
      title: 'could not look',
      observed: `there is no program nginx in ${service}`,
      advice: 'name the service that runs nginx in `nginx-service`',
    }
  const first = lines.find((line) => errorLine.test(line)) ?? lines.find((line) => !line.includes('[warn]')) ?? 'no words'
  return {
    status: 'critical',
    title: 'configuration is invalid',
    observed: plainLine(first, longestLine),
    advice: runCommand('nginx keeps running with the old one until it is started anew: correct the file that the line names', logs),
    evidence: lines.slice(0, 20),
  }
}

const ofLook = (service: string, look: NginxLook): Told => {
  if (look.kind === 'down')
    return { status: 'critical', title: 'is not running', observed: look.cause, advice: runCommand('start it', look.start) }
  if (look.kind === 'unseen') return { status: 'unknown', title: 'could not look', observed: look.cause, advice: look.advice }
  const { finished } = look
  if (finished.ended === 'exit') return exited(service, finished, look.logs)
  const cause = finished.ended === 'timeout' ? 'nginx -t had no end in time' : `nginx -t was ended: ${finished.ended}`
  return { status: 'unknown', title: 'could not look', observed: cause, advice: runCommand('look at its log', look.logs) }
}

/** `nginx -t` inside the service, as one finding. */
export const judgeNginx = (service: string, look: NginxLook): JudgedFinding<'nginx.config'> => {
  const { title, ...told } = ofLook(service, look)
  return finding({
    id: 'nginx.config',
    subject: `service/${service}`,
    title: `${service}: ${title}`,
    expected: 'nginx -t accepts its configuration',
    certainty: 'hard',
    audience: 'infrastructure',
    ...told,
  })
}
