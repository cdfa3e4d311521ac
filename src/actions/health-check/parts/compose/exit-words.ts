/** What a container's exit code says, in words; codes above 128 are 128 + a signal's number. */
const known: Readonly<Record<number, string>> = {
  0: 'it ended by itself, without an error',
  125: 'the engine could not start it',
  126: 'its command cannot be executed',
  127: 'its command was not found',
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  132: 'SIGILL: an instruction that this processor does not have',
  134: 'SIGABRT: the program gave up',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL: docker kill, a stop that took too long, or no memory left on the host',
  139: 'SIGSEGV: the program crashed',
  141: 'SIGPIPE',
  143: 'SIGTERM: somebody stopped it',
  159: 'SIGSYS: a forbidden system call',
}

const firstSignalCode = 129
const lastSignalCode = 192

/** `exit code 137 (SIGKILL: …)`. */
export const exitWords = (exitCode: number, oomKilled: boolean): string => {
  if (oomKilled) return `exit code ${exitCode} (OOM: killed by the kernel, it was out of memory)`
  const words = known[exitCode]
  if (words !== undefined) return `exit code ${exitCode} (${words})`
  if (exitCode >= firstSignalCode && exitCode <= lastSignalCode) return `exit code ${exitCode} (signal ${exitCode - 128})`
  return `exit code ${exitCode} (an error of the program)`
}
