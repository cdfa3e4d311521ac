import type { PipelineStage } from '../../contract/process.ts'

/** Owners by number, extended attributes and access lists of all kinds: what an archive keeps besides contents. */
const attributes = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls']

/** What is packed: members named from a folder. `.` is all of it, with the mode of the folder itself. */
export type Packed = { readonly directory: string; readonly members: readonly string[] }

/**
 * GNU tar, members to stdout, in the POSIX format, which has room for every name, size and time. Hard links stay links, and holes stay holes.
 * It ends with 1 when something changed or vanished while it was read.
 */
export const packStage = ({ directory, members }: Packed, tar = 'tar'): PipelineStage => ({
  program: tar,
  args: ['--create', '--file=-', '--format=posix', '--sparse', ...attributes, `--directory=${directory}`, '--', ...members],
})

/** Lists stdin, one line an entry: kind, owner, size, time, and the names in C's notation, so that no name looks like something else. */
export const listStage: PipelineStage = {
  program: 'tar',
  args: ['--list', '--verbose', '--file=-', '--numeric-owner', '--full-time', '--quoting-style=c', '--absolute-names'],
}

/** Extracts stdin into a folder; owners, modes and attributes as they were. Links that point elsewhere are made last, so that nothing is written through them. */
export const unpackStage = (directory: string): PipelineStage => ({
  program: 'tar',
  args: [
    '--extract',
    '--file=-',
    '--same-permissions',
    '--same-owner',
    '--delay-directory-restore',
    ...attributes,
    `--directory=${directory}`,
  ],
})

export const zstdStage: PipelineStage = { program: 'zstd', args: ['-3', '--check', '--quiet', '--stdout'] }
export const unzstdStage: PipelineStage = { program: 'zstd', args: ['--decompress', '--quiet', '--stdout'] }
export const gzipStage: PipelineStage = { program: 'gzip', args: ['-6', '--no-name', '--stdout'] }
export const gunzipStage: PipelineStage = { program: 'gzip', args: ['--decompress', '--stdout'] }
