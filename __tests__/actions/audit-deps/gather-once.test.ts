import { expect, test } from '@jest/globals'
import { gatherPackages } from '../../../src/actions/audit-deps/parts/packages/gather.ts'

test('a file is read once, however many name it and however often', async () => {
  const files: Record<string, string> = { 'c.txt': 'django==4.2.8\n', 'r.txt': 'h2==4.1.0\n' }
  const line = '-c ../c.txt\n-r ../r.txt\n-r ../gone.txt\n'
  for (let at = 0; at < 200; at += 1) files[`d${at}/requirements.txt`] = `${line.repeat(200)}django\n`
  const read: string[] = []
  const gathered = await gatherPackages(
    Object.keys(files).filter((path) => path.startsWith('d')),
    async (path) => {
      read.push(path)
      const text = files[path]
      return text === undefined ? { cause: 'it is not there' } : { bytes: Buffer.from(text) }
    },
    [],
  )
  expect(read).toHaveLength(203)
  expect(gathered.packages.filter(({ name, file }) => name === 'django' && file === 'c.txt')).toHaveLength(200)
  expect(gathered.packages.filter(({ name }) => name === 'h2')).toHaveLength(1)
  expect(gathered.troubles.map(({ path }) => path)).toEqual(['gone.txt'])
})
