import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Issued } from './authority.ts'

/** `openssl s_server` with a certificate, on a free port of 127.0.0.1; it ends with its test. */
export const opensslServer = async (
  { certPath, keyPath }: Pick<Issued, 'certPath' | 'keyPath'>,
  options: readonly string[] = [],
): Promise<AsyncDisposable & { readonly port: number }> => {
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-cert', certPath, '-key', keyPath, '-naccept', '50', ...options], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString()
      const [, found] = /ACCEPT [\d.]+:(\d+)/.exec(said) ?? []
      if (found !== undefined) resolve(Number(found))
    })
    child.stderr.on('data', (piece: Buffer) => {
      said += piece.toString()
    })
    child.once('exit', () => reject(new Error(`openssl s_server ended: ${said}`)))
  })
  child.removeAllListeners('exit')
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
