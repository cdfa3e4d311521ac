import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A process that Ronde started: its command line and its environment as they were when it began. */
export type ChildSeen = { readonly args: readonly string[]; readonly environment: Readonly<Record<string, string>> }

const listed = (text: string): readonly string[] => text.split('\0').filter((one) => one !== '')
const pairs = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(listed(text).map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]))

/** What a program answers: by the first pattern of a shell's `case` that fits its arguments. */
export type Answers = Readonly<Record<string, { readonly stdout?: string; readonly stderr?: string; readonly exitCode?: number }>>

/**
 * Programs for a PATH, each a real child: it notes how it was called before it answers, so that none is too short to be seen.
 */
export const recordingPrograms = async (folder: string, programs: Readonly<Record<string, Answers>>) => {
  const [bin, notes] = [join(folder, 'bin'), join(folder, 'notes')]
  await Promise.all([mkdir(bin, { recursive: true }), mkdir(notes, { recursive: true })])
  for (const [name, answers] of Object.entries(programs)) {
    const cases = await Promise.all(
      Object.entries(answers).map(async ([pattern, { stdout = '', stderr = '', exitCode = 0 }], index) => {
        const file = join(folder, `${name}-${index}`)
        await Promise.all([writeFile(`${file}.out`, stdout), writeFile(`${file}.err`, stderr)])
        return `${pattern}) cat '${file}.out'; cat '${file}.err' >&2; exit ${exitCode} ;;`
      }),
    )
    const note = `printf '%s\\0' "${name}" "$@" > '${notes}'/$$.args; cat /proc/$$/environ > '${notes}'/$$.environment`
    await writeFile(join(bin, name), `#!/bin/sh\n${note}\ncase "$*" in\n${cases.join('\n')}\nesac\nexit 1\n`)
    await chmod(join(bin, name), 0o755)
  }
  return {
    bin,
    seen: async (): Promise<readonly ChildSeen[]> => {
      const files = (await readdir(notes)).filter((one) => one.endsWith('.args'))
      const read = (file: string) => readFile(join(notes, file), 'utf8')
      return Promise.all(
        files.map(async (file) => ({
          args: listed(await read(file)),
          environment: pairs(await read(file.replace('.args', '.environment'))),
        })),
      )
    },
  }
}

// A process may end while we look.
const fileOf = (pid: string, name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
const parentOf = async (pid: string): Promise<string> => {
  const stat = await fileOf(pid, 'stat')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? ''
}
const runningPids = async (): Promise<readonly string[]> => (await readdir('/proc')).filter((name) => /^\d+$/.test(name))

const everyMs = 10

/**
 * Watches what new children of this process start, those that Ronde starts by a path of its own: what lives for a moment is seen. Needs
 * `/proc`.
 */
export const watchGrandchildren = async () => {
  const seen = new Map<string, ChildSeen>()
  const before = new Set(await runningPids())
  const end = new AbortController()
  const look = async (): Promise<void> => {
    const pids = (await runningPids()).filter((pid) => !before.has(pid) && !seen.has(pid))
    const parents = new Map(await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const)))
    for (const [pid, parent] of parents) {
      if (parents.get(parent) !== String(process.pid)) continue
      const commandLine = await fileOf(pid, 'cmdline')
      // Between fork and exec a child still shows what its parent is.
      if (commandLine === '' || commandLine === (await fileOf(parent, 'cmdline'))) continue
      seen.set(pid, { args: listed(commandLine), environment: pairs(await fileOf(pid, 'environ')) })
    }
  }
  const watch = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await look()
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }
  const watched = watch()
  return {
    stop: async (): Promise<readonly ChildSeen[]> => {
      end.abort()
      await watched
      return [...seen.values()]
    },
  }
}
