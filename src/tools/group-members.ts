import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'

/** Users, groups and who is in them, as the system's own files tell. */
type Accounts = {
  readonly users: readonly { readonly name: string; readonly uid: number; readonly gid: number }[]
  readonly groups: readonly { readonly gid: number; readonly members: readonly string[] }[]
}

/** The second folder is that of systems whose `/etc` is read-only. Groups of a directory service are in neither. */
const folders = ['/etc', '/var/lib/extrausers']

/** Red Hat's accounts for turning the machine off: root's group is theirs too, and nothing of others runs as one of them. */
const beside: ReadonlySet<string> = new Set(['sync', 'shutdown', 'halt', 'operator'])

const linesOf = (name: string): readonly (readonly string[])[] =>
  folders.flatMap((folder) => {
    try {
      return readFileSync(`${folder}/${name}`, 'utf8')
        .split('\n')
        .map((line) => line.split(':'))
    } catch {
      // Not every system has these files; a group that is in none is not known.
      return []
    }
  })

const readAccounts = (): Accounts => ({
  users: linesOf('passwd')
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) })),
  groups: linesOf('group')
    .filter((fields) => fields.length >= 4)
    .map(([, , gid, members = '']) => ({ gid: Number(gid), members: members.split(',').filter((name) => name !== '') })),
})

/** Our own name, which a directory service may have given. */
const ownName = (): readonly string[] => {
  try {
    return [userInfo().username]
  } catch {
    // This uid has no entry anywhere.
    return []
  }
}

/**
 * Who is in a group besides these users, by name. `unknown`: no file of the system tells of that group, so anybody may be in it; but one with
 * the number of a user of ours, such as systemd and containers make, is that user's own.
 */
export const othersInGroup = (
  gid: number,
  trusted: ReadonlySet<number>,
  accounts: Accounts = readAccounts(),
): readonly string[] | 'unknown' => {
  const own = new Set([...ownName(), ...accounts.users.filter((one) => trusted.has(one.uid)).map((one) => one.name)])
  const primary = accounts.users.filter((one) => one.gid === gid && !trusted.has(one.uid)).map((one) => one.name)
  const listed = accounts.groups.filter((one) => one.gid === gid)
  if (listed.length === 0 && !trusted.has(gid)) return 'unknown'
  const all = new Set([...primary, ...listed.flatMap((one) => one.members)])
  return [...all].filter((name) => !own.has(name) && !(gid === 0 && beside.has(name)))
}
