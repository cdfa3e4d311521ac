/** Start-up: a whole one-endpoint check, from the start of the process to its end, beside a bare `node -e 0` in the same run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim, median, sideBySide } from './measure.ts'

const server = createServer((_request, response) => response.end('{"status":"ok"}'))
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve)
})
const { port } = server.address() as AddressInfo
const folder = mkdtempSync(join(tmpdir(), 'ronde-bench-'))
const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  XDG_STATE_HOME: folder,
  RUNNER_TEMP: folder,
  GITHUB_WORKSPACE: folder,
  INPUT_ENDPOINTS: `http://127.0.0.1:${port}/`,
  INPUT_CHECKS: 'endpoints',
}
const ours = { program: process.execPath, args: ['dist/health-check.js'], environment }
const peer = { program: process.execPath, args: ['-e', '0'], environment }

const times = await sideBySide(ours, peer, 30)
server.close()
rmSync(folder, { recursive: true, force: true })

const ratios = times.ours.map((ms, run) => ms / (times.peer[run] ?? Number.NaN))
console.log(
  `one-endpoint check: median ${median(times.ours).toFixed(1)} ms; node -e 0: median ${median(times.peer).toFixed(1)} ms; ${times.ours.length} runs`,
)
claim('start-up beside bare node', median(ratios), 3.6, 'x')
claim('start-up in all', median(times.ours), 150, 'ms')
