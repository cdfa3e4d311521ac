/** Makes the table of ends of life anew, from a clone of https://github.com/endoflife-date/endoflife.date: `node scripts/end-of-life.ts CLONE`. */
import { writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { ask } from './program.ts'

const products = {
  python: 'python',
  django: 'django',
  node: 'nodejs',
  postgresql: 'postgresql',
  nginx: 'nginx',
  redis: 'redis',
  rabbitmq: 'rabbitmq',
  debian: 'debian',
  ubuntu: 'ubuntu',
  alpine: 'alpine-linux',
  docker: 'docker-engine',
}
/** What ended before that is only known to have ended. */
const first = '2017'

const day = z.union([z.date().transform((date) => date.toISOString().slice(0, 10)), z.string(), z.boolean()]).optional()
const page = z.object({
  releases: z.array(z.object({ releaseCycle: z.string(), eol: day, eoes: day, latest: z.string().optional() })),
})

const [clone = ''] = process.argv.slice(2)

const git = async (...args: readonly string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await ask('git', ['-C', clone, ...args])
  if (exitCode !== 0) throw new Error(stderr)
  return stdout
}

const text = (value: string | boolean | undefined): string | null => (typeof value === 'string' ? value : null)

/** Debian's long-term support is for everybody, others are paid for. */
const cyclesOf = async (name: string) => {
  const [, front = ''] = (await git('show', `HEAD:products/${name}.md`)).split(/^---$/m)
  const { releases } = page.parse(parse(front, { schema: 'core' }))
  return (
    releases
      // `true`: nobody knows when.
      .filter(({ eol }) => eol !== true && (typeof eol !== 'string' || eol >= first))
      .map(({ releaseCycle: cycle, eol, eoes, latest }) => ({
        cycle,
        eol: text(eol),
        extended: name === 'debian' ? text(eoes) : null,
        latest: latest ?? null,
      }))
  )
}

const rows: string[] = []
for (const [name, source] of Object.entries(products)) {
  const cycles = (await cyclesOf(source)).map((one) => `    ${JSON.stringify(one)},`)
  rows.push(`  ${name}: [`, ...cycles, '  ],')
}
const asOf = (await git('log', '-1', '--format=%cs')).trim()
writeFileSync(
  'src/domain/versions/end-of-life.generated.ts',
  `// Made by scripts/end-of-life.ts of the data of endoflife.date (MIT, Copyright 2020 endoflife.date contributors).
export const asOf = '${asOf}'
export const source = 'https://endoflife.date'
export const cycles = {
${rows.join('\n')}
} as const
`,
)
