/** A thousand TLS endpoints on loopback, 5 % of them black holes, in two processes of ours, beside `openssl s_client`, check_http -C and tlsx in the same run. */
import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { claim, median } from './measure.ts'

type Ran = {
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMb: number
  readonly subjects: number
  readonly certificates: number
  readonly notOk: number
}

const endpointCount = 1_000
const holes = 50
const rounds = 3
const peerRuns = 100
const name = 'quiz.example'

const folder = mkdtempSync(join(tmpdir(), 'ronde-bench-'))
const at = (file: string) => join(folder, file)
const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })

/** A root, and a leaf of it that the server presents. */
const makeCertificates = (): void => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-days', '3650', '-subj', '/CN=bench root', '-keyout', 'root.key', '-out', 'root.pem')
  openssl('req', '-new', ...key, '-subj', `/CN=${name}`, '-keyout', 'leaf.key', '-out', 'leaf.csr')
  writeFileSync(at('extensions'), `subjectAltName=DNS:${name}`)
  const signer = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-days', '90']
  openssl('x509', '-req', '-in', 'leaf.csr', ...signer, '-extfile', 'extensions', '-out', 'leaf.pem')
}

const portsOf = async (server: ChildProcess): Promise<readonly string[]> => {
  if (server.stdout === null) throw new Error('the server has no output')
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  return line.toString().trim().split(' ')
}

/** Every endpoint is an address of its own: 127.1.0.1, 127.1.0.2, … */
const addressOf = (index: number): string => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`

/** CPU and wall time of what a shell line starts, in ms: its `times` counts its children. */
const costOf = (line: string, args: readonly string[], input = ''): { readonly cpuMs: number; readonly status: number | null } => {
  const { status, stdout } = spawnSync('sh', ['-c', `${line}; times`, 'sh', ...args], { encoding: 'utf8', input, maxBuffer: 1 << 28 })
  const children = stdout.trim().split('\n').at(-1) ?? ''
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest))
  return { cpuMs: seconds.reduce((sum, one) => sum + one, 0) * 1000, status }
}

const repeatedly = `i=0; while [ $i -lt ${peerRuns} ]; do "$@" </dev/null >/dev/null 2>&1 || exit 1; i=$((i+1)); done`

makeCertificates()
const [bundle, looker] = [at('child.mjs'), at('looker.mjs')]
// As in dist: bundled and minified, for Node would otherwise count the removal of types.
await build({
  entryPoints: { child: 'bench/cert-check.child.ts', looker: 'src/looker.ts' },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
})
const server = fork('bench/cert-check.server.child.ts', [at('leaf.key'), at('leaf.pem')], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
const [port = '', hole = ''] = await portsOf(server)
const every = endpointCount / holes
const endpoints = Array.from({ length: endpointCount }, (_, index) => `${addressOf(index)}:${index % every === 0 ? hole : port}`)
const ours = (): Ran =>
  JSON.parse(
    execFileSync(process.execPath, [bundle, at('root.pem'), looker], {
      encoding: 'utf8',
      input: endpoints.map((one) => `${one}?servername=${name}`).join('\n'),
    }),
  ) as Ran

const tlsx = [join(homedir(), 'go/bin/tlsx'), '/usr/local/bin/tlsx', process.env['TLSX'] ?? ''].find((path) => existsSync(path))
const peers: readonly { readonly what: string; readonly program: string; readonly cost: () => number }[] = [
  {
    what: 'openssl s_client',
    program: '/usr/bin/openssl',
    cost: () =>
      costOf(repeatedly, ['openssl', 's_client', '-connect', `127.1.0.2:${port}`, '-servername', name, '-showcerts']).cpuMs / peerRuns,
  },
  {
    what: 'check_http -C',
    program: '/usr/lib/nagios/plugins/check_http',
    cost: () =>
      costOf(repeatedly, ['/usr/lib/nagios/plugins/check_http', '-I', '127.1.0.2', '-p', port, '-H', name, '--sni', '-C', '30,15']).cpuMs /
      peerRuns,
  },
  {
    what: 'tlsx',
    program: tlsx ?? '/tlsx',
    // All in one process as ours, with the same concurrency, time-out and name, and the probes for expiry and name that it has.
    cost: () =>
      costOf(
        '"$@" >/dev/null 2>&1',
        [
          tlsx ?? '',
          '-silent',
          '-json',
          '-c',
          '300',
          '-timeout',
          '5',
          '-retry',
          '1',
          '-sni',
          name,
          '-duc',
          '-expired',
          '-mismatched',
          '-self-signed',
          '-untrusted',
        ],
        endpoints.join('\n'),
      ).cpuMs / endpointCount,
  },
]

try {
  const ran: Ran[] = []
  const costs = new Map<string, number[]>()
  for (let round = 0; round < rounds; round += 1) {
    ran.push(ours())
    for (const { what, cost } of peers.filter((one) => existsSync(one.program))) costs.set(what, [...(costs.get(what) ?? []), cost()])
  }
  if (ran.some((one) => one.subjects !== endpointCount || one.notOk !== holes || one.certificates !== endpointCount - holes))
    throw new Error(`not every endpoint was judged as it is: ${JSON.stringify(ran)}`)
  const own = median(ran.map((one) => one.cpuMs / endpointCount))
  console.log(`CPU an endpoint, median of ${rounds} rounds; ours looks twice at each, the second time for TLS 1.1 and earlier`)
  console.log(
    `  ronde             ${own.toFixed(2)} ms (${endpointCount} in two processes, their start included; ${median(ran.map((one) => one.wallMs / 1000)).toFixed(1)} s wall)`,
  )
  for (const { what } of peers) {
    const cost = costs.get(what)
    console.log(
      `  ${what.padEnd(16)}  ${cost === undefined ? 'not installed' : `${median(cost).toFixed(2)} ms (${(median(cost) / own).toFixed(1)}x)`}`,
    )
  }
  claim('CPU of one of 1,000 TLS endpoints', own, 1.6, 'ms')
  claim('peak memory of 1,000 TLS endpoints, the larger process', median(ran.map((one) => one.peakMb)), 120, 'MB')
  claim('1,000 TLS endpoints with 50 black holes', median(ran.map((one) => one.wallMs / 1000)), 12, 's')
} finally {
  server.disconnect()
  rmSync(folder, { recursive: true, force: true })
}
