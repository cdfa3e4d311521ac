import { open } from 'node:fs/promises'
import { type DumpToc, readDumpToc } from '../../domain/restore/dump-toc.ts'

const firstBytes = 1_048_576
const mostBytes = 1_073_741_824

/** The table of contents of a dump in plain: as much of the file is read as it takes. */
export const readToc = async (dump: string): Promise<DumpToc | { readonly trouble: string }> => {
  const handle = await open(dump, 'r')
  try {
    const { size } = await handle.stat()
    for (let wanted = firstBytes; ; wanted *= 4) {
      const buffer = Buffer.alloc(Math.min(wanted, size, mostBytes))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
      const read = readDumpToc(buffer.subarray(0, bytesRead))
      if (read !== 'short') return read
      if (bytesRead >= size || buffer.length >= mostBytes) return { trouble: 'ends within its table of contents' }
    }
  } finally {
    await handle.close()
  }
}
