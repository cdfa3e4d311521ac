/** The driver's own quoting of an SQL identifier; it is loaded with the driver, when something first connects. */
export const identifierQuoter = async (): Promise<(name: string) => string> => (await import('pg')).escapeIdentifier
