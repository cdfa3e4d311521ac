import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Nobody's numbers on any machine: neither a user nor a group has them. */
export const unknownId = 54_321

/** Folders on one path, each with its mode and, where it is given, its owner and group. Gives the last. */
export const layOut = (
  root: string,
  folders: readonly { readonly name: string; readonly mode: number; readonly uid?: number; readonly gid?: number }[],
): string =>
  folders.reduce((at, { name, mode, uid, gid }) => {
    const path = join(at, name)
    mkdirSync(path)
    if (uid !== undefined || gid !== undefined) chownSync(path, uid ?? lstatSync(path).uid, gid ?? lstatSync(path).gid)
    chmodSync(path, mode)
    return path
  }, root)

/** Puts an access list on a folder, as `setfacl -m u:UID:rwx` does; the mode then shows its mask. */
export const setAccessList = (path: string, uid: number): void => {
  const code = [
    'import os, struct, sys',
    'entry = lambda tag, perm, who: struct.pack("<HHI", tag, perm, who)',
    'none = 0xFFFFFFFF',
    'rows = [(1, 7, none), (2, 7, int(sys.argv[2])), (4, 5, none), (16, 7, none), (32, 0, none)]',
    'os.setxattr(sys.argv[1], "system.posix_acl_access", struct.pack("<I", 2) + b"".join(entry(*row) for row in rows))',
  ].join('\n')
  const { status, stderr } = spawnSync('python3', ['-c', code, path, String(uid)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
