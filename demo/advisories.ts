import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { osvServer, record } from '../__tests__/support/osv-server.ts'

export type Advisories = {
  /** Where OSV's files are, and CISA's catalogue. */
  readonly origin: string
  /** What the application pins. */
  pin(django: string): void
  close(): Promise<void>
}

const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]

/** OSV's file of PyPI on loopback, with one advisory, and the requirements of an application that it is about. */
export const startAdvisories = async (folder: string): Promise<Advisories> => {
  const advisory = record('GHSA-demo-0001', 'django', '5.2.9', { summary: 'A made-up fault of this demo', severity })
  const server = await osvServer({ records: [advisory] })
  const pin = (django: string) => writeFileSync(join(folder, 'requirements.txt'), `django==${django}\nh2==4.3.0\n`)
  pin('5.2.8')
  return { origin: server.origin, pin, close: () => server[Symbol.asyncDispose]() }
}
