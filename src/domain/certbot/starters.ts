import { commandsOf, type SimpleCommand } from './shell-commands.ts'

/** A command that renews: the folder that it names, and whether something loads the certificate afterwards. */
export type RenewCall = { readonly directory: string | undefined; readonly withHook: boolean }

const hook = /^--(?:deploy|renew|post)-hook(?:=|$)/
const loader =
  /^(?:systemctl|service|rc-service|nginx|apachectl|apache2ctl|httpd|docker|docker-compose|podman|supervisorctl|kill|pkill|killall|haproxy|postfix|dovecot|doveadm|caddy)$/
const loads =
  /^(?:(?:try-)?(?:reload|restart)(?:-or-(?:reload|restart))?|force-reload|reload-or-try-restart|graceful|-?(?:SIG)?HUP|-(?:SIG)?HUP|-USR1|-1)$/

const nameOf = (word: string | undefined): string => word?.split('/').at(-1) ?? ''

const isRenewal = ({ words: [command, ...rest] }: SimpleCommand): boolean =>
  /^(?:certbot|certbot-auto|letsencrypt|letsencrypt-auto)$/.test(nameOf(command)) && rest.includes('renew') && !rest.includes('--dry-run')

const isLoad = ({ words: [command = '', ...rest], after }: SimpleCommand): boolean =>
  after !== '||' &&
  (loader.test(nameOf(command)) || command.startsWith('/etc/init.d/')) &&
  rest.some((one) => loads.test(one) || /\b(?:nginx|apachectl) .*(?:reload|graceful)/.test(one))

const directoryOf = (words: readonly string[]): string | undefined => {
  const at = words.findIndex((one) => /^--config-dir(?:=|$)/.test(one))
  return at === -1 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1])
}

/** The calls of certbot in a text of a shell that renew. */
export const renewCalls = (text: string): readonly RenewCall[] => {
  const commands = commandsOf(text)
  return commands.flatMap((one, index) =>
    isRenewal(one)
      ? [
          {
            directory: directoryOf(one.words),
            withHook: one.words.some((word) => hook.test(word)) || commands.slice(index + 1).some(isLoad),
          },
        ]
      : [],
  )
}

const field = /^[\d*,/A-Za-z~-]+$/
const times = 5

/** The command of a line of a table of cron; undefined for comments, variables and what is no line of one. `withUser`: a user stands before it. */
const commandOf = (line: string, withUser: boolean): string | undefined => {
  const text = line.trim()
  if (text === '' || text.startsWith('#') || /^["']?\w+["']?\s*=/.test(text)) return undefined
  const words = text.split(/\s+/)
  const before = text.startsWith('@') ? 1 : times
  const isRead = text.startsWith('@')
    ? /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(words[0] ?? '')
    : words.slice(0, times).every((one) => field.test(one))
  if (!isRead) return undefined
  const skipped = before + (withUser ? 1 : 0)
  // Behind a percent sign that is not escaped stands what the command reads.
  const [command = ''] = text.replace(new RegExp(`^(?:\\S+\\s+){${skipped}}`), '').split(/(?<!\\)%/)
  return words.length > skipped ? command.replaceAll('\\%', '%') : undefined
}

/** Debian's own table: where systemd runs, it leaves the work to the timer. */
const leavesItToSystemd = /! -d \/run\/systemd/

/** What a table or a script is: of the system, with users in it; of one user; a script that run-parts starts. */
export type TableKind = 'system' | 'user' | 'script'

/** What in a table of cron renews, as cron reads it. */
export const renewalsIn = (text: string, kind: TableKind, systemd: boolean): readonly RenewCall[] => {
  const commands = kind === 'script' ? [text] : text.split('\n').map((line) => commandOf(line, kind === 'system') ?? '')
  return commands.filter((one) => !(systemd && leavesItToSystemd.test(one))).flatMap(renewCalls)
}

/** Debian's cron and run-parts read no other names. */
export const isReadName = (name: string): boolean => /^[A-Za-z0-9_-]+$/.test(name)
