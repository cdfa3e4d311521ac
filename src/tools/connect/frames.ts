/** Of one answer in all. */
const mostBytes = 32 * 1024 * 1024
/** Of one row, unless more is asked for. */
const mostRowBytes = 1024 * 1024
/** Of anything else that a server says: an error quotes the statement. */
const mostOtherBytes = 1024 * 1024
/** A length is a signed number. */
const mostProtocolBytes = 2 ** 31
const headerBytes = 5
const row = 0x44
const errorOrNotice: ReadonlySet<number | undefined> = new Set([0x45, 0x4e])

/** The driver reads the fields of an error or a notice until an empty one: without it, for ever. */
const ends = (frame: Buffer): boolean => {
  if (!errorOrNotice.has(frame[0])) return true
  const fields = frame.subarray(headerBytes)
  return fields.at(-1) === 0 && (fields.length === 1 || fields.at(-2) === 0)
}

type Listener = (piece: Buffer) => void
type Taken = 'good' | 'broken' | { readonly over: number }
type Bounds = { rowBytes: number; leftBytes: number }

/** Cuts what a server sends into messages of its protocol, and passes on whole and bounded ones only. */
const createFrames = (pass: Listener, bounds: Bounds): ((piece: Buffer) => Taken) => {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    bounds.leftBytes -= piece.length
    if (bounds.leftBytes < 0) return { over: mostBytes }
    while (rest.length >= headerBytes) {
      const lengthBytes = 1 + rest.readUInt32BE(1)
      const most = rest[0] === row ? bounds.rowBytes : mostOtherBytes
      if (lengthBytes < headerBytes || lengthBytes > mostProtocolBytes) return 'broken'
      if (lengthBytes > most) return { over: most }
      if (rest.length < lengthBytes) return 'good'
      const frame = rest.subarray(0, lengthBytes)
      if (!ends(frame)) return 'broken'
      rest = rest.subarray(lengthBytes)
      pass(frame)
    }
    return 'good'
  }
}

type Readable = { on(event: string, listener: (...given: never[]) => void): unknown }
type Connection = { attachListeners(stream: Readable): void }

export type Guard = {
  /** An answer begins: what came before does not count for it. */
  begin(rowBytes?: number): void
}

/**
 * Stands between a server and the driver, which trusts it: a message that lies about its length would throw past everybody, one without an end
 * would keep this process busy or fill its memory for ever. `attachListeners` is the driver's own name for "start to read".
 */
export const guardFrames = (
  client: object,
  told: { readonly broken: () => void; readonly flooded: (mostBytes: number) => void },
): Guard => {
  const { connection } = client as { readonly connection: Connection }
  const bounds: Bounds = { rowBytes: mostRowBytes, leftBytes: mostBytes }
  const attach = connection.attachListeners.bind(connection)
  connection.attachListeners = (stream) => {
    const guarded = (listener: Listener): Listener => {
      const take = createFrames(listener, bounds)
      let done = false
      return (piece) => {
        if (done) return
        const taken = attempted(take, piece)
        done = taken !== 'good'
        if (taken === 'broken') told.broken()
        else if (taken !== 'good') told.flooded(taken.over)
      }
    }
    attach({ on: (event, listener) => stream.on(event, event === 'data' ? guarded(listener as Listener) : listener) })
  }
  return { begin: (rowBytes = mostRowBytes) => Object.assign(bounds, { rowBytes, leftBytes: mostBytes }) }
}

const attempted = (take: (piece: Buffer) => Taken, piece: Buffer): Taken => {
  try {
    return take(piece)
  } catch {
    // What the driver could not read, or did not expect at that moment: the server's fault, told in our words.
    return 'broken'
  }
}
