import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startGitHub } from './github/server.ts'
import { type RondeRun, runRonde, temporaryFolder } from './ronde.ts'

export const repository = 'quiz/operations'

/** A web server that can be broken and mended, a GitHub, and the state of one server over several runs of any action. */
export const startBrokenServer = async ({ more = '', authors }: { readonly more?: string; readonly authors?: readonly string[] } = {}) => {
  let broken = false
  const web = createServer((_request, response) => response.writeHead(broken ? 503 : 200).end('{"status":"ok"}'))
  await new Promise<void>((resolve) => {
    web.listen(0, '127.0.0.1', resolve)
  })
  const folder = await temporaryFolder()
  const github = await startGitHub({ repository })
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`
  const file = `server: quiz-test
time-zone: "+04:00"
compose: { project: quiz }
incidents: { enabled: true, confirm: 1, recover: 1, settle: 1ms${authors === undefined ? '' : `, authors: ${JSON.stringify(authors)}`} }
health-check: { checks: [endpoints], endpoints: [{ url: "${url}", attempts: 1 }] }
${more}`
  const github0 = (token = github.token('job')) => ({ repository, api_url: github.url, token })
  const run = (action: string, { github: given, ...rest }: Partial<RondeRun> = {}) => {
    github.reset()
    return runRonde(action, {
      files: { '.github/ronde.yml': file },
      stateHome: folder.path,
      github: { ...github0(), ...given },
      ...rest,
    })
  }
  return {
    github,
    url,
    /** The folder of the state. */
    stateDirectory: `${folder.path}/ronde`,
    run,
    /** A health check that reconciles. */
    look: (rest: Partial<RondeRun> = {}) => run('health-check', rest),
    issues: () => [...github.repository.issues],
    break: () => {
      broken = true
    },
    mend: () => {
      broken = false
    },
    [Symbol.asyncDispose]: async () => {
      web.closeAllConnections()
      web.close()
      await github.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** A job on a runner of GitHub's: no state, and the machine is nobody's server. */
export const hosted = { RUNNER_ENVIRONMENT: 'github-hosted' }
