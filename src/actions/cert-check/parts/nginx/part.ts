import type { Context } from '../../../../contract/context.ts'
import type { Finished } from '../../../../contract/process.ts'
import { projectCommand } from '../../../../tools/compose-command.ts'
import { dockerFailure, isDockerFailure } from '../../../../tools/compose-failure.ts'
import { seeDeclared } from '../../../../tools/compose-services.ts'
import type { CertOptions } from '../../options.ts'
import { type CertOutcome, type CertWorld, definePart } from '../../part.ts'
import { judgeNginx, type NginxLook } from './policy.ts'

const timeoutMs = 30_000

/** Docker itself refused, which says nothing of the configuration. */
const asLook = (finished: Finished, logs: string | undefined): NginxLook => {
  if (finished.ended === 'exit' && (finished.exitCode === 0 || !isDockerFailure(finished))) return { kind: 'ran', finished, logs }
  const failure = dockerFailure('docker compose exec', finished, timeoutMs)
  return failure.seen ? { kind: 'ran', finished, logs } : { kind: 'unseen', cause: failure.cause, advice: failure.advice }
}

const lookAt = async (service: string, { compose }: Context): Promise<NginxLook> => {
  const [project, containers] = [await compose.project(), await compose.containers()]
  if (!project.seen) return { kind: 'unseen', cause: project.cause, advice: project.advice }
  if (!containers.seen) return { kind: 'unseen', cause: containers.cause, advice: containers.advice }
  const ofService = containers.value.filter((one) => one.service === service && !one.oneOff)
  const start = projectCommand(project.value, ['up', '-d'], service)
  if (ofService.length === 0) {
    const declared = await seeDeclared(compose, service, 'nginx-service')
    if (!declared.seen) return { kind: 'unseen', cause: `${declared.cause}${declared.hint}`, advice: declared.advice }
    return { kind: 'down', cause: `the project ${project.value.name} has no container of ${service}`, start }
  }
  if (!ofService.some((one) => one.state === 'running')) return { kind: 'down', cause: `${service} is ${ofService[0]?.state}`, start }
  const finished = await compose.run(['exec', '-T', service, 'nginx', '-t'], { timeoutMs })
  return asLook(finished, projectCommand(project.value, ['logs', '--tail', '50'], service))
}

const run = async (options: CertOptions, { context }: CertWorld): Promise<CertOutcome<'nginx.config'>> => {
  const service = options['nginx-service'] ?? ''
  const found = judgeNginx(service, await lookAt(service, context))
  return { completed: found.status !== 'unknown', findings: [found], certificates: [] }
}

export const part = definePart({
  name: 'nginx',
  description: '`nginx -t` inside the compose service that the user named.',
  order: 50,
  options: {},
  ids: ['nginx.config'],
  configured: (options) => options['nginx-service'] !== undefined,
  run,
})
