/** Longer than any row or error that is asked for. */
const longestFrameBytes = 4 * 1024 * 1024
/** Of one session in all. */
const mostBytes = 32 * 1024 * 1024
const headerBytes = 5
const errorOrNotice: ReadonlySet<number | undefined> = new Set([0x45, 0x4e])

/** The driver reads the fields of an error or a notice until an empty one: without it, for ever. */
const ends = (frame: Buffer): boolean => {
  if (!errorOrNotice.has(frame[0])) return true
  const fields = frame.subarray(headerBytes)
  return fields.at(-1) === 0 && (fields.length === 1 || fields.at(-2) === 0)
}

type Listener = (piece: Buffer) => void

/** Cuts what a server sends into messages of its protocol, and passes on whole and bounded ones only; false for anything else. */
const createFrames = (pass: Listener): ((piece: Buffer) => boolean) => {
  let rest: Buffer = Buffer.alloc(0)
  let seenBytes = 0
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    seenBytes += piece.length
    if (seenBytes > mostBytes) return false
    while (rest.length >= headerBytes) {
      const lengthBytes = 1 + rest.readUInt32BE(1)
      if (lengthBytes < headerBytes || lengthBytes > longestFrameBytes) return false
      if (rest.length < lengthBytes) return true
      const frame = rest.subarray(0, lengthBytes)
      if (!ends(frame)) return false
      rest = rest.subarray(lengthBytes)
      pass(frame)
    }
    return true
  }
}

type Readable = { on(event: string, listener: (...given: never[]) => void): unknown }
type Connection = { attachListeners(stream: Readable): void }

/**
 * Stands between a server and the driver, which trusts it: a message that lies about its length would throw past everybody, one without an end
 * would keep this process busy or fill its memory for ever. `attachListeners` is the driver's own name for "start to read".
 */
export const guardFrames = (client: object, broken: () => void): void => {
  const { connection } = client as { readonly connection: Connection }
  const attach = connection.attachListeners.bind(connection)
  connection.attachListeners = (stream) => {
    const guarded = (listener: Listener): Listener => {
      const take = createFrames(listener)
      let done = false
      return (piece) => {
        if (done) return
        try {
          done = !take(piece)
        } catch {
          // What the driver could not read, or did not expect at that moment: the server's fault, told in our words.
          done = true
        }
        if (done) broken()
      }
    }
    attach({ on: (event, listener) => stream.on(event, event === 'data' ? guarded(listener as Listener) : listener) })
  }
}
