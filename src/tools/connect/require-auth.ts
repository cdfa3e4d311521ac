import { type AuthMethod, allowsAuth } from '../../domain/postgres/require-auth.ts'

/** The driver's connection: it emits each message of the server by the driver's own name for it. */
type Connection = { on(event: string, listener: () => void): unknown }

const asked: Readonly<Record<string, AuthMethod>> = {
  authenticationCleartextPassword: 'password',
  authenticationMD5Password: 'md5',
  authenticationSASL: 'scram-sha-256',
}

/**
 * Watches how the server asks who we are, before the driver answers: `refuse` has to cut the line at once, so that no password leaves. A server
 * that lets us in without the end of its proof is refused like one that asks for nothing.
 */
export const demandAuth = (client: object, required: string | undefined, refuse: (method: AuthMethod) => void): void => {
  if (required === undefined) return
  const { connection } = client as { readonly connection: Connection }
  let proven: AuthMethod = 'none'
  // The throw ends in `guardFrames`: the driver sees neither this message nor what came behind it in one piece.
  const demand = (method: AuthMethod) => {
    if (allowsAuth(required, method)) return
    refuse(method)
    throw new Error(`require_auth refuses ${method}`)
  }
  for (const [event, method] of Object.entries(asked)) {
    connection.on(event, () => {
      if (method !== 'scram-sha-256') proven = method
      demand(method)
    })
  }
  connection.on('authenticationSASLFinal', () => {
    proven = 'scram-sha-256'
  })
  connection.on('authenticationOk', () => demand(proven))
}
