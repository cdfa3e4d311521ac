import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createResolve, parseHosts } from '../../../src/probes/net/resolve.ts'

describe('a name', () => {
  test('that is an address, or localhost, is answered without asking anybody', () => {
    const resolve = createResolve({ hostsFile: '/does/not/exist' })
    expect(resolve('10.0.0.1')).toEqual({ addresses: [{ address: '10.0.0.1', family: 4 }] })
    expect(resolve('::1')).toEqual({ addresses: [{ address: '::1', family: 6 }] })
    expect(resolve('app.localhost')).toMatchObject({ addresses: [{ address: '127.0.0.1' }, { address: '::1' }] })
  })

  test('that stands in the hosts file is taken from there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ronde-hosts-'))
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n10.1.2.3\tQuiz.example quiz # the quiz\n::1 quiz\nnonsense quiz\n')
    const resolve = createResolve({ hostsFile: join(folder, 'hosts'), servers: ['127.0.0.1:1'], system: false })
    expect(await resolve('quiz.example.')).toEqual({ addresses: [{ address: '10.1.2.3', family: 4 }] })
    expect(await resolve('QUIZ')).toMatchObject({ addresses: [{ address: '10.1.2.3' }, { address: '::1' }] })
    rmSync(folder, { recursive: true })
  })

  test('of Object itself is no name of the hosts file', () => {
    expect(parseHosts('10.0.0.1 a').get('constructor')).toBeUndefined()
  })
})
