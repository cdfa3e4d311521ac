import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Finding } from '../../../src/contract/finding.ts'
import { createTestProject, docker, type TestProject, until } from '../../support/compose-project.ts'
import { opensslFiles } from '../../support/openssl-files.ts'
import { runRonde } from '../../support/ronde.ts'

const project = 'ronde-test-nginx'
const image = 'ronde-quiz/nginx:1.22'
const composeFile = `
services:
  nginx:
    image: ${image}
    pull_policy: never
    command: [nginx, -g, "daemon off;"]
    mem_limit: 64m
    ports: ["127.0.0.1::443"]
    volumes: ["./conf:/etc/nginx/conf.d:ro", "./nginx.conf:/etc/nginx/nginx.conf:ro", "./certs:/certs:ro"]
  web: { image: ${image}, pull_policy: never, command: [sleep, "600"], mem_limit: 64m }
`
const nginxConf = `pid /run/nginx.pid;
events {}
http { include /etc/nginx/conf.d/*.conf; }
`
const site = `server { listen 443 ssl; server_name quiz.example; ssl_certificate /certs/server.crt; ssl_certificate_key /certs/server.key; }
`

let stack: TestProject
let port: string
const files = opensslFiles()

/** Puts a new certificate and its key where nginx reads them, in place, as `docker compose` mounts folders and not files. */
const putCertificate = async (name: string) => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`]
  const names = ['-subj', '/CN=quiz.example', '-addext', 'subjectAltName=DNS:quiz.example']
  files.openssl('req', '-x509', ...key, '-days', '60', ...names, '-out', `${name}.pem`)
  await stack.write('certs/server.crt', files.read(`${name}.pem`))
  await stack.write('certs/server.key', files.read(`${name}.key`))
}

beforeAll(async () => {
  stack = await createTestProject(project, { 'compose.yaml': composeFile, 'nginx.conf': nginxConf, 'conf/site.conf': site })
  await putCertificate('first')
  await stack.compose('up', '--detach')
  port = (await stack.compose('port', 'nginx', '443')).split(':').at(-1) ?? ''
}, 60_000)
afterAll(async () => {
  files[Symbol.dispose]()
  await stack.remove()
}, 60_000)

type Wanted = { readonly service?: string; readonly environment?: Readonly<Record<string, string>> }

const check = async (inputs: Readonly<Record<string, string>> = {}, { service = 'nginx', environment = {} }: Wanted = {}) => {
  const always = { 'compose-directory': stack.directory, 'compose-project': project, letsencrypt: files.at('certs'), 'fail-on': 'never' }
  const { findings, reports } = await runRonde('cert-check', { inputs: { ...always, 'nginx-service': service, ...inputs }, environment })
  const of = (id: string): Finding | undefined => findings.find((one) => one.id === id)
  return { of, scope: reports[0]?.scope }
}

describe('nginx -t in its service', () => {
  test('of a valid configuration is ok', async () => {
    const { of, scope } = await check()
    expect(of('nginx.config')).toMatchObject({ status: 'ok', check: 'nginx', subject: 'service/nginx' })
    expect(scope).toContain('nginx')
  })

  test('of a broken one is critical, with the line that nginx names, though it runs on', async () => {
    await stack.write('conf/site.conf', `${site}server { listen 80; lisen 81; }\n`)
    const { of, scope } = await check()
    await stack.write('conf/site.conf', site)
    expect(of('nginx.config')).toMatchObject({
      status: 'critical',
      observed: expect.stringMatching(/\[emerg\] .*unknown directive "lisen" in \/etc\/nginx\/conf\.d\/site\.conf:2$/),
      advice: expect.stringContaining(`run: docker compose -p ${project} logs --tail 50 nginx`),
    })
    expect(scope).toContain('nginx')
  })

  test('of a key that does not belong to the certificate is critical', async () => {
    await stack.write('certs/server.key', files.read('leaf.key'))
    const { of } = await check()
    await stack.write('certs/server.key', files.read('first.key'))
    expect(of('nginx.config')).toMatchObject({ status: 'critical', observed: expect.stringContaining('key values mismatch') })
  })

  test('in a service without nginx could not look', async () => {
    await stack.compose('exec', '-T', 'web', 'sh', '-c', 'rm -f /usr/sbin/nginx')
    const { of, scope } = await check({}, { service: 'web' })
    expect(of('nginx.config')).toMatchObject({ status: 'unknown', observed: 'there is no program nginx in web' })
    expect(scope).not.toContain('nginx')
  })

  test.each([
    ['a service that does not exist', 'proxy'],
    ['a name that would be an option', '--help'],
  ])('of %s could not look, and the services that there are are named', async (_what, service) => {
    const observed = `nginx-service: "${service}" is no service of the compose project; its services: nginx, web`
    expect((await check({}, { service })).of('nginx.config')).toMatchObject({ status: 'unknown', observed })
  })

  test('where no engine answers could not look', async () => {
    const { of, scope } = await check({}, { environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } })
    expect(of('nginx.config')).toMatchObject({ status: 'unknown', observed: 'the Docker engine is not running' })
    expect(scope).not.toContain('nginx')
  })
})

describe('a certificate that changed on disk', () => {
  test('is told as not reloaded with the command that reloads it, and that command mends it', async () => {
    await putCertificate('second')
    const inputs = { files: join(stack.directory, 'certs/server.crt'), 'reload-grace': '1ms' }
    const look = () => check({ ...inputs, endpoints: `127.0.0.1:${port}?servername=quiz.example` })
    const missed = (await look()).of('cert.not-reloaded')
    expect(missed?.status).toBe('warning')
    const command = `docker compose --project-directory ${stack.directory} -p ${project} exec nginx nginx -s reload`
    expect(missed?.advice).toBe(`run: ${command}, then mend the deploy hook`)
    await docker(...command.replace(' exec ', ' exec -T ').split(' ').slice(1))
    const mended = await until(
      async () => (await look()).of('cert.not-reloaded'),
      (one) => one?.title.includes('serves what is on disk') === true,
    )
    expect(mended?.status).toBe('ok')
  }, 60_000)

  test('and one that is served from another file is on a wrong path', async () => {
    const inputs = { files: files.at('first.pem'), endpoints: `127.0.0.1:${port}?servername=quiz.example`, 'reload-grace': '1ms' }
    expect((await check(inputs)).of('cert.wrong-path')).toMatchObject({ status: 'warning', check: 'served-versus-disk' })
  })
})

test('a service that was stopped is critical, with the command that starts it', async () => {
  await stack.compose('stop', '--timeout', '0', 'nginx')
  const { of } = await check()
  expect(of('nginx.config')).toMatchObject({
    status: 'critical',
    observed: 'nginx is exited',
    advice: expect.stringContaining('up -d nginx'),
  })
}, 30_000)
