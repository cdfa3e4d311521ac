/**
 * `npm run demo`: a round finds a healthy server, then a broken one, then a mended one, through `action.yml` as the runner would; the
 * incident is opened, updated and closed as issues of a GitHub stand-in.
 * `--stack` uses the real compose stack. `--without break` or `--without mend` leaves a part out: then the story must not come true. `--out DIR` puts its files elsewhere.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startGitHub } from '../__tests__/support/github/server.ts'
import { summaryPage } from '../__tests__/support/html-page.ts'
import { type RunnerResult, runAction } from '../__tests__/support/runner.ts'
import type { RoundReport } from '../src/core/report.ts'
import type { Status } from '../src/core/status.ts'
import { embeddedScene, type Scene, stackScene } from './scene.ts'

const { values } = parseArgs({
  options: { stack: { type: 'boolean', default: false }, without: { type: 'string', default: '' }, out: { type: 'string' } },
})
if (!['', 'break', 'mend'].includes(values.without)) {
  console.error(`--without takes break or mend, not "${values.without}"`)
  process.exit(2)
}

const folder = resolve(values.out ?? join('out', values.stack ? 'demo-stack' : 'demo'))
rmSync(folder, { recursive: true, force: true })
mkdirSync(join(folder, '.github'), { recursive: true })

const round = async (scene: Scene, name: string): Promise<RoundReport> => {
  const ran: RunnerResult = await runAction({
    actionFile: 'action.yml',
    inputs: { round: 'quick', incidents: 'true' },
    github: { repository: github.repository.fullName, api_url: github.url, token: github.token('job') },
    cwd: folder,
    environment: { ...scene.environment, XDG_STATE_HOME: join(folder, 'state') },
  })
  console.log(ran.log.trimEnd())
  writeFileSync(join(folder, `${name}.summary.md`), ran.summary)
  writeFileSync(join(folder, `${name}.summary.html`), summaryPage(ran.summary))
  const report = ran.outputs['report']
  if (report === undefined) throw new Error(`the round wrote no report (exit ${ran.exitCode})`)
  copyFileSync(report, join(folder, `${name}.report.json`))
  await ran.remove()
  return JSON.parse(readFileSync(join(folder, `${name}.report.json`), 'utf8')) as RoundReport
}

const problems: string[] = []

/** The incident of the broken server is opened by the second act and closed by the third. */
const expectIssues = (act: string, open: number): void => {
  const found = github.repository.issues.filter((one) => one.state === 'open').length
  if (found > 0 !== open > 0) problems.push(`${act}: ${found} open issues, expected ${open === 0 ? 'none' : 'some'}`)
}

const keepIssues = (): void => {
  for (const { number, title, state, body } of github.repository.issues) {
    const comments = github.repository.comments.filter((one) => one.issue === number).map((one) => one.body)
    const text = [`# ${title}`, state, body ?? '', ...comments].join('\n\n')
    writeFileSync(join(folder, `issue-${number}.md`), `${text}\n`)
    writeFileSync(join(folder, `issue-${number}.html`), summaryPage(text, title))
  }
}
const expectStatus = (act: string, report: RoundReport, wanted: Status): void => {
  if (report.status !== wanted) problems.push(`${act}: the round said ${report.status}, expected ${wanted}`)
}

const play = async (scene: Scene): Promise<void> => {
  writeFileSync(join(folder, '.github/ronde.yml'), scene.configuration)
  console.log('\n=== 1. a healthy server\n')
  expectStatus('healthy', await round(scene, '1-healthy'), 'ok')
  expectIssues('healthy', 0)

  console.log(`\n=== 2. ${scene.breakIt.words}\n`)
  if (values.without !== 'break') await scene.breakIt.run()
  const broken = await round(scene, '2-broken')
  expectStatus('broken', broken, 'critical')
  const named = broken.reports.flatMap((report) => report.findings).some((one) => one.id === scene.expected && one.status === 'critical')
  if (!named) problems.push(`broken: no critical finding ${scene.expected}`)
  expectIssues('broken', 1)

  console.log(`\n=== 3. ${scene.mendIt.words}\n`)
  if (values.without !== 'mend') await scene.mendIt.run()
  expectStatus('mended', await round(scene, '3-mended'), 'ok')
  expectIssues('mended', 0)
}

const github = await startGitHub()
const scene = await (values.stack ? stackScene(folder) : embeddedScene(folder))
try {
  await play(scene)
} finally {
  if (values.without === 'mend') await scene.mendIt.run()
  await scene.close()
  await github.close()
  keepIssues()
}
console.log(`\nSummaries and issues (Markdown, and HTML as GitHub shows it) and reports: ${folder}`)
for (const problem of problems) console.error(`the story did not come true: ${problem}`)
console.log(problems.length === 0 ? 'The story came true: ok, critical, ok.' : '')
process.exitCode = problems.length === 0 ? 0 : 1
