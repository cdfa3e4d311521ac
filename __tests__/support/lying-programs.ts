import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const id = 'a'.repeat(64)
const listed = JSON.stringify([id, 'running', 'quiz', '/srv/quiz', '', '', 'False'])
const inspected = JSON.stringify([
  {
    Id: id,
    Name: '/quiz-web-1',
    State: { Status: 'running', ExitCode: 0, Pid: 1, StartedAt: '2026-11-22T10:00:00Z' },
    Config: {
      Image: 'nginx',
      Labels: { 'com.docker.compose.service': 'web', 'com.docker.compose.project': 'quiz', 'com.docker.compose.oneoff': 'False' },
    },
    HostConfig: {},
  },
])

/** A program of this name in a folder that goes first in PATH; `script` is what its shell does. */
export const lyingProgram = (folder: string, name: string, script: string): void =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })

/** A docker with one container of the service `web`, whose programs and log are hostile: this is what it does for `docker exec` and `docker logs`. */
export const lyingContainer = (folder: string, script: string): void =>
  lyingProgram(
    folder,
    'docker',
    `case "$1" in\nps) echo '${listed}';;\ninspect) echo '${inspected}';;\ncompose | exec | logs) ${script};;\nesac`,
  )

/** Prints this text again and again, so many times or for ever, by programs that every system has. */
export const again = (text: string, times?: number): string => `yes '${text}'${times === undefined ? '' : ` | head -n ${times}`}`

/** Prints so many bytes without a line end. */
export const oneLine = (bytes: number, head = ''): string => `printf '${head}'; head -c ${bytes} /dev/zero | tr '\\0' x`
