import { z } from 'zod'
import type { JsonObject } from '../contract/json.ts'
import { statuses } from '../contract/status.ts'

const status = z.enum(statuses).describe('ok < warning < unknown < critical; unknown means: could not look')
const text = (description: string) => z.string().describe(description)

const jsonObject: z.ZodType<JsonObject, JsonObject> = z.record(z.string(), z.json())

const measurement = z.strictObject({
  name: text('What was measured'),
  value: z.number(),
  unit: text('A short word such as ms, bytes, %'),
})

export const findingSchema = z.strictObject({
  id: text('Stable and public; names the runbook'),
  check: text('The part that looked, an entry of scope when it was completed; the name of the action for the run as a whole'),
  group: text('Under what it is shown; by default its check').exactOptional(),
  subject: text('What it is about, such as service/db'),
  label: text('What the person calls it').exactOptional(),
  status,
  notChecked: text('Why it was not looked at, though nobody asked for it; then the status is ok').exactOptional(),
  title: z.string(),
  observed: text('What was seen'),
  expected: text('The limit, or what was expected'),
  advice: text('What to do; may be empty'),
  evidence: z.array(z.string()).describe('Redacted and bounded'),
  certainty: z.enum(['hard', 'soft']).describe('A hard fact opens an incident at once'),
  cleared: z.boolean().describe('Beyond the clear value, not merely under the warning'),
  parent: z.strictObject({ id: z.string(), subject: z.string() }).describe('A declared dependency that would explain it').exactOptional(),
  audience: z.enum(['technical', 'security', 'infrastructure']),
  incidentKey: text('Findings that share one incident').exactOptional(),
  disturbedByWork: z.literal(true).describe("Ronde's own work on the project may explain it").exactOptional(),
  location: z.strictObject({ path: z.string(), line: z.int().positive() }).exactOptional(),
  measurements: z.array(measurement),
})

const instant = z.number().int().nonnegative().max(8.64e15)
const mostRuns = 100
const pastOfFinding = z.strictObject({
  id: z.string(),
  subject: z.string(),
  was: z.string().max(mostRuns).describe('A letter for each earlier run, newest first: o, w, u, c'),
  at: z.array(instant).max(mostRuns).describe('Their times, where they are not those of the others').exactOptional(),
  trend: z
    .strictObject({ name: z.string(), values: z.array(z.tuple([instant, z.number()])).max(mostRuns) })
    .describe('Its first measurement: times and values')
    .exactOptional(),
})
const past = z.strictObject({
  at: z.array(instant).max(mostRuns).describe('Times of earlier runs, newest first'),
  findings: z.array(pastOfFinding).max(2_000).describe('Those that were not ok at every one of these times'),
})
const work = z.strictObject({ action: z.string(), until: instant })
const origin = z
  .strictObject({
    repository: z.string(),
    project: z.string(),
    formerly: z.array(z.string().max(1_000)).max(10).describe('Other words for the same project').exactOptional(),
    past: past.exactOptional(),
    work: z.array(work).max(100).describe('What of Ronde worked on this project meanwhile').exactOptional(),
  })
  .describe('What a merge job needs to judge the report as its own server would')

const shared = {
  schemaVersion: z.literal(1),
  server: text('The name of the server'),
  status: status.describe('The worst status of all findings'),
  startedAt: text('ISO 8601, UTC'),
  durationMs: z.number().nonnegative().describe('Milliseconds'),
}

/** The JSON report of one action; `Report` as a schema. */
export const reportSchema = z
  .strictObject({
    ...shared,
    action: text('The name of the action'),
    scope: z.array(z.string()).describe('The checks that were completed'),
    findings: z.array(findingSchema).describe('All findings, the ok ones too'),
    facts: jsonObject.describe('What was read, by check'),
    origin: origin.exactOptional(),
  })
  .describe('All findings of one action run')

/** The JSON report of a round; `RoundReport` as a schema. */
export const roundReportSchema = z
  .strictObject({
    ...shared,
    round: text('The name of the round'),
    reports: z.array(reportSchema).describe('One report for each action, in the order of the round'),
  })
  .describe('All reports of one round')
