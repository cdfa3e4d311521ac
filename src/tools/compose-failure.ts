import { userInfo } from 'node:os'
import type { Finished } from '../contract/process.ts'
import { couldNotLook, type Seen } from '../contract/seen.ts'
import { formatDuration } from '../core/quantity.ts'
import { shorten } from '../core/text/plain.ts'

const longestLine = 200

/** The first line of stderr that is not a warning, bounded: docker's own words about a call that carries no secret. */
const firstErrorLine = (stderr: string): string => {
  const lines = stderr.split('\n').map((line) => line.trim())
  return shorten(lines.find((line) => line !== '' && !/^WARNING|level=warning/.test(line)) ?? '', longestLine)
}

/** Who runs this, for a command to copy; an account without a name in the system is left to the reader. */
const accountName = (): string => {
  try {
    const { username } = userInfo()
    return /^[a-z_][a-z0-9_-]{0,31}$/i.test(username) ? username : 'USER'
  } catch {
    // This uid has no entry in the system's list of users.
    return 'USER'
  }
}

const pointedElsewhere = 'look at DOCKER_HOST and DOCKER_CONTEXT in the environment of the runner'

type Explanation = { readonly when: RegExp; readonly cause: string; readonly advice: () => string }

/** Both generations of wording; `LC_ALL=C` keeps them English. The first that matches tells. */
const explanations: readonly Explanation[] = [
  {
    when: /permission denied[^\n]{0,500}(docker daemon socket|docker api|dial unix)/i,
    cause: 'not permitted to use the Docker engine',
    advice: () => `run: sudo usermod -aG docker ${accountName()}, then restart the runner`,
  },
  {
    when: /unknown command: docker compose|'compose' is not a docker command|unknown (shorthand )?flag[^]{0,4000}(Usage:\s{1,9}docker \[OPTIONS\]|See 'docker --help')/i,
    cause: 'docker has no compose plugin',
    advice: () => 'install version 2 of compose as a plugin of docker (package docker-compose-plugin or docker-compose-v2)',
  },
  {
    when: /unable to resolve docker endpoint|context "[^"]{0,500}"(: context)? not found/i,
    cause: 'the docker context of the runner does not exist',
    advice: () => 'look at `docker context ls` as the runner, and at DOCKER_CONTEXT and DOCKER_HOST in its environment',
  },
  {
    when: /client version [\d.]+ is too (old|new)/i,
    cause: 'the docker program and the Docker engine are too far apart in version',
    advice: () => 'upgrade the older of the two: `docker version` shows both',
  },
  {
    when: /command \[ssh\b|ssh:\/\/|error during connect[^\n]{0,2000}ssh/i,
    cause: 'the Docker engine cannot be reached by ssh',
    advice: () => `${pointedElsewhere}; try \`ssh\` to that host as the runner, without a question for a password or a key`,
  },
  {
    when: /(?:docker daemon at|docker api at|error during connect[^\n]{0,2000}) ?"?(?:tcp|https?):\/\/[^\n]{0,500}(?:is the docker daemon running|connection refused)/i,
    cause: 'the Docker engine is not running',
    advice: () => `${pointedElsewhere}: nothing listens there`,
  },
  {
    when: /cannot connect to the docker daemon|is the docker daemon running|failed to connect to the docker api|connection refused/i,
    cause: 'the Docker engine is not running',
    advice: () => 'run: sudo systemctl start docker; when it does not stay up: sudo journalctl -u docker.service',
  },
  {
    when: /error during connect|no such host|i\/o timeout/i,
    cause: 'the Docker engine cannot be reached',
    advice: () => pointedElsewhere,
  },
]

const notStarted = (cause: string) =>
  cause.startsWith('no such program')
    ? couldNotLook(
        'the docker program is not installed',
        'install Docker Engine with its compose plugin, or put docker in the PATH of the runner',
      )
    : couldNotLook(cause, 'make the docker program executable for the runner')

const mostSaid = 16 * 1024

/** What a program complained of: the beginning and the end, for it is searched by many patterns. */
export const complaintOf = ({ stderr }: Pick<Finished, 'stderr'>): string =>
  stderr.length <= 2 * mostSaid ? stderr : `${stderr.slice(0, mostSaid)}\n${stderr.slice(-mostSaid)}`

const exited = (what: string, exitCode: number, stderr: string) => {
  const known = explanations.find(({ when }) => when.test(stderr))
  if (known !== undefined) return couldNotLook(known.cause, known.advice())
  const line = firstErrorLine(stderr)
  return couldNotLook(`${what} ended with exit code ${exitCode}${line === '' ? '' : `: ${line}`}`, `run ${what} as the runner to see why`)
}

type Failures = {
  readonly [Ended in Finished['ended']]: (what: string, finished: Extract<Finished, { ended: Ended }>, timeoutMs: number) => Seen<never>
}

const failures: Failures = {
  'not-started': (_what, { cause }) => notStarted(cause),
  timeout: (what, _finished, timeoutMs) =>
    couldNotLook(
      `the Docker engine gave no answer to ${what} within ${formatDuration(timeoutMs)}`,
      'look at: sudo journalctl -u docker.service; a hung engine needs: sudo systemctl restart docker; where DOCKER_HOST or DOCKER_CONTEXT of the runner names another machine, see whether that one answers',
    ),
  cancelled: (what) => couldNotLook(`${what} was stopped with the run`, 'run it again'),
  signal: (what, { signal }) =>
    couldNotLook(`${what} was killed with ${signal}`, 'look for a lack of memory on the host: sudo dmesg | tail'),
  exit: (what, finished) => exited(what, finished.exitCode, complaintOf(finished)),
}

/** Why docker gave no answer, from how its program ended. `what`: the call without its arguments, such as `docker ps`. */
export const dockerFailure = (what: string, finished: Finished, timeoutMs: number): Seen<never> =>
  failures[finished.ended](what, finished as never, timeoutMs)

/** An engine that refuses the connection, in the words for what the program `docker` says of it. */
export const engineStopped = (): Seen<never> => exited('docker ps', 1, 'connection refused')

/** True when docker itself, and not compose, refused: then the compose file was not even read. */
export const isDockerFailure = (finished: Finished): boolean =>
  finished.ended !== 'exit' || explanations.some(({ when }) => when.test(complaintOf(finished)))
