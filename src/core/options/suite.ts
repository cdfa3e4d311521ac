/**
 * The actions of the whole suite in the order of its table. One that is not in this release may have its section and its rounds in
 * `ronde.yml` already: it is told, and ignored.
 */
export const suite = [
  'health-check',
  'backup',
  'restore',
  'audit-deps',
  'cert-check',
  'purge-verify',
  'db-maintain',
  'cleanup',
  'update',
  'access-audit',
  'incident',
  'watchdog',
  'silence',
  'journal',
  'merge',
  'doctor',
  'init',
] as const

/** What a round cannot run: they work with what a person asks for at that moment, or with the reports of rounds, in workflows of their own. */
export const neverInRounds = [
  'silence',
  'journal',
  'merge',
  'restore',
  'doctor',
  'init',
  'watchdog',
] as const satisfies readonly (typeof suite)[number][]

/** The root action: several actions in one step. */
export const roundName = 'round'
