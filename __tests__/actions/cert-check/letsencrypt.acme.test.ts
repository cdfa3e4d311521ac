import { once } from 'node:events'
import { chmod, copyFile, cp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Finding } from '../../../src/contract/finding.ts'
import { type Acme, startAcme } from '../../support/acme.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

let acme: Acme
beforeAll(async () => {
  acme = await startAcme()
  const issued = await acme.issue('quiz.example', '-d', 'www.quiz.example', '--deploy-hook', 'true')
  if (issued.exitCode !== 0) throw new Error(issued.output)
}, 60_000)
afterAll(async () => acme[Symbol.asyncDispose]())

const check = async (inputs: Readonly<Record<string, string>> = {}, stateHome?: string) => {
  const ran = await runRonde('cert-check', {
    inputs: { letsencrypt: acme.directory, 'fail-on': 'never', ...inputs },
    environment: acme.environment,
    ...(stateHome === undefined ? {} : { stateHome }),
  })
  const of = (id: string): Finding | undefined => ran.findings.find((one) => one.id === id)
  return { ...ran, of }
}

/** Works on a copy of the folder, so that the next test finds it whole. */
const withCopy = async <T>(
  break_: (directory: string) => Promise<void>,
  look: (ran: Awaited<ReturnType<typeof check>>) => T,
): Promise<T> => {
  await using folder = await temporaryFolder()
  const directory = join(folder.path, 'letsencrypt')
  await cp(acme.directory, directory, { recursive: true, verbatimSymlinks: true })
  await break_(directory)
  return look(await check({ letsencrypt: directory }))
}

const live = (directory: string, name: string) => join(directory, 'live/quiz.example', `${name}.pem`)
const names = ['cert', 'privkey', 'chain', 'fullchain']

type Breakage = [what: string, break_: (directory: string) => Promise<void>, id: string, status: string, observed: RegExp]

const breakages: readonly Breakage[] = [
  [
    'a link to nothing',
    (directory) => rm(join(directory, 'archive/quiz.example/chain2.pem')),
    'certbot.links',
    'critical',
    /chain\.pem leads to \S+chain2\.pem, which is not there/,
  ],
  [
    'a chain before the certificate',
    async (directory) => {
      const [cert, chain] = await Promise.all([readFile(live(directory, 'cert'), 'utf8'), readFile(live(directory, 'chain'), 'utf8')])
      await writeFile(live(directory, 'fullchain'), chain + cert)
    },
    'certbot.fullchain',
    'critical',
    /begins with the chain/,
  ],
  [
    'a fullchain without the chain',
    async (directory) => writeFile(live(directory, 'fullchain'), await readFile(live(directory, 'cert'), 'utf8')),
    'certbot.fullchain',
    'critical',
    /without the chain/,
  ],
  [
    'a configuration without a key',
    async (directory) => writeFile(join(directory, 'renewal/quiz.example.conf'), '[renewalparams]\nauthenticator = webroot\nwhat\n'),
    'certbot.config',
    'critical',
    /line 3 cannot be read; cert is missing/,
  ],
  [
    'a folder in live that nothing renews',
    (directory) => rm(join(directory, 'renewal/quiz.example.conf')),
    'certbot.config',
    'warning',
    /no quiz\.example\.conf in renewal/,
  ],
  [
    'no deploy hook',
    async (directory) => {
      const conf = join(directory, 'renewal/quiz.example.conf')
      await writeFile(conf, (await readFile(conf, 'utf8')).replace(/^renew_hook.*$/m, ''))
    },
    'certbot.hook',
    'warning',
    /nothing loads the certificate/,
  ],
  [
    'a renewal that is switched off',
    async (directory) => {
      const conf = join(directory, 'renewal/quiz.example.conf')
      await writeFile(conf, `autorenew = False\n${await readFile(conf, 'utf8')}`)
    },
    'certbot.renewal',
    'warning',
    /^60 d left of 60 d|^59 d .* left of 60 d/,
  ],
]

describe('a lineage that certbot has made', () => {
  test('is good in every respect that can be looked at', async () => {
    const ran = await check()
    expect(ran.findings.filter((one) => one.status !== 'ok' && one.id !== 'certbot.timer')).toEqual([])
    expect(ran.of('certbot.links')?.observed).toBe('all four links lead to number 1')
    expect(ran.of('certbot.key')?.observed).toBe('the key has the public key of the certificate')
    expect(ran.of('certbot.fullchain')?.observed).toBe('the certificate, then 1 of its chain')
    expect(ran.of('certbot.hook')?.observed).toBe('hook: renew_hook')
    expect(ran.of('certbot.config')?.observed).toBe('renewed by webroot')
    expect(ran.of('certbot.last-run')).toMatchObject({ status: 'ok', title: 'certbot: its last run succeeded' })
    expect(ran.of('cert.expiry')).toMatchObject({ status: 'ok', check: 'letsencrypt' })
    expect(ran.reports[0]?.scope).toContain('letsencrypt')
    expect(ran.outputs).toMatchObject({ certificates: '1', 'expires-in-days': '59' })
  })

  test('nothing of its private key is told', async () => {
    const [, secret = ''] = (await readFile(live(acme.directory, 'privkey'), 'utf8')).split('\n')
    const ran = await check()
    expect(`${ran.log}${ran.summary}${JSON.stringify(ran.reports)}`).not.toContain(secret)
  })

  test('one that `files` names as well is judged there, once', async () => {
    const ran = await check({ files: join(acme.directory, 'live/*/fullchain.pem') })
    expect(ran.findings.filter((one) => one.id === 'cert.expiry').map((one) => one.check)).toEqual(['files'])
  })
})

describe('a lineage that somebody broke', () => {
  test('links out of step are critical, and so is the key that no longer belongs to the certificate', async () => {
    await acme.certbot('renew', '--force-renewal')
    await withCopy(
      async (directory) => {
        for (const name of ['cert', 'fullchain']) {
          await rm(live(directory, name))
          await symlink(`../../archive/quiz.example/${name}1.pem`, live(directory, name))
        }
      },
      ({ of }) => {
        expect(of('certbot.links')).toMatchObject({
          status: 'critical',
          observed: 'the links lead to different numbers: cert1, privkey2, chain2, fullchain1',
          advice: 'run: sudo certbot renew --cert-name quiz.example',
        })
        expect(of('certbot.key')?.status).toBe('critical')
      },
    )
  }, 60_000)

  test('links that all lead to an older number are a warning', async () => {
    await withCopy(
      async (directory) => {
        for (const name of names) {
          await rm(live(directory, name))
          await symlink(`../../archive/quiz.example/${name}1.pem`, live(directory, name))
        }
      },
      ({ of }) =>
        expect(of('certbot.links')).toMatchObject({ status: 'warning', observed: 'the links lead to number 1, and the archive holds 2' }),
    )
  })

  test('a restored backup with copies instead of links is told, with the commands that make them links again', async () => {
    await withCopy(
      async (directory) => {
        for (const name of names) {
          const target = join(directory, 'live/quiz.example', await readlink(live(directory, name)))
          await rm(live(directory, name))
          await copyFile(target, live(directory, name))
        }
      },
      ({ of }) => {
        expect(of('certbot.links')?.status).toBe('warning')
        expect(of('certbot.links')?.observed).toContain('fullchain.pem is a file and no link: certbot will not renew it')
        expect(of('certbot.links')?.advice).toMatch(
          /^run: sudo ln -sfn \S+\/archive\/quiz\.example\/cert2\.pem \S+\/live\/quiz\.example\/cert\.pem && /,
        )
        expect(of('certbot.key')?.status).toBe('ok')
      },
    )
  })

  test.each(breakages)('%s', async (_what, break_, ...[id, status, observed]) => {
    await withCopy(break_, ({ of }) => expect(of(id)).toMatchObject({ status, observed: expect.stringMatching(observed) }))
  })

  test('a script in renewal-hooks/deploy is a hook when it can be executed', async () => {
    await withCopy(
      async (directory) => {
        const conf = join(directory, 'renewal/quiz.example.conf')
        await writeFile(conf, (await readFile(conf, 'utf8')).replace(/^renew_hook.*$/m, ''))
        await writeFile(join(directory, 'renewal-hooks/deploy/reload'), '#!/bin/sh\n')
        await chmod(join(directory, 'renewal-hooks/deploy/reload'), 0o755)
      },
      ({ of }) => expect(of('certbot.hook')).toMatchObject({ status: 'ok', observed: 'hook: 1 in renewal-hooks/deploy or cli.ini' }),
    )
  })
})

describe('the advice', () => {
  test('certbot renew, as advised, leads links that are out of step to the highest number again', async () => {
    for (const name of ['cert', 'fullchain']) {
      await rm(live(acme.directory, name))
      await symlink(`../../archive/quiz.example/${name}1.pem`, live(acme.directory, name))
    }
    expect((await check()).of('certbot.links')?.advice).toBe('run: sudo certbot renew --cert-name quiz.example')
    await acme.certbot('renew', '--cert-name', 'quiz.example')
    expect((await check()).of('certbot.links')).toMatchObject({ status: 'ok', observed: 'all four links lead to number 2' })
  }, 60_000)
})

describe('a server that presents a certificate of certbot', () => {
  test('and is not reloaded after a renewal, since the deploy hook fails, is told at every look until it is', async () => {
    const issued = await acme.issue('shop.example', '--deploy-hook', 'false')
    expect(issued.exitCode).toBe(0)
    const file = (name: string) => readFile(join(acme.directory, 'live/shop.example', `${name}.pem`), 'utf8')
    const load = async () => ({ key: await file('privkey'), cert: await file('fullchain') })
    const server = createTlsServer(await load()).on('tlsClientError', () => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const inputs = { endpoints: `127.0.0.1:${port}?servername=shop.example`, 'reload-grace': '1ms' }
    const status = async (id: string) => (await check(inputs)).of(id)
    expect(await status('cert.not-reloaded')).toMatchObject({ status: 'ok', title: expect.stringContaining('serves what is on disk') })
    expect((await acme.certbot('renew', '--cert-name', 'shop.example', '--force-renewal')).exitCode).toBe(0)
    const missed = await check(inputs)
    expect(missed.of('cert.not-reloaded')).toMatchObject({ status: 'warning', check: 'served-versus-disk' })
    expect(missed.of('cert.not-reloaded')?.observed).toContain('/live/shop.example/fullchain.pem has held')
    expect(missed.of('certbot.last-run')).toMatchObject({ status: 'warning', title: 'certbot: its deploy-hook failed' })
    expect((await check({ ...inputs, 'reload-grace': '10m' })).of('cert.not-reloaded')).toMatchObject({ status: 'ok', cleared: false })
    server.setSecureContext(await load())
    expect((await status('cert.not-reloaded'))?.status).toBe('ok')
    server.close()
    await rm(join(acme.directory, 'renewal/shop.example.conf'))
    await rm(join(acme.directory, 'live/shop.example'), { recursive: true })
    await acme.certbot('renew', '--force-renewal')
  }, 60_000)
})

describe('what certbot itself says', () => {
  test('a folder without lineages is ok', async () => {
    await using folder = await temporaryFolder()
    const ran = await check({ letsencrypt: folder.path })
    expect(ran.findings.map((one) => [one.id, one.status])).toEqual([['certbot.lineages', 'ok']])
    expect(ran.outputs['certificates']).toBe('0')
  })

  test('a deploy hook that fails is told, though certbot exits 0', async () => {
    const ended = await acme.certbot('renew', '--force-renewal', '--deploy-hook', 'sh -c "exit 3"')
    expect(ended.exitCode).toBe(0)
    const ran = await check()
    expect(ran.of('certbot.last-run')).toMatchObject({
      status: 'warning',
      observed: expect.stringMatching(/ago the deploy-hook ended with exit code 3; certbot itself exits 0 then$/),
    })
    // A later look of certbot that renews nothing does not take it back.
    await acme.certbot('renew')
    expect((await check()).of('certbot.last-run')?.status).toBe('warning')
    await acme.certbot('renew', '--force-renewal', '--deploy-hook', 'true')
    expect((await check()).of('certbot.last-run')?.status).toBe('ok')
  }, 60_000)

  test('a dry run on request is made once a week and says that no deploy hook was run', async () => {
    await using state = await temporaryFolder()
    const first = await check({ 'renew-dry-run': 'true' }, state.path)
    expect(first.of('certbot.dry-run')).toMatchObject({
      status: 'ok',
      advice: '',
      evidence: [expect.stringContaining('deploy hooks are not run')],
    })
    expect(first.of('certbot.dry-run')?.notChecked).toBeUndefined()
    expect(first.of('certbot.dry-run')?.observed).toMatch(/^certbot renewed in its dry run/)
    const again = await check({ 'renew-dry-run': 'true' }, state.path)
    expect(again.of('certbot.dry-run')?.observed).toMatch(
      /^succeeded .* ago; tried again in 6 d 2\d h|^succeeded .* ago; tried again in 7 d/,
    )
    // One that somebody made by hand since is the newest.
    acme.breakValidation()
    await acme.certbot('renew', '--dry-run')
    const byHand = await check({ 'renew-dry-run': 'true' }, state.path)
    expect(byHand.of('certbot.dry-run')).toMatchObject({
      status: 'warning',
      observed: expect.stringMatching(/^failed .* ago; tried again in/),
    })
    // A dry run is not the last run.
    expect(byHand.of('certbot.last-run')?.status).toBe('ok')
  }, 60_000)

  test('a renewal that fails is a warning, three in a row are critical, and the words of certbot are told', async () => {
    acme.breakValidation()
    await acme.certbot('renew', '--force-renewal')
    const once = (await check()).of('certbot.last-run')
    expect(once).toMatchObject({ status: 'warning', title: 'certbot: its last run failed' })
    expect(once?.observed).toMatch(/quiz\.example: Some challenges have failed\.$/)
    await acme.certbot('renew', '--force-renewal')
    await acme.certbot('renew', '--force-renewal')
    expect((await check()).of('certbot.last-run')).toMatchObject({ status: 'critical', title: 'certbot: its last 3 runs failed' })
    // Without the log there is no newer try: Ronde makes its own.
    await rm(acme.at('logs/letsencrypt.log'))
    const tried = await check({ 'renew-dry-run': 'true' })
    expect(tried.of('certbot.dry-run')).toMatchObject({
      status: 'warning',
      observed: expect.stringContaining('Some challenges have failed'),
    })
  }, 90_000)
})
