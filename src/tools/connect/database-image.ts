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
  const [named = ''] = image.split('@', 1)
  const [name = ''] = (named.split('/').at(-1) ?? '').split(':', 1)
  return names.has(name.toLowerCase())
}
