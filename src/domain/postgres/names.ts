/** A role or database as SQL, for advice; `undefined` for one that is too odd to be offered in a command. */
export const sqlIdentifier = (name: string): string | undefined => (/^[A-Za-z_][\w$.@-]{0,62}$/.test(name) ? `"${name}"` : undefined)

/** A compose service as an argument, for advice; `undefined` for one that is too odd to be offered in a command. */
export const serviceArgument = (service: string | undefined): string | undefined =>
  service !== undefined && /^[A-Za-z0-9][\w.-]{0,62}$/.test(service) ? service : undefined
