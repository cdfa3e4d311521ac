const names: ReadonlySet<string> = new Set([
  'postgres',
  'postgresql',
  'postgis',
  'timescaledb',
  'timescaledb-ha',
  'pgvector',
  'pgvecto-rs',
  'citus',
  'paradedb',
  'spilo',
])

/** Whether an image, by the last part of its name, is a PostgreSQL server; `postgres-exporter` and `postgrest` are not. */
export const isPostgresImage = (image: string): boolean => {
  const name = image.replace(/@.*$/, '').split('/').at(-1) ?? ''
  return names.has(name.replace(/:.*$/, '').toLowerCase())
}
