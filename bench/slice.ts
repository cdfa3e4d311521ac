/** The slice on the healthy stack: a quick round of compose, endpoints and postgres through the root action, whole process. Needs `stack/up`. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim, median, sideBySide } from './measure.ts'

if (spawnSync('stack/up', ['--check'], { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) {
  console.error('bench/slice.ts needs the stack: run `sudo stack/up`')
  process.exit(1)
}

let apiCalls = 0
const api = createServer((_request, response) => {
  apiCalls += 1
  response.writeHead(500).end()
})
await new Promise<void>((resolve) => {
  api.listen(0, '127.0.0.1', resolve)
})

const folder = mkdtempSync(join(tmpdir(), 'ronde-bench-'))
const stack = join(process.cwd(), 'stack')
mkdirSync(join(folder, '.github'))
writeFileSync(
  join(folder, '.github/ronde.yml'),
  `compose: { directory: ${stack}, project: ronde-quiz }
database: { service: db }
health-check:
  checks: [compose, endpoints, postgres]
  endpoints:
    - { name: api health, url: "https://localhost:28443/api/health", ca: ${stack}/.run/certs/ca.crt }
    - { name: leaderboard, url: "https://localhost:28443/api/leaderboard", ca: ${stack}/.run/certs/ca.crt }
`,
)
const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  XDG_STATE_HOME: folder,
  RUNNER_TEMP: folder,
  GITHUB_WORKSPACE: folder,
  GITHUB_API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
  INPUT_TOKEN: 'not-a-real-token',
  INPUT_ROUND: 'quick',
}
const ours = { program: process.execPath, args: ['dist/round.js'], environment }
const peer = {
  program: 'docker',
  args: ['compose', '--project-directory', stack, '--project-name', 'ronde-quiz', 'ps', '--all'],
  environment,
}
const times = await sideBySide(ours, peer, 10)
api.close()
rmSync(folder, { recursive: true, force: true })

console.log(
  `quick round: median ${median(times.ours).toFixed(0)} ms; docker compose ps alone: median ${median(times.peer).toFixed(0)} ms; ${times.ours.length} runs`,
)
claim('the slice on the healthy stack', median(times.ours) / 1000, 2, 's')
claim('API calls', apiCalls, 0, 'calls')
