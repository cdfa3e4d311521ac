import type { PostgresTarget } from '../../contract/database.ts'
import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { Status } from '../../contract/status.ts'
import type { PostgresFailure, PostgresFailureKind } from './failure.ts'
import { grants } from './grants.ts'
import { isTooOld, supported } from './majors.ts'
import { serviceArgument, sqlIdentifier } from './names.ts'

/** What a failure means for `postgres.reachable`, in words. */
type Meaning = {
  /** `critical`: the server's own refusal, silence or answer. `unknown`: something on our way to it. */
  readonly status: Status
  /** Continues "service/db: …". */
  readonly title: string
  readonly advice: (target: PostgresTarget) => string
}

const logs = (target: PostgresTarget): string => {
  const service = serviceArgument(target.service)
  return service === undefined ? 'read the server log' : `read its log: docker compose logs --tail 100 ${service}`
}

const networkAdvice = (target: PostgresTarget): string =>
  target.service === undefined
    ? 'check the route and the firewall between the runner and that host'
    : 'run the runner on the Docker host itself, or, when it runs in a container, attach that container to the network of the project with docker network connect; or publish the port on 127.0.0.1 and set database.url'

const passwordAdvice = (target: PostgresTarget): string =>
  target.service === undefined
    ? 'put the right password into the URL that database.url names'
    : 'POSTGRES_PASSWORD only counts when the data folder is first made; if the password was changed since, or database.user is another role, set database.url with the right one'

const connectRight = (target: PostgresTarget): string => {
  const [database, role] = [sqlIdentifier(target.database), sqlIdentifier(target.user)]
  const grant = database === undefined || role === undefined ? '' : `; it may need LOGIN, or ${grants.connect(database, role)}`
  return `let pg_hba.conf admit this role, from the runner's address and with or without TLS as sslmode says${grant}`
}

const roleAdvice = (user: string, setting: string): string => {
  const role = sqlIdentifier(user)
  return role === undefined
    ? `as a superuser: ALTER ROLE … ${setting} for the role that looks.`
    : `as a superuser: ALTER ROLE ${role} ${setting};`
}

const certificateAdvice = () => 'give its authority as sslrootcert in database.url, or use the name that stands in the certificate'

const meanings: Record<PostgresFailureKind, Meaning> = {
  refused: {
    status: 'critical',
    title: 'refuses connections',
    advice: (target) => `the server does not listen there: start it, and ${logs(target)}`,
  },
  reset: { status: 'critical', title: 'closes the connection', advice: logs },
  timeout: { status: 'critical', title: 'does not answer', advice: networkAdvice },
  hung: {
    status: 'critical',
    title: 'takes the connection and then says nothing',
    advice: (target) => `it hangs, or it is not PostgreSQL: ${logs(target)}`,
  },
  'starting-up': {
    status: 'critical',
    title: 'is not ready for connections',
    advice: (target) => `it starts, stops or recovers: ${logs(target)}`,
  },
  'too-many-connections': { status: 'ok', title: 'answers, and has no connection slot left', advice: () => '' },
  'database-limit': { status: 'ok', title: 'answers, and its database has no connection left', advice: () => '' },
  'role-limit': {
    status: 'unknown',
    title: 'lets our role open no more sessions',
    advice: ({ user }) => roleAdvice(user, 'CONNECTION LIMIT 10'),
  },
  'own-timeout': {
    status: 'unknown',
    title: 'ends our session by a time-out',
    advice: ({ user }) =>
      `${roleAdvice(user, 'SET idle_session_timeout = 0')} the same for idle_in_transaction_session_timeout and transaction_timeout, where the role or the database sets one`,
  },
  'server-error': { status: 'critical', title: 'answers with an error', advice: logs },
  'wrong-password': { status: 'unknown', title: 'does not take our password', advice: passwordAdvice },
  'login-refused': {
    status: 'unknown',
    title: 'asks for the password in a way that require_auth forbids',
    advice: () => 'nothing was sent: see that this is your server, and let its pg_hba.conf ask as require_auth of database.url says',
  },
  'no-access': { status: 'unknown', title: 'does not let this role in', advice: connectRight },
  'no-such-database': {
    status: 'unknown',
    title: 'has no database of that name',
    advice: () => 'set database.name, or the name in database.url, to one that psql -l lists',
  },
  'tls-not-offered': {
    status: 'unknown',
    title: 'offers no TLS',
    advice: () => 'switch ssl on in postgresql.conf, or lower sslmode in database.url',
  },
  'tls-untrusted': { status: 'unknown', title: 'has a certificate that we cannot trust', advice: certificateAdvice },
  'tls-expired': {
    status: 'critical',
    title: 'has a certificate out of its dates',
    advice: () => 'renew the certificate that ssl_cert_file names, then reload the server',
  },
  'name-not-found': {
    status: 'unknown',
    title: 'host name not found',
    advice: (target) =>
      target.service === undefined
        ? 'correct the host in database.url; if it is a compose service, name it in database.service as well'
        : 'correct the host in database.url',
  },
  'name-server-down': {
    status: 'unknown',
    title: 'the name server does not answer',
    advice: () => 'check the name servers in /etc/resolv.conf on the runner',
  },
  unreachable: { status: 'unknown', title: 'no way to its network from the runner', advice: networkAdvice },
  'no-socket': {
    status: 'unknown',
    title: 'its socket cannot be opened',
    advice: () => "correct the socket's folder in database.url, and let the runner's user read it",
  },
  cancelled: {
    status: 'unknown',
    title: 'the run ended first',
    advice: () => 'run it again, with a longer timeout if the deadline was the reason',
  },
  pooler: {
    status: 'unknown',
    title: 'is reached through a connection pooler',
    advice: () =>
      'name the server itself in database.url, not the pooler before it: what a session sets there would stay with the application',
  },
  other: { status: 'unknown', title: 'could not be asked', advice: logs },
}

/**
 * A container's address that does not even take the connection has no route from here: its kernel answers for every running
 * container. The same silence of a configured host is that host's own.
 */
const statusOf = ({ kind }: PostgresFailure, target: PostgresTarget): Status =>
  kind === 'timeout' && target.service !== undefined ? 'unknown' : meanings[kind].status

type ReachableId = 'postgres.reachable' | 'postgres.pooler'

/** Whether PostgreSQL let us in, and when not, whose fault that is. */
export const judgeUnreachable = (failure: PostgresFailure, target: PostgresTarget): JudgedFinding<ReachableId> => {
  const { title, advice } = meanings[failure.kind]
  return finding({
    ...shared(target),
    ...(failure.kind === 'pooler' ? { id: 'postgres.pooler' } : {}),
    status: statusOf(failure, target),
    title: `${target.subject}: ${title}`,
    observed: failure.detail,
    advice: advice(target),
  })
}

/** `version` is the server's own word. */
export const reachable = (version: string, target: PostgresTarget): JudgedFinding<'postgres.reachable'> =>
  finding({
    ...shared(target),
    status: 'ok',
    title: `${target.subject}: reachable`,
    observed: `PostgreSQL ${version} answers${isTooOld(version) ? `; it is not supported, only ${supported}` : ''}`,
  })

/** Its container does not run: no connection is tried, and the compose check says the same with more detail. */
export const containerDown = (subject: string, cause: string): JudgedFinding<'postgres.reachable'> =>
  finding({
    id: 'postgres.reachable',
    subject,
    status: 'critical',
    title: `${subject}: its container does not run`,
    observed: cause,
    expected: 'a running container',
    advice: startAdvice(subject),
    certainty: 'hard',
    parent: { id: 'compose.service', subject },
    audience: 'technical',
  })

const startAdvice = (subject: string): string => {
  const service = serviceArgument(subject.replace(/^service\//, ''))
  return service === undefined ? 'start the container' : `docker compose up -d ${service}, then docker compose logs --tail 100 ${service}`
}

const shared = (target: PostgresTarget) =>
  ({
    id: 'postgres.reachable',
    subject: target.subject,
    expected: `a session of role ${target.user} in database ${target.database}`,
    audience: 'technical',
  }) as const
