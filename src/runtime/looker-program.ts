import type { LookerProgram } from '../tools/isolation/looker.ts'

/** What decides whom a Node trusts, and how its OpenSSL is set up: a look elsewhere must come to the same verdict. */
const sameAsOurs = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'NODE_OPTIONS', 'OPENSSL_CONF', 'OPENSSL_MODULES'] as const

/**
 * The young generation of V8 stays small, so that a thousand endpoints fit into the memory of few; and it compiles nothing for the long run, for a
 * looker has none.
 */
const flags = ['--max-semi-space-size=4', '--no-opt']

/** A process of the Node that runs this, for `src/looker.ts`. */
export const lookerProgram = (script: string, environment: Readonly<Record<string, string | undefined>>): LookerProgram => ({
  nodePath: process.execPath,
  flags,
  script,
  environment: Object.fromEntries(sameAsOurs.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]))),
})
