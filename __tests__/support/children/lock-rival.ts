import { closeSync, openSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { acquireLock } from '../../../src/runtime/state/locks.ts'

/**
 * Takes the lock HOLDS times. While it holds it, a witness file must not be there yet: two holders at once would meet at it.
 * `die`: it is killed while it holds the lock for the last time, so that another has to take it over.
 */
const [directory = '', witness = '', holds = '0', end = ''] = process.argv.slice(2)

const take = async () => {
  for (;;) {
    const now = Date.now()
    const acquired = await acquireLock({ directory, project: 'quiz', what: 'backup', deadline: now + 60_000, now })
    if (acquired.kind === 'acquired') return acquired
    if (acquired.kind === 'failed') throw new Error(acquired.cause)
    await sleep(Math.random() * 5)
  }
}

for (let left = Number(holds); left > 0; left -= 1) {
  const lock = await take()
  closeSync(openSync(witness, 'wx'))
  await sleep(Math.random() * 3)
  rmSync(witness)
  process.stdout.write(lock.tookOverFrom === undefined ? 'held\n' : 'took over\n')
  if (left === 1 && end === 'die') process.kill(process.pid, 'SIGKILL')
  if (lock.release() !== undefined) throw new Error('not released')
}
