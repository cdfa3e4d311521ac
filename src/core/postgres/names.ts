/** A role or database as SQL, for advice; `undefined` for one that is too odd to be offered in a command. */
export const sqlIdentifier = (name: string): string | undefined => (/^[A-Za-z_][\w$.@-]{0,62}$/.test(name) ? `"${name}"` : undefined)

/** A compose service as an argument, for advice; `undefined` for one that is too odd to be offered in a command. */
export const serviceArgument = (service: string | undefined): string | undefined =>
  service !== undefined && /^[A-Za-z0-9][\w.-]{0,62}$/.test(service) ? service : undefined

/** The right that lets a role see other roles' sessions, as a command when the role's name allows one. */
export const grantMonitor = (user: string): string => {
  const role = sqlIdentifier(user)
  return role === undefined ? 'grant pg_monitor to the role that looks' : `as a superuser: GRANT pg_monitor TO ${role};`
}
