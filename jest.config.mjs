import { availableParallelism } from 'node:os'

/** The suites by suffix; `scripts/test.ts` chooses which of them this machine can run. */
const suite = (displayName, suffix) => ({
  displayName,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/__tests__/**/*${suffix}`],
  testPathIgnorePatterns: ['/node_modules/', ...(suffix === '.test.ts' ? ['\\.(integration|e2e|acme|s3)\\.test\\.ts$'] : [])],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
  modulePathIgnorePatterns: ['<rootDir>/(\\.build|\\.modules|dist|out)/'],
})

export default {
  // Real servers and processes on a busy machine; a test that hangs still ends. (Inside a project jest ignores it.)
  testTimeout: 30_000,
  // More than cores: half of an integration test is waiting, for a server, a lock, or GitHub's second between two writes.
  maxWorkers: Math.max(5, availableParallelism()),
  testSequencer: './scripts/jest-sequencer.mjs',
  workerIdleMemoryLimit: '512MB',
  projects: [
    suite('unit', '.test.ts'),
    suite('integration', '.integration.test.ts'),
    suite('e2e', '.e2e.test.ts'),
    suite('acme', '.acme.test.ts'),
    suite('s3', '.s3.test.ts'),
  ],
}
