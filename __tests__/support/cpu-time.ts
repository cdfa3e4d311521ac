/** A stopwatch that a busy machine does not disturb: the CPU milliseconds of this process since it was started. */
export const startCpuTime = (): (() => number) => {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
}
