/** To the whole process group, so that what the program itself started goes with it. */
export const signalGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // ESRCH: it has gone already. EPERM: it runs as another user (sudo); the caller settles without it.
  }
}

/** The groups that run now; they die with this process when it leaves by itself. */
export const createGroups = () => {
  const running = new Set<number>()
  const killAll = () => {
    for (const pid of running) signalGroup(pid, 'SIGKILL')
  }
  return {
    add: (pid: number) => {
      if (running.size === 0) process.on('exit', killAll)
      running.add(pid)
    },
    remove: (pid: number) => {
      running.delete(pid)
      if (running.size === 0) process.removeListener('exit', killAll)
    },
  }
}
