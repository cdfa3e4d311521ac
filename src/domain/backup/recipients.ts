/** What `age` 1.1 reads as the public half of a key, in one line: its own, and those of ssh. */
const known = [/^age1[02-9ac-hj-np-z]{58}$/, /^ssh-(?:ed25519|rsa) [A-Za-z0-9+/]+={0,2}(?: [^\r\n]*)?$/]

/** Why a recipient is refused; undefined when it is one. */
export const recipientTrouble = (recipient: string): string | undefined => {
  if (known.some((shape) => shape.test(recipient))) return undefined
  if (recipient.startsWith('AGE-SECRET-KEY-')) return 'is a secret key; a recipient is its public half, which begins with age1'
  if (recipient.startsWith('age1pq1')) return 'is a hybrid key, which age 1.1 cannot read; make a key with `age-keygen`'
  return 'is no recipient: write age1…, or a line such as ssh-ed25519 …'
}

/** How many backups should be encrypted to: the key that is kept offline, and the one that drills use. */
export const leastRecipients = 2
