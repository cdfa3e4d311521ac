import { expect, test } from '@jest/globals'
import { createAsk } from '../../../../../src/actions/health-check/parts/endpoints/network.ts'
import { goesByProxy } from '../../../../../src/core/net/proxy.ts'
import { createPrograms } from '../../../../../src/tools/process/programs.ts'
import { target } from '../../../../support/endpoints.ts'
import { httpServer } from '../../../../support/http-server.ts'

/** Asks one endpoint, with another process that always ends and counts how often it is wanted. */
const asked = async (written: unknown) => {
  let elsewhere = 0
  const signal = new AbortController().signal
  const isolate = () => async () => {
    elsewhere += 1
    return { lived: false, ended: 'SIGSEGV' } as const
  }
  const context = { signal, now: Date.now, runProgram: createPrograms({ environment: {} }).run, compose: {}, isolate }
  const seen = await createAsk(context as never, 'none')(target(written))
  return { seen: seen.kind, elsewhere }
}

test('what is plain is asked here: it costs no other process', async () => {
  await using server = await httpServer((_request, response) => response.end('ok'))
  expect(await asked(`${server.origin}/`)).toEqual({ seen: 'answer', elsewhere: 0 })
  expect(await asked(`tcp://127.0.0.1:${server.port}`)).toEqual({ seen: 'open', elsewhere: 0 })
})

test('what speaks TLS is asked elsewhere', async () => {
  expect(await asked('https://127.0.0.1:1/')).toEqual({ seen: 'killed', elsewhere: 1 })
})

test('what redirects to TLS is asked elsewhere from its beginning, and this process never greets the other place', async () => {
  await using secure = await httpServer((_request, response) => response.end())
  const location = `https://127.0.0.1:${secure.port}/`
  await using server = await httpServer((_request, response) => response.writeHead(302, { location }).end())
  expect(await asked({ url: `${server.origin}/`, redirects: 'any' })).toEqual({ seen: 'killed', elsewhere: 1 })
  expect(secure.connections()).toBe(0)
})

test('a name that is not found is no fault where others go by a proxy', async () => {
  const signal = new AbortController().signal
  const isolate = () => async () => ({ lived: false, ended: 'SIGSEGV' }) as const
  const environment = { https_proxy: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1', no_proxy: '.inside.invalid, localhost' }
  const byProxy = (place: Pick<URL, 'hostname' | 'protocol'>) => goesByProxy(environment, place)
  const context = { signal, now: Date.now, runProgram: createPrograms({ environment: {} }).run, compose: {}, isolate, byProxy }
  const ask = createAsk(context as never, 'none')
  expect(await ask(target('http://quiz.invalid/'))).toMatchObject({ kind: 'unseen', cause: expect.stringContaining('names a proxy') })
  for (const url of ['http://quiz.inside.invalid/', 'tcp://quiz.invalid:1'])
    expect(await ask(target(url))).toMatchObject({ fault: { kind: 'unresolved' } })
})

test.each([
  [{ https_proxy: 'http://p' }, 'https://quiz.example/', true],
  [{ HTTPS_PROXY: 'http://p' }, 'http://quiz.example/', false],
  [{ ALL_PROXY: 'http://p' }, 'tcp://quiz.example:5432', true],
  [{ https_proxy: 'http://p', NO_PROXY: '*' }, 'https://quiz.example/', false],
  [{ https_proxy: 'http://p', no_proxy: 'other.example,*.quiz.example' }, 'https://www.quiz.example/', false],
  [{ https_proxy: 'http://p', no_proxy: 'iz.example' }, 'https://quiz.example/', true],
  [{ https_proxy: '' }, 'https://quiz.example/', false],
])('with %j, whether %s goes by a proxy is %s', (environment, url, expected) => {
  expect(goesByProxy(environment as Readonly<Record<string, string>>, new URL(url))).toBe(expected)
})
