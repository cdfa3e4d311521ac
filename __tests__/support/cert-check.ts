import { z } from 'zod'
import { type CertOptions, options } from '../../src/actions/cert-check/options.ts'
import type { Looked, Part } from '../../src/actions/cert-check/part.ts'
import type { Finding } from '../../src/contract/finding.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'
import { inProcess } from './in-process.ts'

/** The options of the action as parsed from what was written. */
export const parsedOptions = (written: Readonly<Record<string, unknown>>): CertOptions =>
  ({ ...z.strictObject(options).parse(written), compose: {}, privileges: 'none' }) as CertOptions

/** Runs one part as the action does, with what a context gives it. */
export const runPart = (
  part: Part,
  written: Readonly<Record<string, unknown>>,
  { signal = new AbortController().signal, now = Date.now(), borrowed = undefined as readonly unknown[] | undefined } = {},
): Promise<Looked> => {
  const given = { ...parsedOptions(written), ...(borrowed === undefined ? {} : { 'health-check': { endpoints: borrowed } }) }
  const inside = { signal, runProgram: createPrograms({ environment: process.env }).run }
  return part.run(given, { ...inside, now: () => now, isolate: inProcess(inside) } as never, now)
}

/** `id status` of what is not ok, sorted, for a table. */
export const troubles = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter((one) => one.status !== 'ok')
    .map((one) => `${one.id} ${one.status}`)
    .toSorted()

/** The finding with this id; one that is not there fails the test. */
export const found = (findings: readonly Finding[], id: string): Finding => {
  const one = findings.find((finding) => finding.id === id)
  if (one === undefined) throw new Error(`no finding ${id} among ${findings.map((finding) => finding.id).join(', ')}`)
  return one
}
