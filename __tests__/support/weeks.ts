import type { Finding } from '../../src/contract/finding.ts'
import type { Issue, Write } from '../../src/contract/issues.ts'
import { identityOf, readMarker } from '../../src/incidents/marker.ts'
import type { Marker } from '../../src/incidents/model.ts'
import type { ReconcileResult } from '../../src/incidents/reconcile.ts'
import { bot, createWorld, dayMs, hard, hourMs, minuteMs, performTaken, type RunOptions, soft, type World } from './incident-world.ts'

/** Numbers from 0 to 1 that are the same for the same seed. */
const seeded = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
type Random = ReturnType<typeof seeded>
const pick = <T>(random: Random, all: readonly [T, ...T[]]): T => all[Math.floor(random() * all.length)] ?? all[0]

/** What is true of a thing, whoever looks. */
type Truth = 'ok' | 'critical' | 'unknown' | 'absent'
const things = ['compose.service', 'endpoint.status'] as const
type Thing = (typeof things)[number]
const checkOf: Record<Thing, string> = { 'compose.service': 'compose', 'endpoint.status': 'endpoints' }

/** A mistake that is planted into the reconcile, to see that the oracle finds it. */
export type PlantedFault = {
  readonly input?: (findings: readonly Finding[]) => readonly Finding[]
  readonly options?: RunOptions['options']
  readonly writes?: (writes: readonly Write[]) => readonly Write[]
  /** What could not be looked at counts as looked at. */
  readonly looksAtAll?: true
  /** Doubles are not looked for afterwards. */
  readonly doubles?: true
  readonly order?: (writes: readonly Write[]) => readonly Write[]
}

type Watched = { truth: Truth; until: number; flapsUntil: number; goodSince: number; badRuns: number }
/** What a round of its own looks at, once a day or once a week. */
type SlowWatch = {
  readonly action: string
  readonly check: string
  readonly id: string
  readonly everyMs: number
  isBad: boolean
  nextAt: number
}
type Server = {
  name: string
  readonly things: Record<Thing, Watched>
  readonly slow: readonly SlowWatch[]
  /** Open issues of the name that it had before, and when they were left. */
  left: readonly { readonly number: number; readonly at: number }[]
  deadUntil: number
  noStateUntil: number
  aheadMs: number
  aheadUntil: number
}

const everyMs = 15 * minuteMs
/** Before the clocks change in Europe. */
const startOf = Date.parse('2026-10-20T00:16:00Z')

const newThing = (): Watched => ({ truth: 'ok', until: 0, flapsUntil: 0, goodSince: startOf, badRuns: 0 })
const newServer = (name: string): Server => ({
  name,
  things: { 'compose.service': newThing(), 'endpoint.status': newThing() },
  slow: [
    { action: 'cert-check', check: 'letsencrypt', id: 'cert.expiry', everyMs: dayMs, isBad: false, nextAt: startOf },
    { action: 'db-maintain', check: 'bloat', id: 'db.bloat', everyMs: 7 * dayMs, isBad: false, nextAt: startOf },
  ],
  left: [],
  deadUntil: 0,
  noStateUntil: 0,
  aheadMs: 0,
  aheadUntil: 0,
})

/** The truth moves on, whether or not anybody looks. */
const live = (thing: Watched, now: number, random: Random): void => {
  const chance = random()
  if (thing.flapsUntil > now) thing.truth = random() < 0.5 ? 'ok' : 'critical'
  else if (thing.until > now) thing.goodSince = now
  else if (thing.truth === 'critical' && chance < 0.2) Object.assign(thing, { truth: 'unknown', until: now + 3 * hourMs })
  else if (chance < 0.01) Object.assign(thing, { truth: 'critical', until: now + pick(random, [0.25, 1, 6, 30]) * hourMs })
  else if (chance < 0.013) Object.assign(thing, { truth: 'unknown', until: now + pick(random, [0.5, 3]) * hourMs })
  else if (chance < 0.015) Object.assign(thing, { truth: 'absent', until: now + 8 * hourMs })
  else if (chance < 0.017) thing.flapsUntil = now + 5 * hourMs
  else thing.truth = 'ok'
  if (thing.truth !== 'ok') thing.goodSince = now
}

const findingsOf = ({ things: own }: Server): readonly Finding[] => {
  const of = (thing: Thing, make: typeof hard): readonly Finding[] => {
    const { truth } = own[thing]
    return truth === 'absent' ? [] : [make(truth)]
  }
  return [...of('compose.service', hard), ...of('endpoint.status', soft)]
}

const markerOf = (issue: Issue) => {
  const read = readMarker(issue, [bot])
  return read.kind === 'ours' ? read.marker : undefined
}
const openIssues = (world: World, server: string, id: string): readonly Issue[] =>
  world.open().filter((issue) => {
    const marker = markerOf(issue)
    return marker?.server === server && marker.id === id
  })

/** All of one generated history. Times are those of the world's clock. */
type History = {
  readonly world: World
  readonly random: Random
  readonly servers: readonly Server[]
  readonly fault: PlantedFault
  readonly foreign: Issue
  /** Every night from two to four, in some histories. */
  readonly maintenance: NonNullable<RunOptions['maintenance']>
  /** Until when the closing of a person holds, by identity. */
  readonly held: Map<string, number>
  /** When people opened an issue again. */
  readonly reopened: Map<number, readonly number[]>
  githubDownUntil: number
  updatesFailUntil: number
  /** Since when everybody looks, and GitHub takes what is written. */
  calmSince: number
}

type Deed = (history: History, issue: Issue, marker: Marker) => void
const said = ['/ack', '/silence 2h', '/Ack on it', '/cause disk', '/silence', 'looking', '/silence 1d'] as const
const say: Deed = ({ world, random }, { number }) => world.comment(number, pick(random, said))

const deeds: readonly [Deed, ...Deed[]] = [
  say,
  say,
  say,
  ({ world }, { number, labels }) => world.change(number, { labels: [...labels, 'team-db'] }),
  ({ world }, { number, body }) => world.change(number, { body: `${body}\n\nA note.` }),
  ({ world }, { number }) => world.deleteComments(number, 'ana'),
  ({ world, held }, { number, state }, marker) => {
    if (state === 'closed') return
    world.closeByHand(number)
    held.set(identityOf(marker), world.now() + dayMs)
  },
  ({ world, reopened }, { number, state }, { server, id, duplicate }) => {
    if (state === 'open' || duplicate || openIssues(world, server, id).length > 0) return
    world.change(number, { state: 'open', closedAt: undefined, closedBy: undefined })
    reopened.set(number, [...(reopened.get(number) ?? []), world.now()])
  },
]

/** What people do to issues, at random. */
const meddle = (history: History): void => {
  const ours = history.world.issues().filter((one) => one.author === bot)
  const issue = ours[Math.floor(history.random() * ours.length)]
  const marker = issue === undefined ? undefined : markerOf(issue)
  if (issue !== undefined && marker !== undefined) pick(history.random, deeds)(history, issue, marker)
}

/** As GitHub takes them: what another run has written since is not written over. */
const performAll = (world: World, writes: readonly Write[], fails: (write: Write) => boolean): void => {
  const isOvertaken = (write: Write): boolean =>
    write.kind === 'update' && write.basedOn !== undefined && world.issue(write.number).body !== write.basedOn
  performTaken(writes, world.perform, (write) => isOvertaken(write) || fails(write))
}

const isHeld = ({ world, held }: History, server: string, thing: string): boolean =>
  world.issues().some((issue) => {
    const marker = markerOf(issue)
    return marker?.server === server && marker.id === thing && (held.get(identityOf(marker)) ?? 0) > world.now()
  })

const timeZone = 'Europe/Paris'
const hourThere = new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' })
/** The hours of a night are those of its place, also when clocks change. */
const isInWindow = ({ world, maintenance }: History): boolean =>
  maintenance.length > 0 && [2, 3].includes(Number(hourThere.format(world.now())))

/** What a promise of docs/incidents.md says of one thing after a run that nothing kept from its work. */
const troubleOf = (history: History, server: Server, thing: Thing): string | undefined => {
  const { world, calmSince, reopened } = history
  const own = server.things[thing]
  const open = openIssues(world, server.name, thing)
  const isSeenBad = own.truth === 'critical' && (thing === 'compose.service' || own.badRuns >= 3)
  const isBad = isSeenBad && !isInWindow(history)
  const goodMs = world.now() - Math.max(own.goodSince, calmSince, ...open.flatMap(({ number }) => reopened.get(number) ?? []))
  if (open.length > 1) return `${open.length} open issues of ${thing} on ${server.name}`
  if (isBad && open.length === 0 && !isHeld(history, server.name, thing)) return `${thing} on ${server.name} is down, and no issue is open`
  if (own.truth === 'ok' && goodMs > 8 * hourMs && open.length > 0) return `#${open[0]?.number} is open although it has been good for 8 h`
  return undefined
}

/** What is closed while it is bad, or while nobody could look. */
const wrongClosing = ({ world, servers }: History, writes: readonly Write[]): string | undefined => {
  for (const write of writes) {
    if (write.kind !== 'update' || write.state !== 'closed' || write.stateReason === 'duplicate') continue
    const marker = markerOf({ ...world.issue(write.number), body: write.body ?? '' })
    const own = servers.find((one) => one.name === marker?.server)?.things[marker?.id as Thing]
    if (own !== undefined && own.truth !== 'ok' && own.truth !== 'absent') return `#${write.number} was closed while it is ${own.truth}`
  }
  return undefined
}

/** What is said twice, and what of others was touched. */
const wrongWords = ({ world, reopened, foreign }: History): string | undefined => {
  for (const issue of world.issues()) {
    const count = (word: string): number => world.said(issue.number).filter((one) => one.includes(`**${word}**`)).length
    const lives = 1 + (markerOf(issue)?.reopened ?? 0) + (reopened.get(issue.number) ?? []).length
    if (count('Escalated') > lives) return `#${issue.number} was escalated ${count('Escalated')} times in ${lives} lives`
    if (count('Closed') > lives) return `#${issue.number} was closed ${count('Closed')} times in ${lives} lives`
  }
  return world.issue(foreign.number) === foreign ? undefined : 'an issue of somebody else was touched'
}

const optionsOf = (history: History, server: Server): RunOptions => {
  const { world, fault } = history
  const now = world.now()
  return {
    server: server.name,
    state: server.noStateUntil <= now,
    aheadMs: server.aheadUntil > now ? server.aheadMs : 0,
    scope: things.filter((thing) => fault.looksAtAll === true || server.things[thing].truth !== 'unknown').map((thing) => checkOf[thing]),
    maintenance: history.maintenance,
    timeZone,
    ...(fault.options === undefined ? {} : { options: fault.options }),
  }
}

/** What is bad opens at once, what is good closes at once, but for what flaps or a person opened again. */
const slowTrouble = (history: History, server: Server, { id, isBad }: SlowWatch): string | undefined => {
  const [open] = openIssues(history.world, server.name, id)
  if (isBad) {
    const isHeldBack = isInWindow(history) || isHeld(history, server.name, id)
    return open === undefined && !isHeldBack ? `${id} on ${server.name} is bad, and no issue is open` : undefined
  }
  const isKept = open === undefined || markerOf(open)?.flapping === true || history.reopened.has(open.number)
  return isKept ? undefined : `#${open.number} of ${id} is good, and stays open`
}

/** A look of a daily or weekly round. */
const slowRound = (history: History, server: Server, watch: SlowWatch): string | undefined => {
  const { world, random } = history
  const now = world.now()
  watch.nextAt = now + watch.everyMs
  if (random() < 0.15) watch.isBad = !watch.isBad
  const options = optionsOf(history, server)
  const found = hard(watch.isBad ? 'critical' : 'ok', { id: watch.id, subject: 'host', check: watch.check })
  const done = world.run([found], { ...options, action: watch.action, scope: [watch.check], dry: true })
  if (history.githubDownUntil > now) return undefined
  const failing = history.updatesFailUntil > now
  performAll(world, plannedWrites(history, done), (write) => failing && write.kind === 'update')
  return isCalmNow(history, options) ? slowTrouble(history, server, watch) : undefined
}

/** A server gets another name: what is open under the old one is said to be left, two hours later. */
const rename = (history: History, server: Server): void => {
  const ids: ReadonlySet<string> = new Set([...things, ...server.slow.map(({ id }) => id)])
  const quick = history.world.open().filter((issue) => {
    const marker = markerOf(issue)
    return marker?.server === server.name && ids.has(marker.id) && !marker.slow
  })
  server.left = quick.map(({ number }) => ({ number, at: history.world.now() }))
  server.name = `${server.name}x`
  for (const thing of things) server.things[thing].badRuns = 0
}

const unnamed = ({ world }: History, { left }: Server, { facts }: ReconcileResult): string | undefined => {
  const named = new Set(facts.unspoken.map(({ number }) => number))
  const isLeft = ({ number, at }: Server['left'][number]): boolean => {
    const marker = world.issue(number).state === 'open' ? markerOf(world.issue(number)) : undefined
    return marker !== undefined && world.now() - Math.max(at, marker.updated) > 3 * hourMs
  }
  const forgotten = left.find((one) => isLeft(one) && !named.has(one.number))
  return forgotten === undefined ? undefined : `#${forgotten.number} of a name of before is open, and nobody names it`
}

/** What this run writes, or the fault that is planted makes of it. */
const plannedWrites = ({ fault }: History, { writes }: ReconcileResult): readonly Write[] => {
  const changed = fault.writes?.(writes) ?? writes
  return fault.order?.(changed) ?? changed
}

/** Nothing keeps this run from its work. */
const isCalmNow = ({ world, githubDownUntil, updatesFailUntil }: History, { aheadMs, state }: RunOptions): boolean =>
  aheadMs === 0 && state === true && Math.max(githubDownUntil, updatesFailUntil) <= world.now()

/** One run of a server, now and then beside another one that saw the same. */
const round = (history: History, server: Server): string | undefined => {
  const { world, random, fault, githubDownUntil, updatesFailUntil } = history
  const now = world.now()
  const options = optionsOf(history, server)
  const findings = fault.input?.(findingsOf(server)) ?? findingsOf(server)
  const done = world.run(findings, { ...options, dry: true })
  const beside = random() < 0.02 ? world.run(findings, { ...options, dry: true, state: false }).writes : []
  const failing = updatesFailUntil > now
  const isCalm = beside.length === 0 && isCalmNow(history, options)
  if (!isCalm) history.calmSince = now
  if (githubDownUntil > now) return undefined
  performAll(world, plannedWrites(history, done), (write) => failing && write.kind === 'update')
  performAll(world, beside, () => false)
  if (fault.doubles !== true) world.settleDoubles(findings, options)
  if (done.writes.length > 10) return `${done.writes.length} writes in a run`
  const looks = things.map((thing) => () => troubleOf(history, server, thing))
  const broken = isCalm
    ? [...looks, () => unnamed(history, server, done)].map((look) => look()).find((one) => one !== undefined)
    : undefined
  return wrongClosing(history, done.writes) ?? broken
}

const weather = (history: History): void => {
  const { world, random, servers } = history
  const now = world.now()
  const server = servers[Math.floor(random() * servers.length)]
  const chance = random()
  if (server === undefined) return
  if (chance < 0.002) server.deadUntil = now + 5 * hourMs
  else if (chance < 0.004) server.noStateUntil = now + pick(random, [1, 12]) * hourMs
  else if (chance < 0.005) world.loseState()
  else if (chance < 0.007) history.githubDownUntil = now + pick(random, [1, 4]) * hourMs
  else if (chance < 0.009) history.updatesFailUntil = now + pick(random, [1, 3]) * hourMs
  else if (chance < 0.011) Object.assign(server, { aheadMs: pick(random, [26, -5, 24 * 400]) * hourMs, aheadUntil: now + hourMs })
  else if (chance < 0.0115) rename(history, server)
  else if (chance < 0.03) meddle(history)
  if (chance < 0.011) history.calmSince = now
}

const begin = (seed: number, fault: PlantedFault): History => {
  const random = seeded(seed)
  const world = createWorld()
  world.wait(startOf - world.now())
  const foreign = world.issue(world.add({ author: 'mallory', body: 'not ours' }))
  const servers = ['a', 'b', 'c'].slice(0, 1 + Math.floor(random() * 3)).map(newServer)
  const never = { githubDownUntil: 0, updatesFailUntil: 0, calmSince: world.now() }
  const maintenance = seed % 2 === 0 ? [{ days: undefined, from: '02:00', to: '04:00' }] : []
  return { world, random, servers, fault, foreign, maintenance, held: new Map(), reopened: new Map(), ...never }
}

/** A quarter of an hour of one server. */
const step = (history: History, server: Server): string | undefined => {
  const { world, random } = history
  for (const thing of things) live(server.things[thing], world.now(), random)
  if (server.deadUntil > world.now()) return undefined
  for (const thing of things) {
    const own = server.things[thing]
    own.badRuns = own.truth === 'critical' ? own.badRuns + 1 : 0
  }
  const slow = server.slow.filter(({ nextAt }) => nextAt <= world.now()).map((watch) => slowRound(history, server, watch))
  return round(history, server) ?? slow.find((one) => one !== undefined)
}

/** Weeks of one to three servers in all weathers: the first promise of docs/incidents.md that is broken, if one is. The same for the same seed. */
export const liveThroughWeeks = (seed: number, days: number, fault: PlantedFault = {}): string | undefined => {
  const history = begin(seed, fault)
  for (let count = 1; count <= (days * dayMs) / everyMs; count += 1) {
    history.world.wait(everyMs)
    weather(history)
    const trouble = history.servers.map((server) => step(history, server)).find((one) => one !== undefined)
    if (trouble !== undefined) return trouble
    const words = count % 50 === 0 ? wrongWords(history) : undefined
    if (words !== undefined) return words
  }
  return wrongWords(history)
}
