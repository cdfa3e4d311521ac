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

/** The root action: several actions in one step. */
export const roundName = 'round'
