/** The statements of `docs/least-role.sql`, one text for each right; names as SQL writes them. */
export const grants = {
  monitor: (role: string): string => `GRANT pg_monitor TO ${role};`,
  connect: (database: string, role: string): string => `GRANT CONNECT ON DATABASE ${database} TO ${role};`,
  usage: (schema: string, role: string): string => `GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
  select: (table: string, role: string): string => `GRANT SELECT ON ${table} TO ${role};`,
  selectAll: (schema: string, role: string): string => `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role};`,
  sequences: (schema: string, role: string): string => `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role};`,
  signal: (role: string): string => `GRANT pg_signal_backend TO ${role};`,
  maintain: (role: string): string => `GRANT pg_maintain TO ${role};`,
  /** Before PostgreSQL 17 only an owner may maintain. */
  member: (owner: string, role: string): string => `GRANT ${owner} TO ${role};`,
}
