import { chmodSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { folderFault, trustedUsers } from '../../src/tools/folder-trust.ts'
import { othersInGroup } from '../../src/tools/group-members.ts'
import { layOut, setAccessList, unknownId } from '../support/local-users.ts'
import { freshFolders } from '../support/state-folder.ts'

const fresh = freshFolders()
const me = process.getuid?.() ?? 0
/** The user whose run it would be: only root can lay out folders of others. */
const runner = me === 0 ? unknownId : me
const trusted = trustedUsers(runner)
/** `bin` is a group that one user of every system has for its own. */
const groupOfBin = 2

type Row = { readonly name: string; readonly make: (at: string) => string; readonly needsRoot?: true; readonly fault?: string }
const rows: readonly Row[] = [
  {
    name: 'a home folder',
    make: (at) =>
      layOut(at, [
        { name: 'home', mode: 0o755 },
        { name: 'runner', mode: 0o750 },
      ]),
  },
  {
    name: "a runner's folder, umask 002, the group its own by number",
    needsRoot: true,
    make: (at) =>
      layOut(at, [
        { name: 'opt', mode: 0o755, uid: 0, gid: 0 },
        { name: 'actions-runner', mode: 0o775, uid: runner, gid: runner },
        { name: '_work', mode: 0o775, uid: runner, gid: runner },
        { name: '_temp', mode: 0o775, uid: runner, gid: runner },
      ]),
  },
  {
    name: 'a folder below a sticky one',
    make: (at) =>
      layOut(at, [
        { name: 'tmp', mode: 0o1777 },
        { name: 'mine', mode: 0o700 },
      ]),
  },
  { name: 'what is still to be made', make: (at) => join(at, 'none', 'such') },
  {
    name: 'a folder that another group may only read',
    needsRoot: true,
    make: (at) => layOut(at, [{ name: 'read', mode: 0o2755, gid: groupOfBin }]),
  },
  {
    name: "root's folder that root's group writes",
    needsRoot: true,
    make: (at) => layOut(at, [{ name: 'etc', mode: 0o775, uid: 0, gid: 0 }]),
  },
  {
    name: 'a sticky folder that another group writes',
    needsRoot: true,
    make: (at) =>
      layOut(at, [
        { name: 'drop', mode: 0o3775, gid: groupOfBin },
        { name: 'mine', mode: 0o700 },
      ]),
  },
  {
    name: 'a link to a folder that is in order',
    make: (at) => {
      layOut(at, [{ name: 'real', mode: 0o755 }])
      symlinkSync('real', join(at, 'link'))
      return join(at, 'link')
    },
  },
  {
    name: 'a folder whose access list the mask makes harmless',
    make: (at) => {
      const path = layOut(at, [{ name: 'listed', mode: 0o755 }])
      setAccessList(path, unknownId)
      chmodSync(path, 0o755)
      return path
    },
  },
  {
    name: 'everybody writes',
    make: (at) =>
      layOut(at, [
        { name: 'open', mode: 0o777 },
        { name: 'mine', mode: 0o700 },
      ]),
    fault: 'everybody can write here',
  },
  {
    name: 'everybody writes the folder itself',
    make: (at) => layOut(at, [{ name: 'open', mode: 0o777 }]),
    fault: 'everybody can write here',
  },
  {
    name: 'another user owns one in the middle',
    needsRoot: true,
    make: (at) =>
      layOut(at, [
        { name: 'theirs', mode: 0o755, uid: unknownId + 1 },
        { name: 'mine', mode: 0o700 },
      ]),
    fault: `belongs to uid ${unknownId + 1}`,
  },
  {
    name: 'another group writes one in the middle (2775)',
    needsRoot: true,
    make: (at) =>
      layOut(at, [
        { name: 'shared', mode: 0o2775, gid: groupOfBin },
        { name: 'mine', mode: 0o700 },
      ]),
    fault: 'the group 2 can write here, and bin is in it',
  },
  {
    name: 'a group that no file knows writes',
    needsRoot: true,
    make: (at) => layOut(at, [{ name: 'shared', mode: 0o775, gid: unknownId + 2 }]),
    fault: 'who is in it is not known',
  },
  {
    name: 'a link leads through a folder that everybody writes',
    make: (at) => {
      layOut(at, [
        { name: 'open', mode: 0o777 },
        { name: 'real', mode: 0o755 },
      ])
      symlinkSync('open/real', join(at, 'link'))
      return join(at, 'link', 'below')
    },
    fault: 'everybody can write here',
  },
  {
    name: 'a link leads up and into one',
    make: (at) => {
      layOut(at, [{ name: 'open', mode: 0o777 }])
      layOut(at, [
        { name: 'a', mode: 0o755 },
        { name: 'b', mode: 0o755 },
      ])
      symlinkSync('../../open', join(at, 'a', 'b', 'link'))
      return join(at, 'a', 'b', 'link', 'below')
    },
    fault: 'everybody can write here',
  },
  {
    name: 'a link leads to itself',
    make: (at) => {
      symlinkSync('loop', join(at, 'loop'))
      return join(at, 'loop')
    },
    fault: 'too many links',
  },
  {
    name: 'an access list lets a user write',
    make: (at) => {
      const path = layOut(at, [{ name: 'listed', mode: 0o755 }])
      setAccessList(path, unknownId)
      return join(path, 'mine')
    },
    fault: 'an access list (ACL)',
  },
]

describe('what lies in a folder can be put aside by nobody else', () => {
  const possible = rows.filter((row) => me === 0 || row.needsRoot === undefined)
  test.each(possible.filter((row) => row.fault === undefined))('accepted: $name', ({ make }) => {
    const fault = folderFault(make(fresh()), trusted)
    expect(fault === 'absent' ? undefined : fault).toBeUndefined()
  })

  test.each(possible.filter((row) => row.fault !== undefined))('refused: $name', ({ make, fault }) => {
    expect(folderFault(make(fresh()), trusted)).toMatchObject({ reason: expect.stringContaining(fault ?? '') })
  })
})

describe('who else is in a group', () => {
  const accounts = {
    users: [
      { name: 'root', uid: 0, gid: 0 },
      { name: 'sync', uid: 5, gid: 0 },
      { name: 'www-data', uid: 33, gid: 33 },
      { name: 'runner', uid: 1001, gid: 1001 },
      { name: 'deploy', uid: 1002, gid: 100 },
    ],
    groups: [
      { gid: 0, members: [] },
      { gid: 50, members: [] },
      { gid: 100, members: [] },
      { gid: 999, members: ['runner', 'deploy'] },
      { gid: 1001, members: [] },
      { gid: 1003, members: ['runner', 'root'] },
      { gid: 1004, members: ['runner', 'somebody-elsewhere'] },
    ],
  }
  test.each([
    ['its own', 1001, []],
    ["root's, with the accounts that Red Hat puts there", 0, []],
    ['one without members', 50, []],
    ['one that is the first group of another user', 100, ['deploy']],
    ['one with another member', 999, ['deploy']],
    ['one with itself and root', 1003, []],
    ['one with a member whom no file knows', 1004, ['somebody-elsewhere']],
    ['one that no file knows', 4242, 'unknown'],
  ])('%s (%i)', (_name, gid, others) => {
    expect(othersInGroup(gid, new Set([0, 1001]), accounts)).toEqual(others)
  })

  test("a group without a name is a user's own where it has the user's number, as a container's or systemd's are", () => {
    expect(othersInGroup(61_234, new Set([0, 61_234]), accounts)).toEqual([])
  })
})
