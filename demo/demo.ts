/**
 * `npm run demo`: a round finds a healthy server, then a broken one, then one that got worse, then a mended one, through `action.yml` as the
 * runner would; its incident is opened, updated and closed as an issue of a GitHub stand-in. Then a daily round finds a purge and a renewal that
 * were forgotten, and a monthly one a package that became vulnerable.
 * `--stack` uses the real compose stack. `--without break`, `worsen` or `mend` leaves a part out: then the story must not come true. `--out DIR` puts its files elsewhere.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startGitHub } from '../__tests__/support/github/server.ts'
import { summaryPage } from '../__tests__/support/html-page.ts'
import { runAction } from '../__tests__/support/runner.ts'
import type { RoundReport } from '../src/contract/report.ts'
import { keepIssues, problemsOfIssues, sayOnIssue, threadOf } from './issues.ts'
import { type Act, embeddedScene, parts, type Scene, stackScene } from './scene.ts'

const { values } = parseArgs({
  options: { stack: { type: 'boolean', default: false }, without: { type: 'string', default: '' }, out: { type: 'string' } },
})
if (!['', ...parts].includes(values.without)) {
  console.error(`--without takes ${parts.join(', ')}; not "${values.without}"`)
  process.exit(2)
}

const folder = resolve(values.out ?? join('out', values.stack ? 'demo-stack' : 'demo'))
rmSync(folder, { recursive: true, force: true })
mkdirSync(join(folder, '.github'), { recursive: true })

const round = async (scene: Scene, act: Act, number: number): Promise<RoundReport> => {
  const name = `${number}-${act.name}`
  const ran = await runAction({
    actionFile: 'action.yml',
    inputs: { round: act.round ?? 'quick', incidents: 'true' },
    github: { repository: github.repository.fullName, api_url: github.url, token: github.token('job'), run_id: String(number) },
    cwd: folder,
    environment: { ...scene.environment, XDG_STATE_HOME: join(folder, 'state') },
  })
  console.log(ran.log.trimEnd())
  writeFileSync(join(folder, `${name}.summary.md`), ran.summary)
  writeFileSync(join(folder, `${name}.summary.html`), summaryPage(ran.summary))
  const report = ran.outputs['report']
  if (report === undefined) throw new Error(`the round wrote no report (exit ${ran.exitCode})`)
  copyFileSync(report, join(folder, `${name}.report.json`))
  keepIssues(github, folder, `${name}.`)
  await ran.remove()
  return JSON.parse(readFileSync(join(folder, `${name}.report.json`), 'utf8')) as RoundReport
}

const problemsOfReport = (act: Act, report: RoundReport): readonly string[] => {
  const critical = report.reports.flatMap(({ findings }) => findings).filter((one) => one.status === 'critical')
  const isNamed = act.critical === undefined || critical.some((one) => one.id === act.critical)
  return [
    ...(report.status === act.status ? [] : [`${act.name}: the round said ${report.status}, expected ${act.status}`]),
    ...(isNamed ? [] : [`${act.name}: no critical finding ${act.critical}`]),
  ]
}

/** One act: what happens, what a person says, what the round makes of it; gives what did not come true. */
const play = async (scene: Scene, act: Act, number: number): Promise<readonly string[]> => {
  console.log(`\n=== ${number}. ${act.words}\n`)
  const isLeftOut = act.part !== undefined && act.part === values.without
  const before = threadOf(github)
  if (!isLeftOut) await act.run?.()
  if (!isLeftOut && act.says !== undefined) sayOnIssue(github, act.says)
  const report = await round(scene, act, number)
  return [...problemsOfReport(act, report), ...problemsOfIssues(act, github, before)]
}

const github = await startGitHub()
const scene = await (values.stack ? stackScene(folder) : embeddedScene(folder))
const problems: string[] = []
try {
  writeFileSync(join(folder, '.github/ronde.yml'), scene.configuration)
  for (const [at, act] of scene.acts.entries()) {
    problems.push(...(await play(scene, act, at + 1)))
    // What comes after builds on it.
    if (problems.length > 0) break
  }
} finally {
  if (values.without === 'mend') await scene.acts.find((act) => act.part === 'mend')?.run?.()
  await scene.close()
  await github.close()
  keepIssues(github, folder)
}
console.log(`\nSummaries and issues (Markdown, and HTML as GitHub shows it) and reports: ${folder}`)
for (const problem of problems) console.error(`the story did not come true: ${problem}`)
console.log(problems.length === 0 ? `The story came true: ${scene.acts.map((act) => act.status).join(', ')}.` : '')
process.exitCode = problems.length === 0 ? 0 : 1
