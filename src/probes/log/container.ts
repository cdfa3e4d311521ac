import type { Compose, Container } from '../../contract/compose.ts'
import { couldNotLook, type Instant, type Seen, saw } from '../../contract/seen.ts'
import { shorten } from '../../core/text/plain.ts'
import { seeDeclared } from '../../tools/compose-services.ts'
import { type LogText, stampedLines } from './source.ts'

const mostContainers = 10
const timeoutMs = 20_000

const linesOf = async (compose: Compose, { id, name }: Container, since: Instant): Promise<Seen<LogText>> => {
  const from = new Date(since).toISOString()
  const finished = await compose.docker(['logs', '--timestamps', '--since', from, id], { timeoutMs })
  if (finished.ended !== 'exit' || finished.exitCode !== 0) {
    const [said = ''] = finished.stderr.trim().split('\n').toReversed()
    const why = finished.ended === 'exit' ? shorten(said, 200) : `docker logs ended by ${finished.ended}`
    return couldNotLook(
      `the log of ${name} cannot be read: ${why}`,
      'give the service a logging driver that docker logs can read, such as local',
    )
  }
  const timeOf = (stamp: string) => Date.parse(stamp)
  const lines = [finished.stdout, finished.stderr].flatMap((output) => stampedLines(output, timeOf))
  return saw({ lines, cut: finished.truncated }, Date.now())
}

/** What the containers of a service wrote since a moment, stopped and one-off ones included. A container that was made anew has no log of before. */
export const seeContainerLog = async (compose: Compose, service: string, since: Instant): Promise<Seen<LogText>> => {
  const containers = await compose.containers()
  if (!containers.seen) return containers
  const own = containers.value.filter((one) => one.service === service).slice(0, mostContainers)
  if (own.length === 0) {
    const declared = await seeDeclared(compose, service, 'log.service')
    return declared.seen
      ? couldNotLook(`no container of the service ${service}`, `start the service ${service}`)
      : couldNotLook(`no container of the service ${service}${declared.hint}`, `${declared.advice}: ${declared.cause}`)
  }
  const looks = await Promise.all(own.map((one) => linesOf(compose, one, since)))
  const failed = looks.find((one) => !one.seen)
  if (failed !== undefined) return failed
  const texts = looks.flatMap((one) => (one.seen ? [one.value] : []))
  return saw({ lines: texts.flatMap((one) => one.lines), cut: texts.some((one) => one.cut) }, Date.now())
}
