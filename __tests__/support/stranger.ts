/** An account that owns nothing. */
const nobody = 65_534

/** Does work as a user who is not root; as one who is no root anyway, simply does it. Only what this process does itself is affected. */
export const asStranger = async <T>(work: () => Promise<T>): Promise<T> => {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid?.(nobody)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
