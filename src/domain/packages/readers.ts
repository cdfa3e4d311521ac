import type { LockfileReader } from './lockfile.ts'
import { bunLock } from './readers/bun-lock.ts'
import { packageLock } from './readers/package-lock.ts'
import { pdmLock } from './readers/pdm-lock.ts'
import { pipfileLock } from './readers/pipfile-lock.ts'
import { pnpmLock } from './readers/pnpm-lock.ts'
import { poetryLock } from './readers/poetry-lock.ts'
import { pylock } from './readers/pylock.ts'
import { pyproject } from './readers/pyproject.ts'
import { requirements } from './readers/requirements.ts'
import { uvLock } from './readers/uv-lock.ts'
import { yarnLock } from './readers/yarn-lock.ts'

/** All readers, one for each kind of file. */
export const lockfileReaders: readonly LockfileReader[] = [
  requirements,
  poetryLock,
  pipfileLock,
  uvLock,
  pdmLock,
  pylock,
  pyproject,
  packageLock,
  yarnLock,
  pnpmLock,
  bunLock,
]

const basenameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Who reads a file, by its name; undefined where nobody does. */
export const readerOf = (path: string): LockfileReader | undefined => lockfileReaders.find(({ isName }) => isName(basenameOf(path)))
