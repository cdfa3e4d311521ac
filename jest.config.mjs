/** The suites by suffix; `scripts/test.ts` chooses which of them this machine can run. */
const suite = (displayName, suffix) => ({
  displayName,
  testEnvironment: 'node',
  // Real servers and processes on a busy machine; a test that hangs still ends.
  testTimeout: 30_000,
  testMatch: [`<rootDir>/__tests__/**/*${suffix}`],
  testPathIgnorePatterns: ['/node_modules/', ...(suffix === '.test.ts' ? ['\\.(integration|e2e|acme)\\.test\\.ts$'] : [])],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
  modulePathIgnorePatterns: ['<rootDir>/(\\.build|dist|out)/'],
})

export default {
  maxWorkers: 2,
  workerIdleMemoryLimit: '512MB',
  projects: [
    suite('unit', '.test.ts'),
    suite('integration', '.integration.test.ts'),
    suite('e2e', '.e2e.test.ts'),
    suite('acme', '.acme.test.ts'),
  ],
}
