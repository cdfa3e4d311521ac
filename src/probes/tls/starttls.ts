/** Protocols that speak in the clear before they change to TLS, with their usual port. */
export const startTlsPorts = { smtp: 587, imap: 143, pop3: 110, ftp: 21, ldap: 389, postgres: 5432, mysql: 3306 } as const

export type StartTls = keyof typeof startTlsPorts
