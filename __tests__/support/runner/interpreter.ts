import { type Command, type CommandName, parseCommand, registeredCommands } from './commands.ts'

export type Annotation = {
  readonly level: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly properties: Readonly<Record<string, string>>
}

/** What lasts for a whole job: masks, and which secrets were known from the start. */
export type Masks = {
  readonly add: (value: string) => void
  readonly apply: (text: string) => string
  readonly all: () => readonly string[]
}

export const createMasks = (initial: readonly string[]): Masks => {
  const values = new Set(initial.filter((value) => value !== ''))
  return {
    add: (value) => values.add(value),
    apply: (text) => [...values].toSorted((a, b) => b.length - a.length).reduce((so, value) => so.replaceAll(value, '***'), text),
    all: () => [...values],
  }
}

/** What the lines of one step made the runner do. */
export type Obeyed = {
  readonly commands: Command[]
  readonly annotations: Annotation[]
  readonly outputs: Record<string, string>
  readonly state: Record<string, string>
  /** As in a downloaded log: `##[error]…`, `##[group]…`; masks applied. */
  readonly log: string[]
  /** A command that the runner could not process fails the step. */
  failed: boolean
}

const annotationsOfAKind = 10
const annotationLength = 4096

/** Reads the lines of one step (stdout and stderr share it) as the runner does. */
export const createInterpreter = (masks: Masks) => {
  const obeyed: Obeyed = { commands: [], annotations: [], outputs: {}, state: {}, log: [], failed: false }
  const registered = new Set<string>(registeredCommands)
  let stopToken: string | undefined
  let echo = false

  const print = (line: string) => obeyed.log.push(masks.apply(line))
  const annotate = (level: Annotation['level'], message: string, properties: Command['properties'] = {}) => {
    const masked = masks.apply(message).slice(0, annotationLength)
    print(`##[${level}]${masked}`)
    if (obeyed.annotations.filter((one) => one.level === level).length < annotationsOfAKind)
      obeyed.annotations.push({ level, message: masked, properties })
  }
  const fail = (why: string) => {
    obeyed.failed = true
    annotate('error', why)
  }
  const keep = (into: Record<string, string>, command: Command) => {
    const name = command.properties['name']
    annotate('warning', `The \`${command.name}\` command is deprecated and will be disabled soon.`)
    if (name === undefined) fail(`Required field 'name' is missing in ##[${command.name}] command.`)
    else into[name] = command.data
  }
  const disabled = (command: Command) => fail(`The \`${command.name}\` command is disabled.`)
  const mask = (command: Command) => {
    if (command.data.trim() === '') return annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.")
    for (const part of [command.data, ...command.data.split(/[\r\n]/).map((one) => one.trim())]) if (part !== '') masks.add(part)
  }
  const stop = (command: Command, line: string) => {
    const token = command.data.toLowerCase()
    if (token === '' || token === 'pause-logging' || registered.has(token)) return fail('You cannot use this endToken.')
    stopToken = token
    registered.add(token)
    if (token.length > 6) masks.add(command.data)
    print(line)
  }
  const effects: Record<CommandName, (command: Command, line: string) => void> = {
    'stop-commands': stop,
    'set-env': disabled,
    'add-path': disabled,
    'set-output': (command) => keep(obeyed.outputs, command),
    'save-state': (command) => keep(obeyed.state, command),
    'add-mask': mask,
    'add-matcher': () => undefined,
    'remove-matcher': () => undefined,
    warning: (command) => annotate('warning', command.data, command.properties),
    error: (command) => annotate('error', command.data, command.properties),
    notice: (command) => annotate('notice', command.data, command.properties),
    debug: () => undefined,
    group: (command) => print(`##[group]${command.data}`),
    endgroup: () => print('##[endgroup]'),
    echo: (command) => {
      const value = command.data.trim().toLowerCase()
      if (value === 'on' || value === 'off') echo = value === 'on'
      else fail(`Invalid echo command value: '${command.data}'.`)
    },
  }
  const silent: ReadonlySet<string> = new Set(['add-mask', 'debug', 'warning', 'error', 'notice', 'stop-commands'])

  const read = (line: string): void => {
    const parsed = line === '' ? undefined : parseCommand(line, (name) => registered.has(name.toLowerCase()))
    const command = parsed === undefined ? undefined : { ...parsed, name: parsed.name.toLowerCase() }
    if (command === undefined) return void print(line)
    if (stopToken !== undefined) {
      print(line)
      if (command.name !== stopToken) return
      registered.delete(stopToken)
      stopToken = undefined
      return
    }
    obeyed.commands.push(command)
    if (echo && !silent.has(command.name)) print(line)
    effects[command.name as CommandName](command, line)
  }
  return { read, annotate, fail, obeyed }
}
export type Interpreter = ReturnType<typeof createInterpreter>
