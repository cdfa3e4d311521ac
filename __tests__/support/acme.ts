import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export type CertbotEnd = { readonly exitCode: number; readonly output: string }

export type Acme = {
  /** The folder that stands for `/etc/letsencrypt`. */
  readonly directory: string
  /** Of one more file beside it. */
  readonly at: (name: string) => string
  /** What a run of Ronde needs so that the certbot that it starts knows this authority. */
  readonly environment: Readonly<Record<string, string>>
  /** `certbot ARGS` with its folders here; never throws for how it ends. */
  certbot(...args: readonly string[]): Promise<CertbotEnd>
  /** Asks for a certificate by http-01. */
  issue(name: string, ...args: readonly string[]): Promise<CertbotEnd>
  /** From now on challenges are answered with 404, as when port 80 leads elsewhere. */
  breakValidation(): void
} & AsyncDisposable

const freePort = async (): Promise<number> => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const stop = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Asks for the directory until pebble answers; throws when it ends first. */
const answers = async (pebble: ChildProcess, port: number, ca: Buffer) => {
  for (;;) {
    const answered = await new Promise<boolean>((settle) => {
      const asked = request({ host: '127.0.0.1', port, path: '/dir', ca, servername: 'localhost' }, (response) => {
        response.resume()
        settle(response.statusCode === 200)
      })
      asked.on('error', () => settle(false))
      asked.end()
    })
    if (answered) return
    if (pebble.exitCode !== null) throw new Error(`pebble ended with ${pebble.exitCode}`)
    await new Promise((settle) => setTimeout(settle, 50))
  }
}

/** Answers challenges with what certbot writes below `webroot`. */
const challengeServer = async (webroot: string) => {
  let broken = false
  const server = createServer((asked, response) => {
    const token = basename(asked.url ?? '')
    readFile(join(webroot, '.well-known/acme-challenge', token)).then(
      (text) => response.writeHead(broken ? 404 : 200).end(broken ? '' : text),
      () => response.writeHead(404).end(),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    break: () => {
      broken = true
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const makeApiCertificate = (folder: string) => {
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'api.key', '-out', 'api.crt']
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...names], { cwd: folder, stdio: 'ignore' })
}

type Authority = { readonly folder: string; readonly httpPort: number; readonly validitySeconds: number }

/** Pebble with the name server that it asks; every name leads to 127.0.0.1. */
const startAuthority = async ({ folder, httpPort, validitySeconds }: Authority) => {
  await using undo = new AsyncDisposableStack()
  const [api, management, dns, testManagement] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const pebble = {
    listenAddress: `127.0.0.1:${api}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: join(folder, 'api.crt'),
    privateKey: join(folder, 'api.key'),
    httpPort,
    tlsPort: 1,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
    certificateValidityPeriod: validitySeconds,
  }
  await writeFile(join(folder, 'pebble.json'), JSON.stringify({ pebble }))
  const start = (program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...environment } })
    undo.defer(() => stop(child))
    return child
  }
  const none = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', '']
  start('pebble-challtestsrv', [...none, '-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${testManagement}`])
  const quick = { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0', PEBBLE_AUTHZREUSE: '0' }
  const child = start('pebble', ['-config', join(folder, 'pebble.json'), '-strict', '-dnsserver', `127.0.0.1:${dns}`], quick)
  await answers(child, api, readFileSync(join(folder, 'api.crt')))
  const held = undo.move()
  return { url: `https://localhost:${api}/dir`, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

/** A real authority (pebble), a real certbot in folders of its own, and a server that answers the challenges; all on loopback. */
export const startAcme = async ({ validitySeconds = 60 * 86_400 } = {}): Promise<Acme> => {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'ronde-acme-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const at = (name: string) => join(folder, name)
  makeApiCertificate(folder)
  await mkdir(at('webroot'))
  const challenges = await challengeServer(at('webroot'))
  undo.defer(challenges.close)
  const authority = undo.use(await startAuthority({ folder, httpPort: challenges.port, validitySeconds }))
  const folders = { 'config-dir': at('letsencrypt'), 'work-dir': at('work'), 'logs-dir': at('logs') }
  const settings = { ...folders, server: authority.url, 'no-verify-ssl': 'true', 'max-log-backups': '0' }
  await mkdir(at('settings/letsencrypt'), { recursive: true })
  await writeFile(
    at('settings/letsencrypt/cli.ini'),
    Object.entries(settings)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join(''),
  )
  const environment = { XDG_CONFIG_HOME: at('settings') }
  const certbot = async (...args: readonly string[]): Promise<CertbotEnd> => {
    const given = ['--non-interactive', ...args, ...(args[0] === 'renew' ? ['--no-random-sleep-on-renew'] : [])]
    const ended = execute('certbot', given, { env: { ...process.env, ...environment }, timeout: 60_000 })
    return ended.then(
      ({ stdout, stderr }) => ({ exitCode: 0, output: `${stdout}${stderr}` }),
      (error: { code?: number; stdout?: string; stderr?: string }) => ({
        exitCode: error.code ?? -1,
        output: `${error.stdout}${error.stderr}`,
      }),
    )
  }
  const asked = ['certonly', '--agree-tos', '--register-unsafely-without-email', '--webroot', '--webroot-path', at('webroot')]
  const held = undo.move()
  return {
    directory: folders['config-dir'],
    at,
    environment,
    certbot,
    issue: (name, ...args) => certbot(...asked, '-d', name, ...args),
    breakValidation: challenges.break,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}
