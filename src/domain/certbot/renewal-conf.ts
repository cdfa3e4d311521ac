/** A lineage's `renewal/<name>.conf`, as far as it is read here. */
export type RenewalConf = {
  /** Keys before the first section: `cert`, `privkey`, `chain`, `fullchain`, `archive_dir`, `renew_before_expiry`, `autorenew`. */
  readonly top: Readonly<Record<string, string>>
  /** The section `[renewalparams]`: `authenticator`, `installer`, `renew_hook`, `logs_dir`, … */
  readonly parameters: Readonly<Record<string, string>>
  /** Numbers of lines that are neither a section, a key nor a comment. */
  readonly strangeLines: readonly number[]
}

const mostLines = 2_000
const longestLine = 10_000

const unquoted = (value: string): string =>
  /^"([^"]*)"$|^'([^']*)'$/
    .exec(value)
    ?.slice(1)
    .find((one) => one !== undefined) ?? value

/** A comment begins at a `#` outside quotes. */
const withoutComment = (value: string): string => /^(?:"[^"]*"|'[^']*'|[^#"']|["'])*/.exec(value)?.[0].trim() ?? ''

/** Reads the ini dialect that certbot writes (configobj): sections by their depth of brackets, `key = value`, lists with commas kept as text. */
export const parseRenewalConf = (text: string): RenewalConf => {
  const top: [string, string][] = []
  const parameters: [string, string][] = []
  const strangeLines: number[] = []
  let current: [string, string][] | undefined = top
  for (const [index, raw] of text.split('\n').slice(0, mostLines).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (line.length > longestLine) {
      strangeLines.push(index + 1)
      continue
    }
    const section = /^(\[+)([^[\]]+)\]+/.exec(line)
    const equals = line.indexOf('=')
    // What stands in another section, or one inside `[renewalparams]`, is not read.
    if (section !== null) current = section[1] === '[' && section[2]?.trim() === 'renewalparams' ? parameters : undefined
    else if (equals > 0) current?.push([unquoted(line.slice(0, equals).trim()), unquoted(withoutComment(line.slice(equals + 1)))])
    else strangeLines.push(index + 1)
  }
  return { top: Object.fromEntries(top), parameters: Object.fromEntries(parameters), strangeLines }
}
