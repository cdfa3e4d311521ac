/** A line that matched: which one it was, and its named group `rows`, if it has that. */
export type Match = { readonly index: number; readonly rows: string | undefined }

const code = `const pattern = new RegExp(source)
lines.flatMap((line, index) => {
  const match = pattern.exec(line)
  return match === null ? [] : [{ index, rows: match.groups?.rows }]
})`

/**
 * Finds the lines that a pattern of somebody's matches, or `late` when that takes longer than it may: the engine is interrupted, whatever
 * pattern and lines do to each other.
 */
export const matchLines = async (source: string, lines: readonly string[], timeoutMs: number): Promise<readonly Match[] | 'late'> => {
  const { runInNewContext } = await import('node:vm')
  try {
    return runInNewContext(code, { source, lines }, { timeout: Math.max(1, Math.ceil(timeoutMs)) }) as readonly Match[]
  } catch (error) {
    // Only the interruption is expected; the pattern was compiled before.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'late'
    throw error
  }
}
