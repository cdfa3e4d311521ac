import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

const iterations = 4_096
const keyBytes = 32
const saltBytes = 16

/** What PostgreSQL keeps of a password, made here: neither its log nor its statistics ever hold the password of a role that we make. */
export const scramVerifier = (password: string, salt = randomBytes(saltBytes)): string => {
  const salted = pbkdf2Sync(password, salt, iterations, keyBytes, 'sha256')
  const keyed = (label: string): Buffer => createHmac('sha256', salted).update(label).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`
}
